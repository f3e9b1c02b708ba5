from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis import loose
from analysis.errors import ModelError, PolicySignalsError
from analysis.tables import STANCES

ENGLISH = "The Securities and Exchange Commission will support crypto asset firms with simpler rules."
THAI = "ธนาคารแห่งประเทศไทยประกาศสนับสนุนนวัตกรรมทางการเงินและสินทรัพย์ดิจิทัล"
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>A</title><item><guid isPermaLink="false">one</guid>'
    "<title>Fines &amp; &lt;b&gt;rules&lt;/b&gt;</title><link>/1.html</link>"
    "<pubDate>Tue, 04 Mar 2025 09:00:00 GMT</pubDate><description>Short.</description></item>"
    "<item><title>Undated</title></item></channel></rss>"
)


def lines(*rows: dict) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_feed_is_told_with_its_entries_and_what_is_none_with_its_error(tmp_path):
    feed, page = write(tmp_path, "feed.xml", FEED), write(tmp_path, "page.html", "<!doctype html><html><body>No.</body></html>")
    good, broken, missing = loose.feed_lines([feed, page, tmp_path / "nowhere.xml"], "https://paper.example/feed.xml")
    assert set(good) == set(broken) == {"file", "format", "entries", "error"}
    assert (good["file"], good["format"], good["error"]) == (str(feed), "rss20", None)
    assert good["entries"][0] == {
        "id": "one", "url": "https://paper.example/1.html", "title": "Fines & rules",
        "published_at": "2025-03-04T09:00:00+00:00", "summary": "Short.",
    }  # fmt: skip
    assert good["entries"][1]["published_at"] is good["entries"][1]["url"] is None
    assert (broken["format"], broken["entries"]) == (None, []) and "HTML page" in broken["error"]
    assert "cannot be read" in missing["error"]


def test_a_file_is_told_as_what_it_becomes_or_with_its_error(tmp_path, now):
    note = write(
        tmp_path,
        "note.md",
        f"---\ntitle: A note\ndate: 2025-03-06\nurl: https://paper.example/a?utm_source=x\n---\n{ENGLISH}\n",
    )
    good, empty = loose.extract_lines([note, write(tmp_path, "empty.txt", "")], now)
    assert list(good) == ["file", "format", "title", "published_at", "language", "text", "encoding", "url", "error"]
    assert good == {
        "file": str(note), "format": "md", "title": "A note", "published_at": "2025-03-06", "language": "en", "text": ENGLISH,
        "encoding": "utf-8", "url": "https://paper.example/a?utm_source=x", "error": None,
    }  # fmt: skip
    assert set(empty) == set(good)
    assert (empty["text"], empty["error"]) == (None, "the file is empty")


def test_what_of_a_file_could_not_be_read_is_told_and_a_day_to_come_is_no_date(tmp_path, now, caplog):
    late = write(tmp_path, "late.md", f"---\ndate: 2099-01-01\n---\n{ENGLISH}")
    broken = write(tmp_path, "broken.txt", f"{ENGLISH} \ufffd")
    files = [late, broken, write(tmp_path, "mail.eml", f"{MAIL}\r\n--x\r\n{ATTACHED}\r\n--x--")]
    lines = list(loose.extract_lines(files, now))
    assert [(line["published_at"], line["error"]) for line in lines] == [(None, None)] * 3
    told = [record.getMessage() for record in caplog.records]
    assert told[0] == f"{broken}: 1 characters could not be decoded"
    assert told[1].startswith(f"{files[2]}: old.rtf: no reader for RTF files")


MAIL = f"From: a@a.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n{ENGLISH}"
ATTACHED = 'Content-Type: application/rtf\r\nContent-Disposition: attachment; filename="old.rtf"\r\n\r\n{\\rtf1 words}'


