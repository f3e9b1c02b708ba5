from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from analysis import steps, store
from analysis.errors import DeliveryError, DeliveryInDoubtError, PolicySignalsError
from analysis.tables import deliveries

WEEK = "2025-W10"


@pytest.fixture
def reported(home, now):
    """A home with the report of one week."""
    steps.report(home, now, WEEK)
    return home


@pytest.fixture
def post():
    """A postman that keeps what it is given, and refuses who is in `refused`."""

    class Post:
        def __init__(self) -> None:
            self.taken, self.refused = [], set()

        def __call__(self, message) -> None:
            if message["To"] in self.refused:
                raise DeliveryError(f"{message['To']} is unknown here")
            self.taken.append(message)

    return Post()


def test_each_recipient_gets_the_mail_once(reported, post, rows, now):
    readers = ["a@example.org", "b@example.org", "a@example.org", "A@Example.org"]
    assert steps.send(reported, now, WEEK, readers, post) == {"sent": 2, "already_sent": 1, "failed": [], "in_doubt": []}
    assert [message["To"] for message in post.taken] == ["a@example.org", "b@example.org"]
    later = now + timedelta(hours=1)
    assert steps.send(reported, later, WEEK, readers, post) == {"sent": 0, "already_sent": 3, "failed": [], "in_doubt": []}
    assert len(post.taken) == 2
    ledger = rows(reported, deliveries)
    assert {(row["recipient"], row["state"], row["error"], row["changed_at"]) for row in ledger} == {
        (reader, "sent", None, now) for reader in readers[:2]
    }
    assert len({row["message_id"] for row in ledger}) == 1
    assert post.taken[0]["Message-ID"] == ledger[0]["message_id"]


def test_who_is_refused_has_failed_and_is_tried_again(reported, post, rows, now):
    post.refused = {"a@example.org"}
    assert steps.send(reported, now, WEEK, ["a@example.org", "b@example.org"], post) == {
        "sent": 1, "already_sent": 0, "failed": ["a@example.org"], "in_doubt": []
    }  # fmt: skip
    [failed] = rows(reported, deliveries, state="failed")
    assert failed["error"] == "a@example.org is unknown here"
    post.refused = set()
    assert steps.send(reported, now, WEEK, ["a@example.org", "b@example.org"], post)["sent"] == 1
    assert {(row["state"], row["error"]) for row in rows(reported, deliveries)} == {("sent", None)}


def test_the_ledger_says_sending_before_a_mail_leaves_and_who_may_have_it_gets_no_second_one(reported, rows, now):
    states = []

    def crash(message) -> None:
        states.append([row["state"] for row in rows(reported, deliveries)])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.send(reported, now, WEEK, ["a@example.org"], crash)
    assert states == [["sending"]]
    assert steps.send(reported, now, WEEK, ["a@example.org"], crash) == {
        "sent": 0,
        "already_sent": 1,
        "failed": [],
        "in_doubt": [],
    }


def test_a_mail_in_doubt_is_told_stays_sending_and_is_not_sent_again(reported, post, rows, now):
    def break_off(message) -> None:
        raise DeliveryInDoubtError("the connection broke")

    readers = ["a@example.org"]
    assert steps.send(reported, now, WEEK, readers, break_off) == {
        "sent": 0, "already_sent": 0, "failed": [], "in_doubt": readers
    }  # fmt: skip
    assert [(row["state"], row["error"]) for row in rows(reported, deliveries)] == [("sending", "the connection broke")]
    assert steps.send(reported, now, WEEK, readers, post)["already_sent"] == 1
    assert post.taken == []


@pytest.mark.parametrize("before", ["", "failed"])
def test_of_two_sends_at_once_on_postgresql_only_one_hands_the_mail_over(own_home, postgresql, post, rows, now, before):
    home = own_home(postgresql)
    steps.report(home, now, WEEK)
    steps.send(home, now, WEEK, ["a@example.org"], post)
    [row] = rows(home, deliveries)
    engine = store.open_engine(postgresql)
    with store.writing(engine) as connection:
        connection.execute(deliveries.delete())
        store.upsert(connection, deliveries, [{**row, "state": "failed", "error": "full"}] if before else [])
    with ThreadPoolExecutor() as pool:
        with store.writing(engine) as connection:
            store.upsert(connection, deliveries, [{**row, "state": "sending"}])
            other = pool.submit(steps.send, home, now, WEEK, ["a@example.org"], post)
            _wait_until_it_waits(engine, other)
        assert other.result(60) == {"sent": 0, "already_sent": 1, "failed": [], "in_doubt": []}
    assert len(post.taken) == 1


def _wait_until_it_waits(engine, other) -> None:
    end = time.monotonic() + 60
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    while not other.done() and time.monotonic() < end:
        with store.reading(engine) as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.05)


def test_a_mail_that_was_deleted_is_a_clear_error(home, post, now):
    made = steps.report(home, now, WEEK)
    Path(made["mail"]).unlink()
    with pytest.raises(PolicySignalsError, match="cannot be read .*: run `policy-signals report --week 2025-W10`"):
        steps.send(home, now, WEEK, ["a@example.org"], post)


@pytest.mark.parametrize(
    "recipient",
    ["a@example.org\r\nBcc: b@example.org", "a@example.org\n", "a@example.org, b@example.org", "nobody", "", "a@"],
)
def test_what_is_not_one_address_is_refused_before_any_mail_leaves(reported, post, rows, now, recipient):
    with pytest.raises(PolicySignalsError, match="recipient .* is no"):
        steps.send(reported, now, WEEK, ["good@example.org", recipient], post)
    assert post.taken == []
    assert rows(reported, deliveries) == []


def test_a_new_edition_is_a_new_mail(reported, documents_folder, flow, post, now):
    steps.send(reported, now, WEEK, ["a@example.org"], post)
    flow(reported, documents_folder, now + timedelta(days=1))
    assert steps.send(reported, now + timedelta(days=1), WEEK, ["a@example.org"], post)["sent"] == 1
    assert post.taken[0]["Message-ID"] != post.taken[1]["Message-ID"]


def test_a_week_without_report_and_a_mail_without_reader_are_refused(reported, post, now):
    with pytest.raises(PolicySignalsError, match="week 2024-W01 has no report"):
        steps.send(reported, now, "2024-W01", ["a@example.org"], post)
    with pytest.raises(PolicySignalsError, match="no recipient"):
        steps.send(reported, now, WEEK, [], post)
