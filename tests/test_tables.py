from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Enum

from analysis.tables import SECTORS, SEVERITIES, choice, content_id, metadata

TABLES = metadata.sorted_tables
COLUMNS = [column for table in TABLES for column in table.columns]
KNOWN = {"between", "pattern", "length", "above", "severity", "wanted", "volatile"}


def test_the_identifier_of_the_same_parts_is_the_same_on_every_machine():
    assert content_id("a", 1, None) == hashlib.sha256(b"a\x1f1\x1f").hexdigest()[:24]


@given(st.lists(st.text(st.characters(exclude_characters="\x1f")), min_size=2, max_size=4))
def test_parts_are_not_run_together(parts):
    joined = ["".join(parts[:2]), *parts[2:]]
    assert content_id(*parts) != content_id(*joined)


def test_text_that_is_no_unicode_has_an_identifier_too():
    assert len(content_id("caf\udce9.txt")) == 24


def test_a_choice_admits_its_words_only_and_has_room_for_the_longest():
    words = choice("a", "longest")
    assert (words.enums, words.length, words.create_constraint, words.native_enum) == (["a", "longest"], 7, True, False)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_and_column_says_what_it_means(table):
    assert table.comment
    assert all(column.comment for column in table.columns)
    assert len(table.primary_key) >= 1


def test_every_rule_of_a_column_is_one_that_validation_knows():
    for column in COLUMNS:
        assert set(column.info) <= KNOWN, column
        assert {column.info.get("severity", "critical"), column.info.get("wanted", "info")} <= set(SEVERITIES), column
        assert column.info.get("above", column.name) in column.table.columns, column


def test_every_foreign_key_is_of_the_type_of_the_key_it_names():
    for column in COLUMNS:
        for key in column.foreign_keys:
            assert (type(column.type), column.type.length) == (type(key.column.type), key.column.type.length), column


def test_there_are_thirteen_sectors_and_all_tables_name_the_same():
    named = [column.type.enums for column in COLUMNS if column.name == "sector" and isinstance(column.type, Enum)]
    assert len(SECTORS) == len(set(SECTORS)) == 13
    assert named and all(tuple(words) == SECTORS for words in named)
