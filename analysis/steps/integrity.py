"""Whether the database holds what it promises."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, exists, func, not_, or_, select

from analysis import store
from analysis.errors import StoreError
from analysis.settings import Settings
from analysis.tables import documents, fetches, rejected, signals, stance_index, statements


def broken_rules() -> dict[str, Select]:
    """Return, by rule, a selection of the rows that break it."""
    verbatim = func.substr(documents.c.text, statements.c.start + 1, statements.c.end - statements.c.start) == statements.c.text
    sums = signals.c.supportive + signals.c.neutral + signals.c.restrictive + signals.c.no_signal
    has_figure = and_(
        stance_index.c.balance.is_not(None),
        stance_index.c.balance_low.is_not(None),
        stance_index.c.balance_high.is_not(None),
    )
    # A document keeps the fetch that brought it first; what the same address gave later led to that document too.
    first = fetches.alias()
    led_to = or_(
        exists().where(
            documents.c.fetch_id == first.c.fetch_id,
            first.c.source_id == fetches.c.source_id,
            first.c.address == fetches.c.address,
        ),
        exists().where(and_(rejected.c.source_id == fetches.c.source_id, rejected.c.subject == fetches.c.address)),
    )
    return {
        "a statement is a verbatim part of its document": select(statements.c.statement_id)
        .join(documents)
        .where(not_(verbatim)),
        "probabilities of a signal add up to 1": select(signals.c.statement_id).where(func.abs(sums - 1) > 1e-6),
        "a point has a figure with its interval, or a reason": select(stance_index.c.week_on).where(
            has_figure == stance_index.c.reason.is_not(None)
        ),
        "an interval holds its balance": select(stance_index.c.week_on).where(
            or_(
                stance_index.c.balance < stance_index.c.balance_low,
                stance_index.c.balance > stance_index.c.balance_high,
            )
        ),
        "what was received is a document or a stated rejection": select(fetches.c.fetch_id).where(
            fetches.c.role == "document", fetches.c.outcome.in_(("got", "refused")), not_(led_to)
        ),
    }


def check_database(settings: Settings) -> dict[str, Any]:
    """Return the database's revision, the rows of each table, and how many rows break each broken rule.

    Raises StoreError when it is not at the newest revision.
    """
    engine = store.open_engine(settings.database_url)
    with store.reading(engine) as connection:
        if not store.is_upgraded(connection):
            raise StoreError("the database is not at the newest revision: run `policy-signals database upgrade`")
        found = {
            rule: connection.scalar(select(func.count()).select_from(rows.subquery())) for rule, rows in broken_rules().items()
        }
        rows = store.row_counts(connection)
    return {
        "revision": store.upgrade(engine),
        "rows": rows,
        "broken": {rule: count for rule, count in found.items() if count},
    }
