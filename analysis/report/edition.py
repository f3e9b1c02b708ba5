"""What the page and the mail of one week show, as values, and what leads in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.errors import ValidationError
from analysis.tables import CHANNELS, STANCES

if TYPE_CHECKING:
    import pandas as pd

HEADLINE_WEEKS = 13
"""The window that leads: a week alone rarely holds enough statements."""
CHARTED_WEEKS = 104
LEAST_CHARTED_WEEKS = 26

POINT_COLUMNS = (
    "week_on", "window_weeks", "jurisdiction", "sector", "channel", "balance", "balance_low", "balance_high",
    "corrected_balance", "corrected_balance_low", "corrected_balance_high", "corrected_reason",
    "statement_count", "document_count", "effective_count", "is_fragile", "reason", "gate",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "points": POINT_COLUMNS,
    "evidence": (
        "statement_id", "text", "before", "after", "language", "speaker", "authority_id", "authority", "jurisdiction",
        "sector", "channel", *STANCES, "stance", "terms", "title", "publisher", "published_on", "address", "reference",
    ),
    "gaps": (
        "jurisdiction", "sector", "gap", "gap_low", "gap_high", "corrected_gap", "corrected_gap_low", "corrected_gap_high",
        "corrected_reason", "gate",
    ),
    "shifts": (
        "shift_id", "scope", "authority", "jurisdiction", "sector", "channel", "kind", "change", "low", "high", "q_value",
        "level", "is_corrected",
    ),
    "shift_stories": ("shift_id", "rank", "influence", "title", "publisher", "published_on", "address", "reference"),
    "weights": ("of", "name", "value"),
    "documents_by_week": ("week_on", "channel", "document_count"),
    "rejected": ("stage", "rule", "severity", "count", "reason"),
    "sources": ("source_id", "name", "kind", "state", "document_count", "published_on"),
}  # fmt: skip
COUNTS = ("documents", "statements", "signals", "rejected")
MODEL = ("model_id", "example_count", "metrics", "trained_at")


@dataclass(frozen=True, eq=False)
class Edition:
    """The content of one week's page and mail.

    `points` holds the latest vintage of the stance index for all weeks up to `week_on`; `evidence` a row for each
    statement and sector of the 13 weeks ending with the week; `gaps` those of the 13 weeks that have a figure, of the lines of
    jurisdictions; `shifts` those of the week, `shift_stories` what moved them, with the first document of each story;
    `weights` how much a statement counts, as declared; `is_over` tells whether the week is; `rejected` a row a rule, with one
    example as `reason`; `sources` those ever asked, with the day of the latest document as `published_on`; `model["metrics"]`
    the stance metrics of `classify.evaluate`, with F1 by language under `language`.
    Raises ValidationError for a frame without its columns (COLUMNS) or with weeks that are no dates.
    """

    week_on: date
    week: str
    points: pd.DataFrame
    evidence: pd.DataFrame
    gaps: pd.DataFrame
    shifts: pd.DataFrame
    shift_stories: pd.DataFrame
    weights: pd.DataFrame
    is_over: bool
    documents_by_week: pd.DataFrame
    rejected: pd.DataFrame
    sources: pd.DataFrame
    counts: Mapping[str, int]
    model: Mapping[str, Any]

    def __post_init__(self) -> None:
        for name, columns in {**COLUMNS, "counts": COUNTS, "model": MODEL}.items():
            missing = [column for column in columns if column not in getattr(self, name)]
            if missing:
                raise ValidationError(f"edition {self.week}: {name} lacks {', '.join(missing)}: select every column")
        for name in ("points", "documents_by_week"):
            if any(type(day) is not date for day in getattr(self, name)["week_on"].unique()):
                raise ValidationError(f"edition {self.week}: {name}.week_on must hold dates: read the column with its type")

    @property
    def first_day(self) -> date:
        """First day of the 13 weeks."""
        return self.week_on - timedelta(weeks=HEADLINE_WEEKS - 1)

    @property
    def last_day(self) -> date:
        """Last day of the 13 weeks and of the week."""
        return self.week_on + timedelta(days=6)


class Figure(NamedTuple):
    """A balance with its 90 % interval."""

    balance: float
    low: float
    high: float

    @property
    def lean(self) -> str:
        """`supportive` or `restrictive` when the interval excludes 0, else empty."""
        return "supportive" if self.low > 0 else "restrictive" if self.high < 0 else ""


@dataclass(frozen=True)
class Cell:
    """One jurisdiction, sector and channel over 13 weeks; a figure is None where there was not enough evidence."""

    jurisdiction: str
    sector: str
    channel: str
    figure: Figure | None
    earlier: Figure | None
    statement_count: int
    document_count: int
    reason: str
    gate: str = ""
    """Why the figure is thin; empty when it passes the publish gate."""
    corrected: Figure | None = None
    corrected_reason: str = ""
    """Why there is no corrected figure."""
    is_fragile: bool = False
    """Whether its sign is another one when counted otherwise, or corrected."""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.jurisdiction, self.sector, self.channel

    @property
    def certain_change(self) -> float:
        """Gap between this interval and that of 13 weeks earlier: the least the change can be, 0 when they meet."""
        if self.figure is None or self.earlier is None:
            return 0.0
        return max(self.figure.low - self.earlier.high, self.earlier.low - self.figure.high, 0.0)

    @property
    def certain_lean(self) -> float:
        """Distance of the interval from 0: the least that is left of the lean, 0 when it includes 0."""
        return max(self.figure.low, -self.figure.high, 0.0) if self.figure else 0.0


def missing(value: object) -> bool:
    """Whether a frame's value is empty: None, NaN or NaT."""
    return value is None or value != value


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def figure_of(row: Mapping[str, Any], name: str = "balance") -> Figure | None:
    """Return the figure of this name of a row of points, or None where it has none."""
    values = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
    return None if any(map(missing, values)) else Figure(*map(float, values))


