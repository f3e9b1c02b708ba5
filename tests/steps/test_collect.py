from __future__ import annotations

import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from analysis import archive, catalogue, steps, store
from analysis.errors import CatalogueError, UnreadableError
from analysis.steps.classify import classify
from analysis.steps.integrity import check_database
from analysis.steps.place import take_turn
from analysis.steps.receive import Period, _read_file
from analysis.tables import documents, fetches, rejected, signals, source_state, statements

TEXT = "The Securities and Exchange Commission will support crypto asset firms with simpler rules."
OTHER = "The Securities and Exchange Commission bans the sale of crypto assets to the public."
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


STEP = sys.modules["analysis.steps.storing"]


def test_a_corrected_date_and_a_blank_line_leave_a_document_with_its_first_fetch(home, write, collect, rows, now):
    folder = write({"a.txt": TEXT}, [{"file": "a.txt", "date": "2025-03-04"}])
    collect(folder)
    [first] = rows(home, documents)
    write(index=[{"file": "a.txt", "date": "2025-03-05"}])
    assert collect(folder, now=now + timedelta(days=1))["documents"] == 1
    write({"a.txt": f"\n{TEXT}\n\n"})
    assert collect(folder, now=now + timedelta(days=2))["documents"] == 0
    assert rows(home, documents) == [{**first, "published_on": date(2025, 3, 5)}]
    assert len(rows(home, fetches, address="a.txt")) == 3
    assert check_database(home)["broken"] == {}


def test_a_date_that_is_corrected_and_put_back_is_put_back(home, write, collect, rows, now):
    for days, told in enumerate(("2025-03-04", "2025-03-05", "2025-03-04")):
        collect(write({"a.txt": TEXT}, [{"file": "a.txt", "date": told}]), now=now + timedelta(days=days))
        assert [str(row["published_on"]) for row in rows(home, documents)] == [told]


def test_a_file_on_which_the_reader_failed_is_tried_again_and_the_others_are_stored(
    home, write, collect, rules, rows, now, monkeypatch
):
    folder = write({"a.txt": TEXT, "b.txt": ""})
    # It takes other arguments: an error that nobody foresaw.
    monkeypatch.setattr(STEP, "extract", os._exit)
    assert collect(folder)["rejected"] == 2
    assert rules() == {"a.txt": "crashed", "b.txt": "crashed"} and rows(home, fetches) == []
    [before] = rows(home, rejected, subject="a.txt")
    assert collect(folder, now=now + timedelta(days=1))["rejected"] == 0
    assert rows(home, rejected, subject="a.txt") == [before]
    monkeypatch.undo()
    monkeypatch.setattr(sys.modules["analysis.steps.collect"], "BATCH", 1)
    assert collect(folder)["documents"] == 1
    assert "a.txt" not in rules()
    assert check_database(home)["broken"] == {}


def test_a_folder_that_cannot_be_listed_is_told_as_such(tmp_path):
    with pytest.raises(UnreadableError, match="cannot be listed") as caught:
        _read_file(tmp_path)
    assert caught.value.rule == "not_readable"


