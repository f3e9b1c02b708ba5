"""Whether the database holds what it promises."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Select, Table, and_, case, exists, func, not_, or_, select

from analysis import store
from analysis.errors import StoreError
from analysis.index.cells import SERIES
from analysis.settings import Settings
from analysis.tables import (
    WINDOWS,
    documents,
    fetches,
    rejected,
    shift_stories,
    shifts,
    signals,
    stance_gaps,
    stance_index,
    statements,
    stories,
)

LARGEST_BALANCE, LARGEST_DIFFERENCE = 1.0, 2.0
"""A balance lies in -1 to 1, so that two of them differ by at most 2."""


def broken_rules() -> dict[str, Select]:
    """Return, by rule, a selection of the rows that break it."""
    verbatim = func.substr(documents.c.text, statements.c.start + 1, statements.c.end - statements.c.start) == statements.c.text
    sums = signals.c.supportive + signals.c.neutral + signals.c.restrictive + signals.c.no_signal
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
    # A page that was never asked for, because robots.txt or its host's number forbids it, has no entry beside it.
    was_received = or_(fetches.c.outcome == "got", and_(fetches.c.outcome == "refused", fetches.c.entry.is_not(None)))
    return {
        "a statement is a verbatim part of its document": select(statements.c.statement_id)
        .join(documents)
        .where(not_(verbatim)),
        "probabilities of a signal add up to 1": select(signals.c.statement_id).where(func.abs(sums - 1) > 1e-6),
        **_of_figures(),
        **_of_shifts(),
        **_of_stories(),
        "what was received is a document or a stated rejection": select(fetches.c.fetch_id).where(
            fetches.c.role == "document", was_received, not_(led_to)
        ),
    }


def _of_figures() -> dict[str, Select]:
    """Return the rules of the index: each figure with its interval or with why there is none, and in all windows."""
    points, gaps = (stance_index, LARGEST_BALANCE), (stance_gaps, LARGEST_DIFFERENCE)
    return {
        "a point has a figure in its interval, or a reason": _without(*points, "balance", "reason"),
        "a point has a corrected figure in its interval, or a reason": _without(
            *points, "corrected_balance", "corrected_reason"
        ),
        "a gap has a figure in its interval, or a reason": _without(*gaps, "gap", "reason"),
        "a gap has a corrected figure in its interval, or a reason": _without(*gaps, "corrected_gap", "corrected_reason"),
        "a week's story is in the longer windows too": _in_no_longer_window(),
    }


def _without(table: Table, largest: float, name: str, reason: str) -> Select:
    """Select the rows in which a figure is neither whole, in order and on the scale, nor absent for a stated reason."""
    low, figure, high = (table.c[column] for column in (f"{name}_low", name, f"{name}_high"))
    given = [column.is_not(None) for column in (low, figure, high)]
    is_in_order = and_(low >= -largest, low <= figure, figure <= high, high <= largest)
    is_whole = and_(*given, table.c[reason].is_(None), is_in_order)
    is_absent = and_(not_(or_(*given)), table.c[reason].is_not(None))
    return select(table.c.week_on).where(not_(or_(is_whole, is_absent)))


def _in_no_longer_window() -> Select:
    """Select the weeks of a series with a point of a window and none of the next longer one."""
    series: list[Column] = [stance_index.c[name] for name in ("week_on", *SERIES, "model_id")]
    holds = [func.max(case((stance_index.c.window_weeks == weeks, 1), else_=0)) for weeks in WINDOWS]
    shorter = [longer < short for short, longer in zip(holds, holds[1:], strict=False)]
    return select(stance_index.c.week_on).group_by(*series).having(or_(*shorter))


def _of_shifts() -> dict[str, Select]:
    """Return the rules of shifts: each has its change in its interval and leads to stories, which are there."""
    is_in_order = and_(
        shifts.c.low >= -LARGEST_DIFFERENCE,
        shifts.c.low <= shifts.c.change,
        shifts.c.change <= shifts.c.high,
        shifts.c.high <= LARGEST_DIFFERENCE,
    )
    is_told = exists().where(shifts.c.shift_id == shift_stories.c.shift_id)
    is_there = exists().where(stories.c.story_id == shift_stories.c.story_id)
    return {
        "a shift has its change in its interval": select(shifts.c.shift_id).where(not_(is_in_order)),
        "a shift leads to the stories that moved it": select(shifts.c.shift_id).where(
            not_(exists().where(shift_stories.c.shift_id == shifts.c.shift_id))
        ),
        "a story of a shift is there": select(shift_stories.c.story_id).where(not_(and_(is_told, is_there))),
    }


def _of_stories() -> dict[str, Select]:
    """Return the rules of stories: one first document each, to which links lead from all others, and all of them counted."""
    linked = documents.alias()
    is_first = documents.c.story_reason == "first"
    leads_back = exists().where(linked.c.document_id == documents.c.story_link, linked.c.story_id == documents.c.story_id)
    firsts = func.sum(case((is_first, 1), else_=0))
    own = select(documents.c.story_id, firsts.label("firsts"), func.count(documents.c.address_key.distinct()).label("counted"))
    of_story = own.group_by(documents.c.story_id).subquery()
    told = select(stories.c.story_id).outerjoin(of_story, of_story.c.story_id == stories.c.story_id)
    return {
        "a story has one first document": told.where(func.coalesce(of_story.c.firsts, 0) != 1),
        "a story counts its documents": told.where(func.coalesce(of_story.c.counted, 0) != stories.c.document_count),
        "a document comes to its story by another of it, or is the first": select(documents.c.document_id).where(
            or_(is_first & documents.c.story_link.is_not(None), not_(is_first) & not_(leads_back))
        ),
        "links lead from each document to the first of its story": _cut_off(),
    }


def _cut_off() -> Select:
    """Select the documents from which the links, one after the other, lead to no first document."""
    is_linked = documents.c.story_reason != "first"
    behind = (
        select(documents.c.document_id, documents.c.story_link.label("link")).where(is_linked).cte("behind", recursive=True)
    )
    further = documents.alias()
    step = select(behind.c.document_id, further.c.story_link).join(further, further.c.document_id == behind.c.link)
    behind = behind.union(step)
    led = select(behind.c.document_id).where(behind.c.link.is_(None))
    return select(documents.c.document_id).where(is_linked, documents.c.document_id.not_in(led))


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
