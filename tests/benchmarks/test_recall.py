from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analysis.catalogue.event import Event
from benchmarks.recall import catches, covered, line, table

EVENT = Event(
    id="us-invented-order",
    on=date(2024, 5, 10),
    authorities=("us-ftc", "us-doj"),
    jurisdiction="US",
    sectors=("fintech",),
    direction="restrictive",
    act="rule",
    title="An invented order on payments",
    reference="No. 12 of an invented list",
)
ROW = ("us-ftc", "paper", date(2024, 5, 12), "press", "fintech")
NAMES = ("authority_id", "source_id", "published_on", "channel", "sector")


def said(**changes):
    return {**dict(zip(NAMES, ROW, strict=True)), **changes}


@pytest.mark.parametrize(
    ("changes", "is_caught"),
    [
        ({}, True),
        ({"authority_id": "us-doj"}, True),
        ({"published_on": date(2024, 5, 7)}, True),
        ({"published_on": date(2024, 5, 24)}, True),
        ({"published_on": date(2024, 5, 6)}, False),
        ({"published_on": date(2024, 5, 25)}, False),
        ({"authority_id": "us-sec"}, False),
        ({"sector": "semiconductors"}, False),
    ],
)
def test_an_event_is_caught_by_its_body_on_its_sector_in_its_days(changes, is_caught):
    assert bool(len(catches(EVENT, pd.DataFrame([said(**changes)])))) == is_caught


def test_events_outside_the_days_of_the_documents_do_not_count():
    later = EVENT.model_copy(update={"id": "us-later", "on": date(2024, 6, 1)})
    rows = pd.DataFrame([said(published_on=date(2024, 5, 1)), said()])
    assert covered([EVENT, later], rows) == [EVENT]
    assert covered([EVENT], rows.iloc[:0]) == []


def test_recall_is_told_by_year_and_channel():
    other = EVENT.model_copy(update={"id": "us-other", "on": date(2023, 5, 10)})
    rows = pd.DataFrame([said(), said(channel="official", source_id="register")])
    caught = {event.id: catches(event, rows) for event in (EVENT, other)}
    assert line("all", [EVENT, other], caught).split() == ["all", "2", "1", "50%", "1", "1"]
    assert [told.split()[:3] for told in table([EVENT, other], caught, "year")] == [["2023", "1", "0"], ["2024", "1", "1"]]
