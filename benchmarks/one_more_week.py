"""What one more week costs the index after two years of history and after ten.

    python -m benchmarks.one_more_week [--years 2 10]

A database in a folder of its own is filled with composed documents, DOCUMENTS a week with two statements each, of twenty
authorities in six sectors. Its index is computed up to the last but one week; then the run is timed in which the last week is
new, beside one that computes all weeks. Seconds are of the processor, of the fastest of REPEATS runs. The goal: one more week
costs at most MOST times as much after the longest history as after the shortest.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Boolean, Date, DateTime, Engine, Enum, Float, Integer, Table, delete, insert, select

from analysis import store
from analysis.settings import Settings
from analysis.steps.index import index
from analysis.steps.place import open_place
from analysis.tables import (
    CHANNELS,
    STANCES,
    UtcTime,
    authorities,
    documents,
    fetches,
    index_weeks,
    models,
    signal_sectors,
    signals,
    sources,
    stance_gaps,
    stance_index,
    statements,
    stories,
)
from analysis.tables.words import SECTORS

SEED = 2026
LAST = date(2025, 6, 2)
NOON = datetime(2025, 6, 8, 12, tzinfo=UTC)
"""The Sunday of the last week."""
DOCUMENTS, AUTHORITIES, OF_SECTORS = 50, 20, 6
MEAN = (3.0, 2.0, 2.0, 2.0)
TEXT = "Composed. " * 300
"""As long as a usual article, so that a row takes as much room."""
REPEATS = 3
MOST = 1.3
MODEL = "m-1"


def filled(table: Table, **values: Any) -> dict[str, Any]:
    """Return a row with these values and something permitted in every other column that may not be empty."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None or column.name in values:
            continue
        kind = column.type
        if isinstance(kind, Enum):
            row[column.name] = kind.enums[0]
        elif isinstance(kind, UtcTime | DateTime):
            row[column.name] = NOON - timedelta(weeks=600)
        elif isinstance(kind, Date):
            row[column.name] = LAST
        elif isinstance(kind, Boolean):
            row[column.name] = False
        else:
            row[column.name] = 1 if isinstance(kind, Integer | Float) else ""
    return row | values


def compose(engine: Engine, years: int, rng: np.random.Generator) -> None:
    """Fill a database with the documents of some years up to the last week."""
    with store.writing(engine) as connection:
        who = list(
            connection.scalars(select(authorities.c.authority_id).order_by(authorities.c.authority_id).limit(AUTHORITIES))
        )
        connection.execute(insert(sources), [filled(sources, source_id="paper", name="Paper")])
        connection.execute(insert(models), [filled(models, model_id=MODEL, status="current", metrics="{}")])
        for week in range(52 * years):
            for table, rows in _week(week, who, rng).items():
                connection.execute(insert(table), rows)


def _week(week: int, who: list[str], rng: np.random.Generator) -> dict[Table, list[dict[str, Any]]]:
    """Return the rows of a week, so many before the last one; every document is a story of its own."""
    rows: dict[Table, list[dict[str, Any]]] = {
        table: [] for table in (stories, fetches, documents, statements, signals, signal_sectors)
    }
    for number in range(DOCUMENTS):
        name = f"{week:04}{number:03}".ljust(20, "0")
        rows[stories].append(filled(stories, story_id=f"t{name}"))
        rows[fetches].append(filled(fetches, fetch_id=f"f{name}", source_id="paper"))
        of_document = {
            "document_id": f"d{name}", "address_key": name, "text_hash": name, "revision": 1, "is_latest": True,
            "story_id": f"t{name}", "source_id": "paper", "fetch_id": f"f{name}", "language": "en", "text": TEXT,
            "channel": str(rng.choice(CHANNELS)), "date_flag": "stated",
            "published_on": LAST + timedelta(days=int(rng.integers(0, 7)), weeks=-week),
        }  # fmt: skip
        rows[documents].append(filled(documents, **of_document))
        for place, mass in enumerate(rng.dirichlet(MEAN, 2)):
            said = {"statement_id": f"s{name}{place}", "model_id": MODEL}
            of_statement = {"document_id": f"d{name}", "language": "en", "text": "Composed.", "act": "none"}
            told = {"statement_id": said["statement_id"], "authority_id": str(rng.choice(who))} | of_statement
            rows[statements].append(filled(statements, **told))
            shares = dict(zip(STANCES, mass.tolist(), strict=True))
            rows[signals].append(filled(signals, **said, stance=STANCES[int(mass.argmax())], **shares))
            sector = str(rng.choice(SECTORS[:OF_SECTORS]))
            rows[signal_sectors].append(filled(signal_sectors, **said, sector=sector, relevance=1.0))
    return rows


def seconds(work: Callable[[], object]) -> float:
    """Return the processor's seconds of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(years: int) -> tuple[float, float]:
    """Return the seconds of computing one more week after some years, and those of computing all weeks."""
    with tempfile.TemporaryDirectory() as folder:
        place = Settings(home=Path(folder), database="", contact="", sources="sample", allow_loopback=True, smtp="", sender="")
        engine = open_place(place)
        compose(engine, years, np.random.default_rng(SEED))
        every = seconds(lambda: index(place, NOON - timedelta(weeks=1)))
        found = []
        for number in range(REPEATS):
            moment = NOON + timedelta(minutes=number)
            found.append(seconds(lambda moment=moment: index(place, moment)))  # type: ignore[misc]
            with store.writing(engine) as connection:
                for table in (index_weeks, stance_index, stance_gaps):
                    connection.execute(delete(table).where(table.c.week_on == LAST))
        engine.dispose()
    return min(found), every


def main() -> int:
    """Print what was measured and return 0 where the goal is reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, nargs=2, default=[2, 10], help="Lengths of the two histories.")
    asked = parser.parse_args()
    # Loaded before anything is timed: it takes longer than a week of the index.
    import great_expectations  # noqa: F401

    told = {years: measure(years) for years in asked.years}
    (short, short_all), (long, long_all) = told.values()
    is_reached = long / short <= MOST
    lines = [f"{years:2} years: one more week {week:.2f} s, all weeks {every:.2f} s" for years, (week, every) in told.items()]
    lines += [
        f"ratio: one more week {long / short:.2f}, all weeks {long_all / short_all:.2f}",
        f"{'PASS' if is_reached else 'FAIL'}: at most {MOST}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
