"""Whether the index turns where it should: the turning points of `events.toml` against the documents of a database.

    python -m benchmarks.backtest [DATABASE]

For each event marked as a turning point the balance of the window that begins with its week is compared with what was before,
in two ways: `window`, that of the window that ends before it, and `past`, the two years before it, shrunk towards the wider
lines (`analysis.index.prior`), which is known even where hardly anything was said just before. Its line is the first of these
with enough stories: its leading authority, official, then press; the authority's jurisdiction, official, then press; over the
event's sectors the mean. What is printed, by sign and length of the window (13 and 4 weeks):

- judged: events with THIN effective stories in each window that is compared. That is far below the gate of what is published,
  as the sample archive is small: single events say little, their shares something;
- right: of these, those whose balance moves as the event leans; beside it how often it moves so at any other week of the same
  lines, which is what chance gives;
- dated: of the right ones, those whose largest move that way within half a year either side begins within one window of it.

Then every miss with its reason: no documents, too few stories, wrong sign.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import store
from analysis.catalogue.event import Event, events
from analysis.index.balance import MASSES, figures
from analysis.index.cells import SERIES, units
from analysis.index.intervals import balances
from analysis.index.weights import declared_weights
from analysis.index.windows import windows
from analysis.settings import settings
from analysis.steps.index import COUNTED, counted_signals, monday
from analysis.tables import CHANNELS, models

THIN = 3.0
"""Effective stories in a window: as few as a figure can have at all."""
WINDOWS = (13, 4)
"""Lengths of the windows in weeks; the first leads."""
COMPARED = ("past", "window")
"""What a window is compared with; the first leads."""
AROUND_WEEKS = 26
LINE = ["window_weeks", *SERIES]
VALUES = ["balance", "effective", "past"]
SIGN = {"supportive": 1, "restrictive": -1}


class Found(NamedTuple):
    """What the index says of an event."""

    event: Event
    reason: str
    """`right`, `wrong sign`, `too few stories` or `no documents`."""
    line: str
    """Whose line it is of."""
    move: float
    is_dated: bool
    chance: float
    """Share of all other weeks of the line with a move that way."""


def lines(database: str, today: date) -> dict[tuple, pd.DataFrame]:
    """Return balance, effective stories and past balance, by week, of each window length and series of the current model."""
    engine = store.open_engine(database)
    with store.reading(engine) as connection:
        model_id = connection.scalar(models.select().with_only_columns(models.c.model_id).where(models.c.status == "current"))
        found = store.read(connection, counted_signals(model_id or "", COUNTED, today))
    if found.empty:
        return {}
    held = windows(units(found, declared_weights()), pd.Timestamp(monday(today)))
    told = figures(held.summed(MASSES), held.counts["story_count"].to_numpy())
    told = told.assign(effective=held.effective, past=balances(held.prior))
    rows = pd.concat([held.cells.rows[[*LINE, "week_on"]], told[VALUES]], axis=1)
    rows["week_on"] = pd.to_datetime(rows["week_on"]).dt.date
    return {key: one.set_index("week_on")[VALUES] for key, one in rows.groupby(LINE, sort=True)}


def moves(line: pd.DataFrame, window: int, compared: str) -> pd.Series:
    """Return the change at each week: the window that begins with it less what was before; only with THIN stories."""
    given = line[line["effective"] >= THIN].dropna()
    after = given.set_axis([week - timedelta(weeks=window - 1) for week in given.index])
    if compared == "past":
        return after["balance"] - after["past"]
    before = given["balance"].set_axis([week + timedelta(weeks=1) for week in given.index])
    return (after["balance"] - before).dropna()


def judged(event: Event, known: dict[tuple, pd.DataFrame], window: int, compared: str) -> Found:
    """Return what the lines say of one event with one window and comparison."""
    week, sign, has_documents = monday(event.on), SIGN[event.direction], False
    bodies = [("authority", event.authorities[0], event.jurisdiction), ("jurisdiction", "", event.jurisdiction)]
    for body, channel in ((body, channel) for body in bodies for channel in CHANNELS):
        held = [known[key] for sector in event.sectors if (key := (window, *body, sector, channel)) in known]
        near = [any(abs((one - week).days) < 7 * window for one in line.index) for line in held]
        has_documents = has_documents or any(near)
        each = [found for line in held if week in (found := moves(line, window, compared)).index]
        if not each:
            continue
        move = float(np.mean([one[week] for one in each]))
        every = pd.concat(each, axis=1).mean(axis=1) * sign
        others = every.drop(week)
        around = every[[abs((one - week).days) <= 7 * AROUND_WEEKS for one in every.index]]
        is_dated = abs((around.index[int(around.to_numpy().argmax())] - week).days) <= 7 * window
        reason = "right" if move * sign > 0 else "wrong sign"
        return Found(event, reason, f"{body[1] or body[2]} {channel}", move, is_dated, float((others > 0).mean()))
    return Found(event, "too few stories" if has_documents else "no documents", "", float("nan"), False, float("nan"))


def summary(found: Iterable[Found], window: int, compared: str) -> list[str]:
    """Return a line for each sign."""
    every, told = list(found), []
    for name in ("restrictive", "supportive", "both"):
        of_sign = [one for one in every if name in (one.event.direction, "both")]
        counted = [one for one in of_sign if one.reason in ("right", "wrong sign")]
        right = [one for one in counted if one.reason == "right"]
        chance = [one.chance for one in counted if np.isfinite(one.chance)]
        dated = sum(one.is_dated for one in right)
        told.append(
            f"{window:2} weeks, {compared:7} {name:12} {len(of_sign):4} events {len(counted):4} judged {len(right):4} right"
            f" ({share(len(right), len(counted))}, by chance {f'{np.mean(chance):.0%}' if chance else 'not known'})"
            f" {dated:4} dated ({share(dated, len(right))})"
        )
    return told


def share(part: int, whole: int) -> str:
    """Return a share as people read it."""
    return f"{part / whole:.0%}" if whole else "none"


def misses(found: Iterable[Found]) -> list[str]:
    """Return a line for each event that was not found, by reason, then day."""
    missed = sorted((one for one in found if one.reason != "right"), key=lambda one: (one.reason, one.event.on))
    return [
        f"{one.reason:16} {one.event.on} {one.event.direction:12} {one.event.id:44} "
        f"{f'{one.line} {one.move:+.2f}' if one.line else ''}".rstrip()
        for one in missed
    ]


def tell(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


def main(arguments: list[str] | None = None) -> None:
    """Print recall by sign and the misses."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backtest", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("database", nargs="?", help="SQLAlchemy address; without it that of the settings")
    database = parser.parse_args(arguments).database
    today = datetime.now(UTC).date()
    known = lines(database or settings().database_url, today)
    turns = [event for event in events(today).values() if event.turning_point]
    tell(f"{len(turns)} turning points, thin figures: {THIN:g} effective stories a window, where what is published has 30")
    every = {asked: [judged(event, known, *asked) for event in turns] for asked in product(WINDOWS, COMPARED)}
    for asked, found in every.items():
        tell("\n".join(summary(found, *asked)))
    tell(f"misses with {WINDOWS[0]} weeks against the {COMPARED[0]}:")
    tell("\n".join(misses(every[WINDOWS[0], COMPARED[0]])))


if __name__ == "__main__":
    main()
