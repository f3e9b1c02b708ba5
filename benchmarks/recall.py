"""What was missed: the events of `events.toml` against the documents of a database, by year, jurisdiction and source.

    python -m benchmarks.recall [DATABASE] [--misses]

An event is caught by a document dated from BEFORE days before it to AFTER days after it with a statement of one of its
authorities about one of its sectors, by the current model. Events before the first document or after the last one do not count.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from analysis import store
from analysis.catalogue.event import Event, events
from analysis.settings import settings
from analysis.steps.index import counted_signals
from analysis.tables import documents, models, signal_sectors, statements

BEFORE, AFTER = 3, 14
"""Days: press tells some acts before they are published, and what comes later than a fortnight was not caught in time."""
READ = [
    statements.c.authority_id,
    documents.c.source_id,
    documents.c.published_on,
    documents.c.channel,
    signal_sectors.c.sector,
]


def told(database: str, today: date) -> pd.DataFrame:
    """Return who said something about a sector on which day, by source and channel, each once."""
    engine = store.open_engine(database)
    with store.reading(engine) as connection:
        model_id = connection.scalar(models.select().with_only_columns(models.c.model_id).where(models.c.status == "current"))
        return store.read(connection, counted_signals(model_id or "", READ, today)).drop_duplicates()


def catches(event: Event, said: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `told` that catch an event."""
    near = said["published_on"].between(event.on - timedelta(days=BEFORE), event.on + timedelta(days=AFTER))
    return said[near & said["authority_id"].isin(event.authorities) & said["sector"].isin(event.sectors)]


def covered(every: Iterable[Event], said: pd.DataFrame) -> list[Event]:
    """Return the events within the days of the documents."""
    if said.empty:
        return []
    first, last = said["published_on"].min(), said["published_on"].max()
    return [event for event in every if first <= event.on <= last]


def table(asked: Sequence[Event], caught: dict[str, pd.DataFrame], key: str) -> list[str]:
    """Return a line for each year or jurisdiction: how many of its events were caught, by either channel and by both kinds."""
    groups: dict[str, list[Event]] = {}
    for event in asked:
        groups.setdefault(str(event.on.year) if key == "year" else event.jurisdiction or "none", []).append(event)
    return [line(name, part, caught) for name, part in sorted(groups.items())]


def line(name: str, part: Sequence[Event], caught: dict[str, pd.DataFrame]) -> str:
    """Return one line of the table."""
    found = [caught[event.id] for event in part]
    some = sum(len(rows) > 0 for rows in found)
    by_channel = [sum((rows["channel"] == channel).any() for rows in found) for channel in ("official", "press")]
    return f"{name:24} {len(part):6} {some:7} {some / len(part):6.0%} {by_channel[0]:9} {by_channel[1]:6}"


def main(arguments: list[str] | None = None) -> None:
    """Print recall by year and jurisdiction, what each source caught, and on request every miss."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recall", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("database", nargs="?", help="SQLAlchemy address; without it that of the settings")
    parser.add_argument("--misses", action="store_true", help="list every event that was missed")
    given = parser.parse_args(arguments)
    today = datetime.now(UTC).date()
    said = told(given.database or settings().database_url, today)
    asked = covered(events(today).values(), said)
    if not asked:
        tell("no event lies within the days of the documents: collect and classify first")
        return
    caught = {event.id: catches(event, said) for event in asked}
    tell(f"{'':24} events  caught  share  official  press")
    tell("\n".join([line("all", asked, caught), *table(asked, caught, "year"), *table(asked, caught, "jurisdiction")]))
    by_source = pd.concat([rows.assign(event=name) for name, rows in caught.items()]).groupby("source_id")["event"].nunique()
    tell("\nevents caught by source")
    tell("\n".join(f"{name:24} {count:6}" for name, count in by_source.sort_values(ascending=False).items()))
    if given.misses:
        tell("\nmissed")
        tell("\n".join(f"{event.on} {event.id:44} {event.title}" for event in asked if caught[event.id].empty))


def tell(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
