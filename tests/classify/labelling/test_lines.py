from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.classify.labelling.answers import Answer, text_key
from analysis.classify.labelling.lines import COLUMNS, from_csv, from_json_lines, to_csv, to_json_lines
from analysis.errors import LabelError

MOMENT = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
TEXT = 'The office said: "no, not yet",\nand left it at that.'


def row(**changes) -> dict:
    told = {
        "statement_id": "s1", "language": "en", "channel": "press", "published_on": date(2025, 6, 1), "publisher": "Gazette",
        "title": None, "before": "", "text": TEXT, "after": "", "stance": "neutral", "sectors": ["fintech", "crypto_assets"],
        "jurisdiction": "FR", "note": "", "is_unsure": True, "labelled_by": "ada", "labelled_at": MOMENT, "seconds": 12.5,
        "purpose": "training", "inclusion_probability": None,
    }  # fmt: skip
    return {**told, **changes}


BOTH = pytest.mark.parametrize(("write", "read"), [(to_csv, from_csv), (to_json_lines, from_json_lines)])


@BOTH
def test_an_answer_goes_out_and_comes_back(write, read):
    parsed = read(write([row(), row(statement_id="s2", labelled_by="bob", is_unsure=False, jurisdiction="", seconds=None)]))
    first, second = parsed.lines
    assert first.answer == Answer("neutral", ("fintech", "crypto_assets"), "FR", "", True, 12.5)
    assert (first.statement_id, first.labelled_by, first.labelled_at, first.purpose) == ("s1", "ada", MOMENT, "training")
    assert first.text_key == text_key(TEXT)
    assert second.answer == Answer("neutral", ("fintech", "crypto_assets"))
    assert parsed.unanswered == 0


@BOTH
@given(note=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), quoted=st.text("'=+-@a,;\"\n", max_size=8))
def test_any_note_comes_back_as_it_was(write, read, note, quoted):
    for words in (note, quoted):
        [line] = read(write([row(note=words)])).lines
        assert line.answer.note == words.strip()


def test_a_cell_that_looks_like_a_formula_is_made_harmless_and_no_other_is_touched():
    cells = list(csv.reader(io.StringIO(to_csv([row(note='=HYPERLINK("x")', title="-5 %", publisher="'t Huis")]).decode())))[1]
    told = dict(zip(COLUMNS, cells, strict=True))
    assert (told["note"], told["title"], told["publisher"]) == ('\'=HYPERLINK("x")', "'-5 %", "'t Huis")
    assert told["text"] == TEXT


def test_csv_begins_with_the_mark_that_spreadsheets_want_and_is_read_without_it_and_with_other_separators():
    content = to_csv([row()])
    assert content.startswith(b"\xef\xbb\xbfstatement_id,")
    assert from_csv(content[3:]).lines == from_csv(content).lines
    for separator in ";\t":
        made = f"statement_id{separator}stance{separator}labelled_by\r\ns1{separator}neutral{separator}ada\r\n".encode()
        assert from_csv(made).lines[0].answer == Answer("neutral")


def test_columns_may_stand_in_any_order_with_others_among_them():
    [line] = from_csv(b"Colour,Stance,statement_id\nred,supportive,s1\n", by="ada").lines
    assert (line.answer.stance, line.labelled_by, line.labelled_at, line.text_key) == ("supportive", "ada", None, None)


@BOTH
def test_a_statement_without_an_answer_is_counted_and_nothing_more(write, read):
    blank = row(stance=None, sectors=None, jurisdiction=None, note=None, is_unsure=None)
    parsed = read(write([blank, row(statement_id="s2")]))
    assert (len(parsed.lines), parsed.unanswered) == (1, 1)


