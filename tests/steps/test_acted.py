"""The ledger and the officials' stances as a step: what it writes, and what it leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from judged_press import Press
from sqlalchemy import insert, update

from analysis import store
from analysis.errors import StoreError
from analysis.settings import Settings
from analysis.steps.acted import weigh_deeds
from analysis.steps.place import open_place
from analysis.tables import deeds, documents, models, signal_sectors, speaker_stances, statements

WARM, COLD = (0.8, 0.1, 0.05, 0.05), (0.05, 0.1, 0.8, 0.05)
SPEAKER = {"speaker": "Ada Example", "office_id": "us-ftc-chair"}


@pytest.fixture
def place(database, tmp_path) -> Settings:
    """A place of the test's own, once on each kind of database."""
    return Settings(
        home=tmp_path / "home", database=database, contact="", sources="sample", allow_loopback=True, smtp="", sender=""
    )


@pytest.fixture
def press(place) -> Press:
    engine = open_place(place)
    yield Press(engine)
    engine.dispose()


def tell(press, day, act, shares, channel="official", **told) -> str:
    """Add a statement of the authority, told on a day, and return its id."""
    [name] = press.add(probabilities=shares, channel=channel)
    with store.writing(press.engine) as connection:
        owner = update(documents).where(documents.c.document_id == f"d{name[1:]}")
        connection.execute(owner.values(published_on=day, date_flag="stated"))
        changed = update(statements).where(statements.c.statement_id == name)
        connection.execute(changed.values(authority_id="us-ftc", act=act, **told))
        sector = {"statement_id": name, "model_id": "m-1", "sector": "online_platforms", "relevance": 1.0}
        connection.execute(insert(signal_sectors), [sector])
    return name


@pytest.fixture
def spoken(press) -> Press:
    """Three warm speeches of one official within two weeks of March, and an approval in April."""
    for day in (3, 5, 12):
        tell(press, date(2025, 3, day), "speech", WARM, **SPEAKER)
    tell(press, date(2025, 4, 2), "approval", WARM)
    return press


def test_both_tables_are_written_once_and_a_run_that_changes_nothing_writes_nothing(spoken, place, now, contents):
    assert weigh_deeds(place, now) == {"deeds": 1, "speaker_stances": 1}
    before = contents(place)
    assert weigh_deeds(place, now) == weigh_deeds(place, now + timedelta(hours=1)) == {"deeds": 0, "speaker_stances": 0}
    assert contents(place) == before
    [run] = spoken.rows(deeds)
    assert (run["authority_id"], run["first_on"], run["last_on"]) == ("us-ftc", date(2025, 3, 3), date(2025, 3, 12))
    assert (run["words"], run["story_count"], run["acts"], run["first_act_on"]) == ("warm", 3, "approval", date(2025, 4, 2))
    assert (run["model_id"], run["as_of_at"]) == ("m-1", now)
    [stance] = spoken.rows(speaker_stances)
    assert (stance["person"], stance["office_id"], stance["authority_id"]) == ("Ada Example", "us-ftc-chair", "us-ftc")
    assert (stance["statement_count"], stance["first_on"], stance["reason"]) == (3, date(2025, 3, 3), None)
    assert stance["balance_low"] <= stance["balance"] <= stance["balance_high"]


def test_what_was_open_is_told_anew_when_it_is_due_and_the_old_vintage_stays(spoken, place, now):
    early = now.replace(month=5)
    weigh_deeds(place, early)
    assert weigh_deeds(place, now.replace(month=7)) == {"deeds": 1, "speaker_stances": 0}
    assert [row["outcome"] for row in spoken.rows(deeds)] == ["open", "followed"]


def test_what_comes_later_is_not_known_before(spoken, place, now):
    tell(spoken, date(2025, 9, 1), "speech", COLD, **SPEAKER)
    weigh_deeds(place, now)
    assert len(spoken.rows(deeds)) == 1
    assert [row["statement_count"] for row in spoken.rows(speaker_stances)] == [3]


def test_a_run_whose_documents_are_gone_is_withdrawn_once(spoken, place, now):
    weigh_deeds(place, now)
    with store.writing(spoken.engine) as connection:
        connection.execute(update(documents).values(is_latest=False))
    later = now + timedelta(days=1)
    assert weigh_deeds(place, later) == {"deeds": 1, "speaker_stances": 1}
    _, run = spoken.rows(deeds)
    assert (run["outcome"], run["words"], run["balance"], run["act_count"]) == ("withdrawn", None, None, 0)
    _, stance = spoken.rows(speaker_stances)
    assert (stance["statement_count"], stance["balance"], stance["first_on"]) == (0, None, None)
    assert weigh_deeds(place, later + timedelta(days=1)) == {"deeds": 0, "speaker_stances": 0}


def test_without_a_current_model_nothing_is_written(spoken, place, now):
    with store.writing(spoken.engine) as connection:
        connection.execute(update(models).values(status="retired"))
    assert weigh_deeds(place, now) == {"deeds": 0, "speaker_stances": 0}


def test_an_empty_place_has_an_empty_ledger(press, place, now):
    assert weigh_deeds(place, now) == {"deeds": 0, "speaker_stances": 0}


def test_a_clock_that_was_ahead_is_told(spoken, place, now):
    weigh_deeds(place, now + timedelta(days=3))
    with pytest.raises(StoreError, match="deeds was computed at 2025-.* set the machine's clock"):
        weigh_deeds(place, now)