def test_a_text_is_explained_with_verbatim_statements(home, tmp_path, now):
    text = f"A title\n{ENGLISH} Shares fell by two per cent."
    told = loose.explain(home, write(tmp_path, "note.txt", text), None, now)
    assert set(told) == {"document", "statements"}
    assert set(told["document"]) == {
        "file", "title", "language", "channel", "publisher", "authority_id", "published_on", "date_flag", "address"
    }  # fmt: skip
    keys = {
        "start", "end", "text", "turn", "asked_by", "authority_id", "office_id", "attributed_by", "speaker", "is_quotation",
        "quote_start", "quote_end", "jurisdiction", "jurisdiction_by", "act", "stance", "probabilities", "stance_set",
        "rule_stance", "sectors", "terms", "model_id",
    }  # fmt: skip
    assert all(set(statement) == keys for statement in told["statements"])
    assert all(text[statement["start"] : statement["end"]] == statement["text"] for statement in told["statements"])
    [found] = [statement for statement in told["statements"] if statement["text"] == ENGLISH]
    assert (found["authority_id"], found["jurisdiction"], found["attributed_by"]) == ("us-sec", "US", "name")
    assert "crypto_assets" in found["sectors"]
    assert found["stance"] == max(found["probabilities"], key=found["probabilities"].get)
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-3)


def test_what_an_index_beside_the_file_tells_counts(home, tmp_path, now):
    line = {"file": "note.txt", "authority_id": "fr-cnil", "channel": "official", "date": "2025-03-06"}
    write(tmp_path, "index.jsonl", lines(line))
    told = loose.explain(home, write(tmp_path, "note.txt", "The agency will support start-ups."), None, now)
    assert (told["document"]["authority_id"], told["document"]["channel"]) == ("fr-cnil", "official")
    assert told["statements"][0]["authority_id"] == "fr-cnil"


def test_a_text_from_standard_input_and_one_in_an_unknown_language_are_explained_too(home, now):
    told = loose.explain(home, Path("-"), THAI.encode(), now)
    assert (told["document"]["file"], told["document"]["language"]) == ("standard input", "th")
    assert {(statement["stance"], statement["probabilities"]) for statement in told["statements"]} == {(None, None)}


@pytest.mark.parametrize("content", [None, b""])
def test_what_gives_no_text_is_a_clear_error(home, tmp_path, now, content):
    with pytest.raises(PolicySignalsError, match="nowhere.txt: the file cannot be read|standard input: the file is empty"):
        loose.explain(home, tmp_path / "nowhere.txt", content, now)


def test_passages_are_judged_in_their_order_whatever_their_language(home, now):
    given = [{"id": "a", "text": ENGLISH, "language": "en"}, {"id": 2, "text": THAI}, {"text": "La CNIL a infligé une amende."}]
    told = list(loose.label_lines(home, lines(*given) + "\n\n", now))
    keys = {
        "id", "stance", "probabilities", "stance_set", "rule_stance", "sectors", "terms", "model_id", "jurisdiction",
            "jurisdiction_by",
        "authority_id", "office_id", "attributed_by", "speaker",
    }  # fmt: skip
    assert all(set(line) == keys for line in told)
    assert [line["id"] for line in told] == ["a", 2, None]
    assert [line["authority_id"] for line in told] == ["us-sec", None, "fr-cnil"]
    assert [line["stance"] is None for line in told] == [False, True, False]
    assert set(told[0]["probabilities"]) == set(STANCES)
    assert set(told[0]["stance_set"]) <= set(STANCES)
    assert all(len(term) == 2 for term in told[0]["terms"])


def test_what_is_in_no_language_of_the_model_is_told_in_a_warning(home, now, caplog):
    given = [
        {"id": "a", "text": ENGLISH, "language": "en"},
        {"id": "b", "text": "x"},
        {"id": "c", "text": "A ban.", "language": "xx"},
    ]
    told = list(loose.label_lines(home, lines(*given), now))
    assert [line["stance"] is None for line in told] == [False, True, True]
    warned = [record.getMessage() for record in caplog.records if "not judged" in record.getMessage()]
    assert [words.partition(":")[0] for words in warned] == ["passage b", "passage c"]
    assert "its language is xx: name one of en, fr" in warned[1]


