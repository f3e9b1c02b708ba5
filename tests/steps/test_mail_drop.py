"""A folder into which mails are put; every mail is composed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from analysis import catalogue, steps
from analysis.collect.listing.mail import comes_from, read_mail
from analysis.steps.integrity import check_database
from analysis.tables import documents, fetches, rejected, source_state

TEXT = "The agency of round {0} said that it will support technology firms with simpler rules. It met on day {0} at noon."
HOSTS = ["agency.example", "lists.example"]


@pytest.fixture
def drop(tmp_path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.fixture
def declared(drop, declare) -> Callable[..., None]:
    """Declare the folder as a source of mails from these hosts."""

    def declared(hosts: list[str]) -> None:
        declare(other="http://127.0.0.1:9/never")
        fields = {
            "id": "letters", "name": "Letters", "kind": "mail", "address": str(drop), "channel": "official",
            "authority_id": "us-sec", "hosts": hosts, "expected_per_week": 7,
        }  # fmt: skip
        words = "[[source]]\n" + "\n".join(f"{name} = {json.dumps(value)}" for name, value in fields.items())
        (catalogue.FOLDER / "sources" / "letters.toml").write_text(words, encoding="utf-8")
        catalogue.sources.cache_clear()

    declared(HOSTS)
    return declared


@pytest.fixture
def put(drop) -> Callable[..., None]:
    """Put a mail into the folder."""

    def put(name: str, number: int = 1, sender: str = "Press <press@news.agency.example>", **headers: str) -> None:
        mail = EmailMessage()
        told = {
            "Subject": f"Notice {number}", "From": sender, "Date": f"Tue, 0{number} Apr 2025 23:30:00 -0400",
            "Message_ID": f"<notice-{number}@agency.example>", **headers,
        }  # fmt: skip
        for key, words in told.items():
            if words:
                mail[key.replace("_", "-")] = words
        mail.set_content(TEXT.format(number))
        (drop / name).parent.mkdir(parents=True, exist_ok=True)
        (drop / name).write_bytes(mail.as_bytes())

    return put


@pytest.fixture
def collect(home, now, declared):
    def collect(moment=now):
        return steps.collect(home, moment, ["letters"], offline=True)

    return collect


def test_a_mail_is_a_document_with_its_subject_moment_and_the_authority_of_its_source(put, collect, home, rows):
    put("a.eml")
    put("2025/b.eml", 2)
    assert collect()["documents"] == 2
    first, second = sorted(rows(home, documents), key=lambda row: row["title"])
    assert (first["title"], first["channel"], first["authority_id"]) == ("Notice 1", "official", "us-sec")
    assert (first["published_on"], first["date_flag"]) == (date(2025, 4, 1), "stated")
    assert first["published_at"] == datetime(2025, 4, 2, 3, 30, tzinfo=UTC)
    assert (first["file_path"], second["file_path"]) == ("a.eml", "2025/b.eml")
    assert TEXT.format(1) in first["text"]
    told = [json.loads(row["entry"])["entry_id"] for row in rows(home, fetches)]
    assert sorted(told) == [f"notice-{number}@agency.example" for number in (1, 2)]
    assert check_database(home)["broken"] == {}


def test_a_mail_is_counted_once_though_it_is_moved_or_delivered_twice(put, collect, drop, home, rows):
    put("new/a.eml")
    assert collect()["documents"] == 1
    assert collect() == {"documents": 0, "copies": 0, "rejected": 0, "failed_sources": []}
    (drop / "new" / "a.eml").rename(drop / "seen.eml")
    put("twice.eml", Received="from relay.example", Subject="[list] Notice 1")
    put("unnamed.eml", 2, Message_ID="")
    put("unnamed-too.eml", 3, Message_ID="")
    assert collect()["documents"] == 2
    assert len([row for row in rows(home, documents) if row["is_latest"]]) == 3
    found = {row["subject"]: (row["rule"], row["severity"]) for row in rows(home, rejected)}
    assert found == {"seen.eml": ("exact_copy", "info"), "twice.eml": ("delivered_twice", "info")}
    assert collect() == {"documents": 0, "copies": 0, "rejected": 0, "failed_sources": []}


def test_a_mail_of_a_stranger_is_refused_and_read_once_its_host_is_declared(put, collect, home, rows, declared):
    put("a.eml", sender="Press <press@agency.example.evil.example>")
    assert collect() == {"documents": 0, "copies": 0, "rejected": 1, "failed_sources": []}
    [row] = rows(home, rejected)
    assert (row["rule"], row["subject"]) == ("sender_not_allowed", "a.eml")
    assert "it is from agency.example.evil.example, not of the source's hosts: add" in row["reason"]
    assert collect()["rejected"] == 0
    declared([*HOSTS, "evil.example"])
    assert collect()["documents"] == 1
    assert rows(home, rejected) == []


def test_what_is_no_mail_and_mails_without_a_sender_are_refused_with_the_reason(put, collect, drop, home, rows):
    put("nobody.eml", sender="", Message_ID="")
    put("empty.eml", 2)
    (drop / "empty.eml").write_bytes(b"")
    (drop / "paper.pdf").write_bytes(b"%PDF-1.4")
    assert collect()["documents"] == 0
    found = {row["subject"]: (row["rule"], row["severity"]) for row in rows(home, rejected)}
    assert found == {
        "nobody.eml": ("sender_not_allowed", "critical"),
        "empty.eml": ("sender_not_allowed", "critical"),
        "paper.pdf": ("not_a_mail", "critical"),
    }


def test_a_folder_of_mails_that_is_missing_is_a_failed_source(collect, drop):
    drop.rmdir()
    assert collect()["failed_sources"] == ["letters"]


def test_a_folder_in_which_no_new_mail_appears_grows_stale(put, collect, home, rows, now):
    put("a.eml", 2, Date=now.strftime("%a, %d %b %Y 09:00:00 +0000"))
    collect()
    [state] = rows(home, source_state)
    assert (state["state"], state["health"], state["newest_on"]) == ("got", "ok", now.date())
    collect(now + timedelta(days=40))
    assert [state["health"] for state in rows(home, source_state)] == ["stale"]


@pytest.mark.parametrize(
    ("senders", "is_allowed"),
    [
        (["press@agency.example"], True),
        (["A <a@Sub.AGENCY.example>, B <b@lists.example>"], True),
        (["press@agency.example, x@evil.example"], False),
        (["press@agency.example", "x@evil.example"], False),
        (["press@notagency.example"], False),
        (["agency.example"], False),
        (['"press@agency.example" <x@evil.example>'], False),
        (["=?utf-8?q?press=40agency=2Eexample?= <x@evil.example>"], False),
        (["press@agency.example <x@evil.example>"], False),
        ([], False),
    ],
)
def test_every_sender_that_a_mail_claims_must_be_of_the_hosts(senders, is_allowed):
    head = "".join(f"From: {sender}\n" for sender in senders)
    _, domains = read_mail(f"{head}Subject: S\n\nText".encode())
    assert comes_from(domains, HOSTS) is is_allowed


def test_the_headers_of_a_mail_are_read_however_they_are_written():
    entry, _ = read_mail(
        b"Message-ID:\n  <a.b@c.example>\nSubject: =?utf-8?b?5YWs5ZGK?=\n =?utf-8?q?_Caf=C3=A9=00?=\nDate: soon\n\nText"
    )
    assert (entry.entry_id, entry.title, entry.published_on, entry.published_at) == ("a.b@c.example", "公告 Café", None, None)
    entry, _ = read_mail(b"Date: 6 Mar 2025 10:00:00 -0000\n\n")
    assert (entry.entry_id, entry.title, entry.published_on, entry.published_at) == (None, None, date(2025, 3, 6), None)
