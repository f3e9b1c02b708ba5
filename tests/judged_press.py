"""A database with judged statements, composed for tests, in which every column that may not be empty holds something."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Boolean, Date, DateTime, Enum, Float, Integer, insert, select

from analysis import store
from analysis.tables import UtcTime, documents, fetches, models, signals, sources, statements, stories

MONDAY = datetime(2025, 5, 26, tzinfo=UTC)
CERTAIN = (0.02, 0.03, 0.05, 0.9)


def filled(table, **values) -> dict:
    """Return a row with these values and something permitted in every other column that may not be empty."""
    row = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None or column.name in values:
            continue
        kind = column.type
        if isinstance(kind, Enum):
            row[column.name] = kind.enums[0]
        elif isinstance(kind, UtcTime | DateTime):
            row[column.name] = MONDAY
        elif isinstance(kind, Date):
            row[column.name] = MONDAY.date()
        elif isinstance(kind, Boolean):
            row[column.name] = False
        else:
            row[column.name] = 1 if isinstance(kind, Integer | Float) else ""
    return {**row, **values}


class Press:
    """A database with judged statements; each document has one, of a text of its own unless told otherwise."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.count = 0
        with store.writing(engine) as connection:
            connection.execute(insert(sources), [filled(sources, source_id="paper", name="Paper")])
            connection.execute(insert(models), [filled(models, model_id="m-1", status="current", metrics="{}")])

    def add(self, number: int = 1, probabilities=CERTAIN, language="en", channel="press", collected_at=MONDAY, text=None):
        """Add documents with a statement each and return the statements' ids."""
        names = [f"{self.count + n:04}" for n in range(number)]
        self.count += number
        texts = {name: text or f"The office spoke of case {name}." for name in names}
        with store.writing(self.engine) as connection:
            for table, rows in (
                (stories, [filled(stories, story_id=f"t{n}") for n in names]),
                (fetches, [filled(fetches, fetch_id=f"f{n}", source_id="paper") for n in names]),
                (documents, [
                    filled(
                        documents, document_id=f"d{n}", address_key=n, text_hash=n, revision=1, is_latest=True,
                        story_id=f"t{n}", source_id="paper", fetch_id=f"f{n}", language=language, channel=channel,
                        text=texts[n], collected_at=collected_at, title=f"Case {n}",
                    ) for n in names
                ]),
                (statements, [
                    filled(
                        statements, statement_id=f"s{n}", document_id=f"d{n}", language=language, text=texts[n], before="So."
                    ) for n in names
                ]),
                (signals, [
                    filled(
                        signals, statement_id=f"s{n}", model_id="m-1",
                        **dict(zip(("supportive", "neutral", "restrictive", "no_signal"), probabilities, strict=True)),
                    ) for n in names
                ]),
            ):  # fmt: skip
                connection.execute(insert(table), rows)
        return [f"s{name}" for name in names]

    def rows(self, table, **values) -> list[dict]:
        query = select(table).order_by(*table.primary_key)
        for name, value in values.items():
            query = query.where(table.c[name] == value)
        with store.reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