@pytest.mark.parametrize(
    "text",
    [
        "The regulator banned chips. " * 720, "B", "\N{GRINNING FACE}\N{PARTY POPPER}", "Das 部门 регулятор banned chips.",
        "The \u202eregulator\u202c banned \u2066chips\u2069.", "<p>The <b>regulator</b> banned <script>x()</script> chips.</p>",
        "The regulator \ud800 banned chips.", "The regulator \0 banned chips.", "   ",
    ],
    ids=["long", "one letter", "emoji", "mixed scripts", "bidi controls", "HTML", "half a character", "NUL", "blank"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_strange_passage_is_judged_like_any_other(home, now, text, language):
    [told] = loose.label_lines(home, json.dumps({"id": 1, "text": text, "language": language}), now)
    assert told["stance"] in STANCES
    assert sum(told["probabilities"].values()) == pytest.approx(1, abs=1e-3)


def test_the_passage_before_may_name_who_goes_on(home, now):
    row = {"id": 1, "text": "The agency will also review the rules.", "before": ENGLISH, "language": "en"}
    assert next(loose.label_lines(home, lines(row), now))["authority_id"] == "us-sec"


@pytest.mark.parametrize(
    "line", ["not json", "[" * 100_000, "[]", '"text"', '{"id": 1}', '{"text": 3}', '{"text": "a", "language": 3}']
)
def test_a_line_that_is_no_passage_is_named(home, now, line):
    with pytest.raises(PolicySignalsError, match="line 2: no passage"):
        list(loose.label_lines(home, lines({"text": ENGLISH}) + f"\n{line}\n", now))


def test_a_model_is_scored_by_language_and_channel_and_foreign_passages_are_counted_apart(home, tmp_path, now):
    rows = [
        {"text": ENGLISH, "language": "en", "stance": "supportive", "sectors": ["crypto_assets"], "channel": "press"},
        {"text": "The regulator fined it.", "language": "en", "label": "restrictive", "sectors": [], "channel": "official"},
        {"text": THAI, "language": "th", "stance": "supportive", "sectors": []},
    ]
    told = loose.score(home, write(tmp_path, "labelled.jsonl", lines(*rows)), None, now)
    assert set(told) == {"model_id", "stance", "rule", "sectors", "jurisdiction", "passages_in_other_languages"}
    assert (told["stance"]["count"], told["passages_in_other_languages"]) == (2, 1)
    assert {"macro_f1", "macro_f1_low", "macro_f1_high", "f1", "language", "channel"} <= set(told["stance"])
    assert set(told["stance"]["language"]) == {"en"} and set(told["stance"]["channel"]) == {"official", "press"}
    assert told["sectors"]["f1"]["crypto_assets"] == 1
    assert told["rule"]["opposed_share"] == 0 and told["rule"]["macro_f1"] > 0
    unlabelled = [{name: value for name, value in row.items() if name != "sectors"} for row in rows[:1]]
    again = loose.score(home, write(tmp_path, "b.jsonl", lines(*unlabelled)), told["model_id"], now)
    assert (again["model_id"], again["sectors"]) == (told["model_id"], None)


def test_a_model_that_is_unknown_and_a_file_without_a_passage_it_knows_are_clear_errors(home, tmp_path, now):
    thai = write(tmp_path, "thai.jsonl", lines({"text": THAI, "language": "th", "stance": "neutral"}))
    with pytest.raises(ModelError, match="no passage in a language of the model"):
        loose.score(home, thai, None, now)
    with pytest.raises(ModelError, match="model m-nowhere is unknown"):
        loose.score(home, thai, "m-nowhere", now)


def test_separators_that_are_no_line_end_of_json_lines_stay_inside_their_line(home, tmp_path, now):
    text = f"{ENGLISH}\u2028\u0085It said so."
    assert [line["id"] for line in loose.label_lines(home, lines({"id": 1, "text": text}, {"id": 2, "text": text}), now)] == [
        1,
        2,
    ]
    labelled = write(tmp_path, "labelled.jsonl", lines({"text": text, "language": "en", "stance": "supportive"}))
    assert loose.score(home, labelled, None, now)["stance"]["count"] == 1
