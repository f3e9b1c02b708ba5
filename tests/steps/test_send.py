from __future__ import annotations

from datetime import timedelta

import pytest

from analysis import steps
from analysis.errors import DeliveryError, PolicySignalsError
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
    assert steps.send(reported, now, WEEK, readers, post) == {"sent": 2, "already_sent": 1, "failed": []}
    assert [message["To"] for message in post.taken] == ["a@example.org", "b@example.org"]
    later = now + timedelta(hours=1)
    assert steps.send(reported, later, WEEK, readers, post) == {"sent": 0, "already_sent": 3, "failed": []}
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
        "sent": 1, "already_sent": 0, "failed": ["a@example.org"]
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
    assert steps.send(reported, now, WEEK, ["a@example.org"], crash) == {"sent": 0, "already_sent": 1, "failed": []}


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