@BOTH
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"stance": "hostile"}, "line 2: unknown stance 'hostile'"),
        ({"sectors": ["farming"]}, "line 2: unknown sector 'farming'"),
        ({"stance": None}, "line 2: stance is missing"),
        ({"statement_id": ""}, "line 2: statement_id is missing"),
        ({"statement_id": "a b"}, "no identifier of a statement"),
        ({"labelled_by": None}, "nobody is named in labelled_by"),
        ({"purpose": "fun"}, "unknown purpose 'fun'"),
        ({"is_unsure": "perhaps"}, "is_unsure 'perhaps'"),
        ({"seconds": "soon"}, "seconds 'soon'"),
        ({"labelled_at": "yesterday"}, "is no moment"),
        ({"labelled_at": "2025-06-02T09:30:00"}, "has no time zone"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_with_its_cure_and_nothing_is_given(write, read, changes, told):
    content = write([row(**changes), row(statement_id="s2")]) if write is to_csv else b"\n" + write([row(**changes)])
    with pytest.raises(LabelError) as raised:
        read(content)
    assert "nothing was imported" in str(raised.value) and told in str(raised.value)


@BOTH
def test_the_same_person_twice_on_a_statement_is_told_with_both_lines(write, read):
    with pytest.raises(LabelError, match=r"ada answers statement s1 in line \d too"):
        read(write([row(text="One."), row(text="One."), row(text="One.", labelled_by="bob")]))


def test_all_lines_that_are_wrong_are_told_at_once_and_many_are_counted():
    with pytest.raises(LabelError, match="line 2: .*line 3: "):
        from_csv(b"statement_id,stance\ns1,bad\ns2,worse\n", by="ada")
    with pytest.raises(LabelError, match="and 90 more"):
        from_csv(b"statement_id,stance\n" + b"".join(b"s%d,bad\n" % number for number in range(100)), by="ada")


def test_a_line_is_named_by_where_it_begins_also_after_cells_of_several_lines():
    content = to_csv([row(), row(statement_id="s2", stance="bad")])
    with pytest.raises(LabelError, match="line 4: unknown stance"):
        from_csv(content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"statement_id,label\ns1,neutral\n", "line 1: the column stance is missing"),
        (b"", "line 1: the column statement_id, stance is missing"),
        (b"statement_id,stance,stance\n", "line 1: the column stance stands twice"),
        (b"statement_id,stance\ns1,neutral,and more\n", "line 2: 3 cells under 2 columns"),
        (b"statement_id,stance\ns1,neutr\xe9\n", "byte 29: no UTF-8"),
        (b"statement_id,stance\ns1," + b"a" * 200_000, "line 2: no CSV"),
    ],
)
def test_a_csv_file_of_another_form_is_refused(content, told):
    with pytest.raises(LabelError, match=told):
        from_csv(content, by="ada")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{\n", "line 1: no JSON"),
        (b"\n[1]\n", "line 2: list is no answer"),
        (b"[" * 200_000, "line 1: no JSON"),
        (b'{"statement_id": 5, "stance": "neutral", "labelled_by": "ada"}', "statement_id 5: give it as text"),
        (b'{"statement_id": "s1", "stance": ["neutral"], "labelled_by": "ada"}', "stance .*: give it as text"),
        (b'{"statement_id": "s1", "stance": "neutral", "sectors": {"a": 1}, "labelled_by": "ada"}', "give a list of names"),
        (b'{"statement_id": "s1", "stance": "neutral", "labelled_by": "ada", "seconds": 1e999}', "seconds inf"),
        (b'{"statement_id": "s1", "stance": "neutral", "labelled_by": "ada", "note": "\\ud800"}', "characters of text"),
    ],
)
def test_json_lines_of_another_form_are_refused(content, told):
    with pytest.raises(LabelError, match=told):
        from_json_lines(content)


def test_json_lines_hold_what_a_labelled_example_needs_and_days_as_text():
    told = json.loads(to_json_lines([row()]))
    assert (told["text"], told["language"], told["stance"]) == (TEXT, "en", "neutral")
    assert (told["sectors"], told["published_on"]) == (["fintech", "crypto_assets"], "2025-06-01")
