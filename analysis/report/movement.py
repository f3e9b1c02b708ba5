"""What moved and what differs: the shifts of the week with the stories behind them, and the gap of official to press."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from analysis.report.edition import Edition, Figure, missing, records
from analysis.report.evidence import Reference, reference_of
from analysis.report.headline import REASONS, estimate, number, place, sector_name
from analysis.tables import BREAKS, SHIFT_LEVELS

SMALLEST_SHOWN = 0.001
"""Below it a q value is only said to be smaller."""
OF_SECTOR = "All jurisdictions"
INSTRUMENT_CHANGE = BREAKS[1]
WEIGHED = {
    "speaker": "Who speaks",
    "act": "What an official text is",
    "press": "How the press tells it",
    "authority": "An authority, in the line of its jurisdiction",
}


class MovingStory(NamedTuple):
    """A story that moved a shift, and by how much."""

    source: Reference
    influence: str


class Shift(NamedTuple):
    """A shift of the week, in words."""

    topic: str
    channel: str
    level: str
    change: str
    q_value: str
    note: str
    stories: list[MovingStory]


class Gap(NamedTuple):
    """How far official statements of a jurisdiction on a sector lie from those of the press, in words."""

    topic: str
    gap: str
    corrected: str
    note: str


def shifts(edition: Edition) -> list[Shift]:
    """Return the shifts of the week: critical ones first, then those that chance explains least."""
    stories: dict[str, list[MovingStory]] = {}
    for row in sorted(records(edition.shift_stories), key=lambda row: (row["shift_id"], row["rank"])):
        moved = MovingStory(reference_of(row), number(row["influence"], digits=3))
        stories.setdefault(row["shift_id"], []).append(moved)

    def order(row: dict[str, Any]) -> tuple:
        return -SHIFT_LEVELS.index(row["level"]), row["q_value"], row["shift_id"]

    return [_shift(row, stories.get(row["shift_id"], [])) for row in sorted(records(edition.shifts), key=order)]


def _shift(row: Mapping[str, Any], stories: list[MovingStory]) -> Shift:
    change = Figure(row["change"], row["low"], row["high"])
    notes = ["corrected" if row["is_corrected"] else "not corrected"]
    if row["kind"] == INSTRUMENT_CHANGE:
        notes.append("near a change of model, source or parser: perhaps no change of policy")
    return Shift(
        topic=f"{_whose(row)} · {sector_name(row['sector'])}",
        channel=row["channel"],
        level=row["level"],
        change=estimate(change),
        q_value=f"{row['q_value']:.3f}" if row["q_value"] >= SMALLEST_SHOWN else f"< {SMALLEST_SHOWN}",
        note=", ".join(notes),
        stories=stories,
    )


def _whose(row: Mapping[str, Any]) -> str:
    if row["scope"] == "sector":
        return OF_SECTOR
    return row["authority"] if row["scope"] == "authority" and not missing(row["authority"]) else place(row["jurisdiction"])


def gaps(edition: Edition) -> list[Gap]:
    """Return the gaps of the week, those first whose interval lies farthest from 0."""

    def order(row: dict[str, Any]) -> tuple:
        return -max(row["gap_low"], -row["gap_high"], 0.0), -abs(row["gap"]), row["jurisdiction"], row["sector"]

    return [_gap(row) for row in sorted(records(edition.gaps), key=order)]


def _gap(row: Mapping[str, Any]) -> Gap:
    why = "" if missing(row["corrected_reason"]) else row["corrected_reason"]
    ends = [row[f"corrected_gap{end}"] for end in ("", "_low", "_high")]
    return Gap(
        topic=f"{place(row['jurisdiction'])} · {sector_name(row['sector'])}",
        gap=estimate(Figure(row["gap"], row["gap_low"], row["gap_high"])),
        corrected=REASONS.get(why, why) if why else estimate(Figure(*ends)),
        note="" if missing(row["gate"]) else f"thin: {REASONS.get(row['gate'], row['gate'])}",
    )


def weights(edition: Edition) -> list[tuple[str, list[str]]]:
    """Return the declared weights in words, a line for each thing that is weighed."""
    lines: dict[str, list[str]] = {}
    for row in records(edition.weights):
        lines.setdefault(row["of"], []).append(f"{row['name'].replace('_', ' ')} {row['value']:g}")
    return [(WEIGHED.get(of, of), lines[of]) for of in lines]