def cells(edition: Edition) -> list[Cell]:
    """Return every 13-week cell of the week, by jurisdiction, sector and channel."""
    earlier = {_key(row): figure_of(row) for row in _points(edition, edition.week_on - timedelta(weeks=HEADLINE_WEEKS))}
    found = [
        Cell(
            *_key(row),
            figure=figure_of(row),
            earlier=earlier.get(_key(row)),
            statement_count=int(row["statement_count"]),
            document_count=int(row["document_count"]),
            reason="" if missing(row["reason"]) else str(row["reason"]),
            gate="" if missing(row["gate"]) else str(row["gate"]),
            corrected=figure_of(row, "corrected_balance"),
            corrected_reason="" if missing(row["corrected_reason"]) else str(row["corrected_reason"]),
            is_fragile=bool(row["is_fragile"]),
        )
        for row in _points(edition, edition.week_on)
    ]
    return sorted(found, key=lambda cell: cell.key)


def _points(edition: Edition, week_on: date) -> list[dict[str, Any]]:
    points = edition.points
    chosen = points[(points["window_weeks"] == HEADLINE_WEEKS) & (points["week_on"] == week_on)]
    return records(chosen)


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["jurisdiction"], row["sector"], row["channel"]


def leading_cells(edition: Edition) -> list[Cell]:
    """Return the cells that have a figure, what is surest first.

    Changes come before leans, leans before the rest; official before press; then the size that is certain, so that a
    wide interval never leads by chance.
    """

    def order(cell: Cell) -> tuple:
        rank = 0 if cell.certain_change else 1 if cell.certain_lean else 2
        size = cell.certain_change or cell.certain_lean or (abs(cell.figure.balance) if cell.figure else 0)
        return rank, CHANNELS.index(cell.channel), -size, cell.key

    return sorted((cell for cell in cells(edition) if cell.figure), key=order)


def leading_pairs(edition: Edition, limit: int = 8) -> list[tuple[str, str]]:
    """Return the jurisdictions and sectors of the leading cells, each once."""
    return list(dict.fromkeys((cell.jurisdiction, cell.sector) for cell in leading_cells(edition)))[:limit]


class Week(NamedTuple):
    """One week of a series that has a figure."""

    week_on: date
    figure: Figure
    statement_count: int


def runs(edition: Edition, jurisdiction: str, sector: str, channel: str) -> list[list[Week]]:
    """Return the charted weeks of a 13-week series that have a figure, split wherever a week has none."""
    points = edition.points
    chosen = points[
        (points["window_weeks"] == HEADLINE_WEEKS)
        & (points["jurisdiction"] == jurisdiction)
        & (points["sector"] == sector)
        & (points["channel"] == channel)
        & (points["week_on"] > edition.week_on - timedelta(weeks=CHARTED_WEEKS))
        & (points["week_on"] <= edition.week_on)
    ].sort_values("week_on")
    split: list[list[Week]] = []
    for row in records(chosen):
        figure = figure_of(row)
        if figure is None:
            continue
        week = Week(row["week_on"], figure, int(row["statement_count"]))
        if split and week.week_on - split[-1][-1].week_on == timedelta(weeks=1):
            split[-1].append(week)
        else:
            split.append([week])
    return split


def charted_from(edition: Edition) -> date:
    """Return the first week that the charts show, the same for all of them."""
    pairs = leading_pairs(edition)
    starts = [run[0].week_on for pair in pairs for channel in CHANNELS for run in runs(edition, *pair, channel)]
    return min([*starts, edition.week_on - timedelta(weeks=LEAST_CHARTED_WEEKS)])


def anchor(jurisdiction: str, sector: str, channel: str) -> str:
    """Return the name of the place on the page that holds the statements behind a cell."""
    return f"point-{jurisdiction}-{sector}-{channel}"


def figures_hash(edition: Edition) -> str:
    """Return the SHA-256 of all that the edition shows; the order of rows does not count."""
    frames = {name: sorted(_rows(getattr(edition, name), columns)) for name, columns in COLUMNS.items()}
    values = {
        "week_on": edition.week_on,
        **frames,
        "is_over": edition.is_over,
        "counts": {name: edition.counts[name] for name in COUNTS},
        "model": {name: edition.model[name] for name in MODEL},
    }
    return hashlib.sha256(_json(values).encode("utf-8", "surrogatepass")).hexdigest()


def _rows(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    return [_json([_plain(value) for value in row]) for row in frame[list(columns)].itertuples(index=False)]


def _plain(value: object) -> object:
    """A frame's value without what differs between machines: the last digits, and how empty is written."""
    if missing(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    return round(value, 6) if isinstance(value, float) else value


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
