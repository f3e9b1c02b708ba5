from __future__ import annotations

import json
import os
import re
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from analysis import archive, catalogue, steps
from analysis.errors import CatalogueError
from analysis.steps.classify import classify
from analysis.steps.collect import Period
from analysis.steps.integrity import check_database
from analysis.tables import documents, fetches, rejected, signals, source_state, statements

TEXT = "The Securities and Exchange Commission will support crypto asset firms with simpler rules."
THAI = "ธนาคารแห่งประเทศไทยประกาศสนับสนุนนวัตกรรมทางการเงินและสินทรัพย์ดิจิทัลเพื่อเศรษฐกิจของประเทศในปีหน้า"


@pytest.fixture
def collect(home, now):
    def collect(folder, **given):
        return steps.collect(home, given.pop("now", now), folder=folder, **given)

    return collect


@pytest.fixture
def rules(home, rows):
    """The rule that each rejected file broke, by file."""
    return lambda: {row["subject"]: row["rule"] for row in rows(home, rejected)}


def truncated_pdf() -> bytes:
    body = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    return b"%PDF-1.4\n" + body + b"3 0 obj<</Type/Page/Parent 2 0 R/Medi"


def test_bad_input_is_a_stated_rejection_or_a_document_and_nothing_is_lost(home, write, collect, rules, rows, now):
    long_name = "n" * 251 + ".txt"
    folder = write({
        "empty.txt": b"",
        "blank.txt": b" \n\t\n ",
        "large.txt": b"The agency supports it. " * (30_000_000 // 24),
        "cut.pdf": truncated_pdf(),
        "zeros.docx": b"PK\x03\x04" + bytes(500),
        "table.xlsx": b"PK\x03\x04" + bytes(500),
        "short.txt": b"Too short.",
        "list.json": b"[1, 2, 3]",
        "broken.json": b'{"text": ',
        "program": bytes(range(256)) * 20,
        long_name: TEXT,
        "undated.txt": f"{TEXT} It told so once.",
        "thai.txt": THAI,
        "README.md": "# What this folder holds, and more words than twenty characters",
        os.fsdecode(b"caf\xe9.txt"): f"{TEXT} Its file name is no UTF-8.",
    })  # fmt: skip
    (folder / "link.txt").symlink_to(folder / "undated.txt")
    counts = collect(folder)
    assert rules() == {
        "empty.txt": "empty", "blank.txt": "empty", "large.txt": "too_large", "cut.pdf": "broken_pdf",
        "zeros.docx": "broken_docx", "table.xlsx": "unsupported_format",
        "short.txt": "no_text", "list.json": "no_text", "broken.json": "broken_json",
        "program": "unsupported_format", "README.md": "about_the_folder", "link.txt": "not_a_file",
    }  # fmt: skip
    taken = {row["file_path"]: row for row in rows(home, documents)}
    assert set(taken) == {long_name, "undated.txt", "thai.txt", "caf\\udce9.txt"}
    files = list(folder.rglob("*"))
    assert len(files) == len(rows(home, fetches)) == counts["documents"] + counts["rejected"] == 16
    assert all(len(row["reason"]) > 10 for row in rows(home, rejected))
    assert (taken["undated.txt"]["published_on"], taken["undated.txt"]["date_flag"]) == (None, "unknown")
    assert taken["thai.txt"]["language"] == "th"
    assert check_database(home)["broken"] == {}
    assert collect(folder) == {"documents": 0, "copies": 0, "rejected": 0, "failed_sources": []}


def test_a_language_without_examples_is_stated_and_its_statements_are_kept(home, write, collect, rows, now):
    collect(write({"thai.txt": THAI}))
    assert classify(home, now)["rejected"] == 1
    [row] = rows(home, rejected)
    assert (row["stage"], row["rule"], row["severity"]) == ("classify", "language_not_supported", "warning")
    assert "language th" in row["reason"]
    assert len(rows(home, statements)) >= 1 and rows(home, signals) == []
    assert classify(home, now + timedelta(days=1)) == {"statements": 0, "signals": 0, "rejected": 0}


def test_what_is_refused_is_kept_in_the_archive_as_it_came(home, write, collect, rows):
    folder = write({"cut.pdf": truncated_pdf()})
    collect(folder)
    [row] = rows(home, rejected)
    assert archive.load(str(home.home / "archive"), row["content_hash"]) == truncated_pdf()


def test_the_index_beside_a_file_tells_what_the_file_cannot(home, documents_folder, collect, rows):
    collect(documents_folder)
    notice, article = (rows(home, documents, file_path=name)[0] for name in ("official/notice-1.txt", "press/article-1.md"))
    shown = ("channel", "authority_id", "language", "published_on", "date_flag", "title", "address", "publisher", "revision")
    assert [notice[name] for name in shown] == [
        "official", "us-sec", "en", date(2025, 3, 3), "stated", "Notice number 1", "https://www.agency.example/notices/1",
        "Composed Gazette", 1,
    ]  # fmt: skip
    assert [article[name] for name in shown] == ["press", None, "fr", date(2025, 3, 4), "found", "Article 1", None, None, 1]


def test_the_index_itself_is_told_about_and_is_no_document(documents_folder, collect, rules):
    collect(documents_folder)
    assert rules() == {"index.jsonl": "about_the_folder"}


def test_a_line_of_the_index_that_is_no_json_fails_the_source_with_its_number(home, write, collect, rows):
    folder = write({"a.txt": TEXT, "index.jsonl": '{"file": "a.txt"}\nnot json\n'})
    assert collect(folder)["failed_sources"] == ["folder"]
    [state] = rows(home, source_state)
    assert (state["state"], state["failure_count"]) == ("failed", 1)
    assert "index.jsonl, line 2: not JSON" in state["error"]
    write({"index.jsonl": '{"file": "a.txt"}\n'})
    assert collect(folder)["documents"] == 1
    assert [(row["state"], row["failure_count"], row["error"]) for row in rows(home, source_state)] == [("got", 0, None)]


def test_a_folder_that_is_not_there_fails_with_a_clear_error(home, collect, tmp_path, rows):
    assert collect(tmp_path / "nowhere")["failed_sources"] == ["folder"]
    assert "is not a folder" in rows(home, source_state)[0]["error"]


def test_an_unknown_authority_is_stated_and_its_file_read_again_once_the_catalogue_knows_it(
    home, write, collect, rules, rows, monkeypatch
):
    folder = write({"a.txt": TEXT}, [{"file": "a.txt", "authority_id": "xx-nobody", "channel": "official"}])
    assert collect(folder)["documents"] == 0
    assert rules() == {"a.txt": "unknown_authority", "index.jsonl": "about_the_folder"}
    [row] = rows(home, rejected, subject="a.txt")
    assert "xx-nobody" in row["reason"] and row["severity"] == "critical"
    assert archive.load(str(home.home / "archive"), row["content_hash"]) == TEXT.encode()
    learnt = catalogue.authorities()["us-sec"].model_copy(update={"id": "xx-nobody"})
    monkeypatch.setattr(catalogue, "authorities", lambda known={**catalogue.authorities(), "xx-nobody": learnt}: known)
    assert collect(folder)["documents"] == 1
    assert rows(home, documents)[0]["authority_id"] == "xx-nobody"
    assert check_database(home)["broken"] == {}


def test_a_word_that_no_channel_is_called_is_a_stated_rejection(write, collect, rules):
    folder = write({"a.txt": TEXT}, [{"file": "a.txt", "channel": "rumour"}])
    assert collect(folder)["documents"] == 0
    assert rules()["a.txt"] == "channel: be_in_set"


def test_a_changed_text_at_the_same_address_is_a_second_revision_and_the_first_is_not_counted(
    home_on_each, documents_folder, flow, rows, now
):
    flow(home_on_each, documents_folder)
    notice = documents_folder / "official" / "notice-1.txt"
    notice.write_text("The Securities and Exchange Commission bans the sale of crypto assets to the public.")
    later = flow(home_on_each, documents_folder, now + timedelta(days=1))
    assert later["collect"]["documents"] == 1
    found = rows(home_on_each, documents, address="https://www.agency.example/notices/1")
    assert {(row["revision"], row["is_latest"]) for row in found} == {(1, False), (2, True)}
    assert len({row["address_key"] for row in found}) == len({row["story_id"] for row in found}) == 1
    assert later["index"]["index_points"] > 0
    page = re.sub("<[^>]+>", "", Path(later["report"]["report"]).read_text(encoding="utf-8"))
    assert "bans the sale" in page
    assert "rules in case 2." in page and "rules in case 1." not in page
    assert check_database(home_on_each)["broken"] == {}


def test_what_the_index_tells_anew_changes_the_document_and_makes_no_revision(home, documents_folder, collect, rows):
    collect(documents_folder)
    index = documents_folder / "index.jsonl"
    index.write_text(index.read_text().replace("Notice number 1", "Notice number one"))
    collect(documents_folder)
    assert len(rows(home, documents)) in (6, 7)
    [latest] = rows(home, documents, file_path="official/notice-1.txt", is_latest=True)
    assert latest["title"] == "Notice number one"
    index.write_text(index.read_text().replace("2025-03-04", "2025-02-04"))
    collect(documents_folder)
    [moved] = rows(home, documents, file_path="official/notice-2.txt")
    assert (moved["published_on"], moved["revision"]) == (date(2025, 2, 4), 1)


def test_exact_copies_are_counted_once_however_they_are_spaced(home, write, collect, rules, rows):
    folder = write({"a.txt": TEXT, "b.txt": TEXT, "c.txt": TEXT.replace(" ", "\u00a0 ").upper()})
    counts = collect(folder)
    assert (counts["documents"], counts["copies"]) == (1, 2)
    assert rules() == {"b.txt": "exact_copy", "c.txt": "exact_copy"}
    [kept] = rows(home, documents)
    assert kept["file_path"] == "a.txt"
    copy = rows(home, rejected, subject="b.txt")[0]
    assert copy["severity"] == "info" and kept["document_id"] in copy["reason"]
    assert "text" not in json.loads(copy["row"])
    write({"d.txt": TEXT})
    assert collect(folder)["copies"] == 1
    assert rows(home, documents) == [kept]
    assert check_database(home)["broken"] == {}


def test_a_period_takes_the_day_it_begins_with_and_leaves_the_day_it_ends_with(home, documents_folder, collect, rows):
    wanted = Period(date(2025, 3, 4), date(2025, 3, 5))
    collect(documents_folder, period=wanted)
    assert {row["published_on"] for row in rows(home, documents)} == {date(2025, 3, 4)}
    collect(documents_folder, period=Period(since=date(2025, 3, 6)))
    assert {row["published_on"] for row in rows(home, documents)} == {date(2025, 3, 4), date(2025, 3, 6)}
    collect(documents_folder)
    assert len(rows(home, documents)) == 6


def test_a_document_without_date_is_wanted_in_every_period(home, write, collect, rows):
    collect(write({"a.txt": TEXT}), period=Period(date(2025, 1, 1), date(2025, 2, 1)))
    assert len(rows(home, documents)) == 1


def test_a_date_in_the_future_is_flagged(home, write, collect, rows, now):
    collect(write({"a.txt": TEXT}, [{"file": "a.txt", "date": str(now.date() + timedelta(days=1))}]))
    assert rows(home, documents)[0]["date_flag"] == "future"


def test_more_files_than_one_transaction_takes_are_all_stored(home, write, collect, rows, monkeypatch):
    # Not by its dotted name: `analysis.steps` has a function of that name.
    monkeypatch.setattr(sys.modules["analysis.steps.collect"], "BATCH", 3)
    folder = write({f"{number}.txt": f"{TEXT} This is number {number}." for number in range(8)})
    assert collect(folder)["documents"] == len(rows(home, documents)) == 8


def test_an_unknown_source_is_refused(home, now):
    with pytest.raises(CatalogueError, match="unknown source nowhere"):
        steps.collect(home, now, ["nowhere"])