def test_two_folders_with_broken_files_of_one_name_have_a_rejection_each(home, tmp_path, collect, rows):
    for name, content in (("first", b"[1, 2, 3]"), ("second", b"[1, 2]")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.json").write_bytes(content)
        collect(tmp_path / name)
    assert len({row["content_hash"] for row in rows(home, rejected, subject="a.json")}) == 2


def test_a_mended_file_is_no_longer_rejected(home, write, collect, rules):
    folder = write({"a.txt": "short", "b.txt": "short"})
    collect(folder)
    write({"a.txt": TEXT})
    assert collect(folder)["documents"] == 1
    assert rules() == {"b.txt": "no_text"}
    assert check_database(home)["broken"] == {}


def test_a_rejection_keeps_the_time_at_which_it_was_first_made(home, write, collect, rows, now):
    for days, body in enumerate(("xx-one", "xx-two")):
        folder = write({"a.txt": TEXT}, [{"file": "a.txt", "authority_id": body}])
        collect(folder, now=now + timedelta(days=days))
    [row] = rows(home, rejected, subject="a.txt")
    assert "xx-two" in row["reason"] and row["rejected_at"] == now


def test_a_corrected_language_has_the_statements_made_and_judged_anew(home_on_each, write, rows, now):
    line = {"file": "a.txt", "channel": "official", "authority_id": "us-sec"}
    for days, language in enumerate(("th", "en", "th")):
        folder = write({"a.txt": TEXT}, [{**line, "language": language}])
        steps.collect(home_on_each, now + timedelta(days=days), folder=folder)
        classify(home_on_each, now)
        assert {row["language"] for row in rows(home_on_each, statements)} == {language}
        assert len(rows(home_on_each, signals)) == (language == "en")
        assert len(rows(home_on_each, rejected, rule="language_not_supported")) == (language == "th")
    assert check_database(home_on_each)["broken"] == {}


@pytest.mark.parametrize(
    ("correction", "expected"), [({"authority_id": "us-ftc"}, "us-ftc"), ({"channel": "press", "authority_id": None}, None)]
)
def test_a_corrected_authority_or_channel_reaches_the_statements(home, write, collect, rows, now, correction, expected):
    line = {"file": "a.txt", "language": "en", "channel": "official", "authority_id": "us-sec"}
    words = "We welcome crypto asset firms and will support them with simpler rules."
    for told in (line, {**line, **correction}):
        collect(write({"a.txt": words}, [told]))
        classify(home, now)
    [statement] = rows(home, statements)
    assert statement["authority_id"] == expected
    assert [row["statement_id"] for row in rows(home, signals)] == [statement["statement_id"]]


def test_two_runs_at_once_do_not_store_a_text_twice(home_on_each, tmp_path, rows, now, monkeypatch):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(TEXT)
    check = STEP.check

    def check_while_another_runs(*given):
        monkeypatch.setattr(STEP, "check", check)
        assert steps.collect(home_on_each, now, folder=tmp_path / "second")["documents"] == 1
        return check(*given)

    monkeypatch.setattr(STEP, "check", check_while_another_runs)
    counts = steps.collect(home_on_each, now, folder=tmp_path / "first")
    assert (counts["documents"], counts["copies"]) == (0, 1)
    assert [row["file_path"] for row in rows(home_on_each, documents)] == ["second.txt"]
    assert check_database(home_on_each)["broken"] == {}


def test_one_run_at_a_time_stores_documents_on_postgresql(own_home, postgresql, write, rows, now):
    home = own_home(postgresql)
    engine = store.open_engine(postgresql)
    with ThreadPoolExecutor(1) as other, store.writing(engine) as connection:
        take_turn(connection)
        run = other.submit(steps.collect, home, now, folder=write({"a.txt": TEXT}))
        with pytest.raises(TimeoutError):
            run.result(timeout=5)
        connection.rollback()
        assert run.result(timeout=30)["documents"] == 1


def test_a_text_that_returns_to_its_address_is_the_latest_again(home, write, collect, rows, now):
    for days, text in enumerate((TEXT, OTHER, TEXT, TEXT)):
        folder = write({"a.txt": text}, [{"file": "a.txt", "address": "https://www.agency.example/1"}])
        assert collect(folder, now=now + timedelta(days=days))["documents"] == (days < 3)
    found = {row["text"]: (row["revision"], row["is_latest"]) for row in rows(home, documents)}
    assert found == {TEXT: (3, True), OTHER: (2, False)}
    assert check_database(home)["broken"] == {}


@pytest.mark.parametrize("told", [{"address": "https://www.agency.example/1"}, {"title": "Notice", "date": "2025-03-04"}])
def test_a_file_that_goes_to_and_fro_between_two_texts_has_the_last_one_counted(home, write, collect, rows, now, told):
    for days, text in enumerate((TEXT, OTHER, TEXT, OTHER, OTHER)):
        folder = write({"a.txt": text}, [{"file": "a.txt", **told}])
        assert collect(folder, now=now + timedelta(days=days))["documents"] == (days < 4)
        [latest] = rows(home, documents, is_latest=True)
        assert (latest["text"], latest["revision"]) == (text, min(days, 3) + 1)
        assert (latest["changes"] is None) == (days == 0)
    assert latest["changes"].endswith(f"-{TEXT}\n+{OTHER}")
    assert check_database(home)["broken"] == {}


def test_a_file_without_address_is_the_same_document_as_long_as_its_text_or_its_title_and_day_are(
    home, write, collect, rows, now
):
    steps_of_it = [
        (TEXT, {"title": "Rulse", "date": "2025-03-04"}, 1, 1),
        (TEXT, {"title": "Rules", "date": "2025-03-04"}, 1, 2),
        (TEXT, {"title": "Rules", "date": "2025-03-05"}, 1, 2),
        (OTHER, {"title": "Rules", "date": "2025-03-05"}, 1, 3),
        (f"{OTHER} So it said.", {"title": "Ban", "date": "2025-03-06"}, 2, 1),
    ]
    for days, (text, told, count, revision) in enumerate(steps_of_it):
        collect(write({"a.txt": text}, [{"file": "a.txt", **told}]), now=now + timedelta(days=days))
        latest = [row for row in rows(home, documents, is_latest=True) if row["text"] == text]
        assert [row["revision"] for row in latest] == [revision]
        assert len(rows(home, documents, is_latest=True)) == count
    assert check_database(home)["broken"] == {}


def test_two_files_of_one_title_and_day_stay_two_documents(home, write, collect, rows):
    told = {"title": "Statement", "date": "2025-03-04"}
    folder = write({"a.txt": TEXT, "b.txt": OTHER}, [{"file": name, **told} for name in ("a.txt", "b.txt")])
    collect(folder)
    assert len(rows(home, documents, is_latest=True)) == 2


def test_a_batch_ends_at_its_limit_of_bytes(home, write, collect, rows, monkeypatch):
    monkeypatch.setattr(sys.modules["analysis.steps.collect"], "BATCH_BYTES", 100)
    folder = write({f"{number}.txt": f"{TEXT} This is number {number}." for number in range(5)})
    assert collect(folder)["documents"] == len(rows(home, documents)) == 5


def test_a_text_that_returns_in_another_file_is_the_latest_and_stays_with_its_first_file(home, write, collect, rows):
    texts = {"1.txt": TEXT, "2.txt": OTHER, "3.txt": TEXT}
    for count in (1, 2, 3):
        named = dict(list(texts.items())[:count])
        folder = write(named, [{"file": name, "address": "https://www.agency.example/1"} for name in named])
        collect(folder)
    [latest] = rows(home, documents, is_latest=True)
    assert (latest["text"], latest["file_path"], latest["revision"]) == (TEXT, "1.txt", 3)
    assert [row["rule"] for row in rows(home, rejected, subject="3.txt")] == ["exact_copy"]
    assert check_database(home)["broken"] == {}


def test_a_text_that_is_superseded_elsewhere_is_no_copy(home, write, collect, rows):
    line = {"file": "a.txt", "address": "https://www.agency.example/1"}
    for text in (TEXT, OTHER):
        folder = write({"a.txt": text}, [line])
        collect(folder)
    folder = write({"b.txt": TEXT}, [line, {"file": "b.txt", "address": "https://www.agency.example/2"}])
    assert collect(folder)["copies"] == 0
    assert {(row["address"], row["text"]) for row in rows(home, documents, is_latest=True)} == {
        ("https://www.agency.example/1", OTHER),
        ("https://www.agency.example/2", TEXT),
    }


def test_a_folder_named_at_run_time_leaves_no_path_of_this_machine_behind(write, collect, contents, home, tmp_path):
    collect(write({"a.txt": TEXT}))
    assert str(tmp_path / "documents") not in repr(contents(home))
