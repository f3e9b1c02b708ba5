from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from sqlalchemy import Column, Date, Float, Integer, MetaData, String, Table, Text

from analysis.errors import ValidationError
from analysis.tables import checks, choice, documents, metadata, signals, statements
from analysis.validate import Breach, Validated, expectations, validate

CARDS = Table(
    "cards",
    MetaData(),
    Column("card_id", String(8), primary_key=True),
    Column("colour", choice("red", "blue"), nullable=False),
    Column("weight", Float, info={"between": (0, 1)}),
    Column("written_on", Date, info={"between": (date(1990, 1, 1), None), "severity": "warning", "wanted": "warning"}),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False, info={"above": "first"}),
    Column("words", Text, info={"length": (2, 10)}),
    Column("address", Text, info={"pattern": r"^https?://\S+$", "severity": "warning"}),
    Column("title", Text, info={"wanted": "info"}),
)
PAIRS = Table("pairs", MetaData(), Column("a", Integer, primary_key=True), Column("b", String(2), primary_key=True))
GOOD = {
    "colour": "red", "weight": 0.5, "written_on": date(2025, 3, 6), "first": 0, "last": 4, "words": "some", "title": "A card",
    "address": "https://example.org/a",
}  # fmt: skip
CRITICAL = [
    ("card_id", None, "card_id: not_be_null"),
    ("colour", None, "colour: not_be_null"),
    ("colour", "green", "colour: be_in_set"),
    ("weight", 1.0001, "weight: be_between"),
    ("weight", -0.1, "weight: be_between"),
    ("last", 0, "last: pair_values_a_to_be_greater_than_b"),
    ("words", "x", "words: value_lengths_to_be_between"),
    ("words", "x" * 11, "words: value_lengths_to_be_between"),
]
NOTED = [
    ("written_on", date(1989, 12, 31), "written_on: be_between", "warning"),
    ("written_on", None, "written_on: not_be_null", "warning"),
    ("address", "example.org", "address: match_regex", "warning"),
    ("title", None, "title: not_be_null", "info"),
]


def card(number: int, **changes) -> dict:
    return {"card_id": f"c{number}", **GOOD, **changes}


def frame(*rows: dict, table: Table = CARDS) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[column.name for column in table.columns])


def judged(rows: list[dict], now) -> Validated:
    return validate(CARDS, frame(*rows), "a part", now)


def found(validated: Validated) -> set[tuple[int, str, str]]:
    return {(breach.position, breach.rule, breach.severity) for breach in validated.breaches}


def test_each_rule_finds_the_rows_that_break_it_and_no_other(now):
    broken = [(column, value, rule, "critical") for column, value, rule in CRITICAL] + NOTED
    rows = [card(0), *(card(number, **{column: value}) for number, (column, value, *_) in enumerate(broken, start=1)), card(99)]
    validated = judged(rows, now)
    assert found(validated) == {(number, rule, severity) for number, (_, _, rule, severity) in enumerate(broken, start=1)}
    kept = [0, *range(len(CRITICAL) + 1, len(rows))]
    assert list(validated.good["card_id"]) == [rows[position]["card_id"] for position in kept]
    assert [breach.position for breach in validated.rejecting] == list(range(1, len(CRITICAL) + 1))


def test_a_frame_with_only_good_rows_comes_back_as_it_was(now):
    given = frame(card(1), card(2))
    validated = validate(CARDS, given, "a part", now)
    pd.testing.assert_frame_equal(validated.good, given)
    assert validated.breaches == []
    assert all(check["is_met"] for check in validated.checks)


def test_values_that_may_be_missing_and_the_ends_of_an_interval_break_no_rule(now):
    edges = [
        card(1, weight=0.0, words="xx"),
        card(2, weight=1.0, words="x" * 10, written_on=date(1990, 1, 1)),
        card(3, weight=None, words=None),
    ]
    assert judged(edges, now).breaches == []


def test_warnings_and_notes_cost_no_row(now):
    validated = judged([card(1, written_on=None, address="nowhere", title=None)], now)
    assert len(validated.good) == 1
    assert len(validated.breaches) == 3
    assert validated.rejecting == []


def test_both_rows_with_one_key_are_told_and_taken_out(now):
    validated = judged([card(1), card(1), card(2)], now)
    assert found(validated) == {(0, "card_id: be_unique", "critical"), (1, "card_id: be_unique", "critical")}
    assert list(validated.good["card_id"]) == ["c2"]


def test_a_compound_key_may_repeat_in_its_parts_but_not_as_a_whole(now):
    rows = [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 1, "b": "y"}]
    validated = validate(PAIRS, frame(*rows, table=PAIRS), "a part", now)
    assert {breach.position for breach in validated.breaches} == {1, 3}
    assert {breach.reason for breach in validated.breaches} == {
        "a+b: compound columns to be unique, found 'a second row with the same key'"
    }
    assert len(validated.good) == 2


def test_a_row_that_breaks_several_rules_is_rejected_once_for_the_first(now):
    validated = judged([card(1, colour="green", weight=7.0)], now)
    assert [breach.rule for breach in validated.rejecting] == ["colour: be_in_set"]
    assert len(validated.breaches) == 2


def test_a_breach_says_what_was_found_and_no_more_of_it_than_a_line(now):
    [breach] = judged([card(1, words="x" * 500)], now).breaches
    assert breach == Breach(
        0, "words: value_lengths_to_be_between", f"words: value lengths to be between, found '{'x' * 80}'", "critical"
    )


def test_positions_are_right_whatever_the_frame_is_numbered(now):
    given = frame(card(1), card(2, weight=3.0), card(3)).set_index(pd.Index([7, 7, 9]))
    validated = validate(CARDS, given, "a part", now)
    assert [breach.position for breach in validated.breaches] == [1]
    assert list(validated.good["card_id"]) == ["c1", "c3"]


def test_a_check_says_how_many_rows_were_looked_at_and_how_many_broke_the_rule(now):
    validated = judged([card(1), card(2, colour="green"), card(3, colour="grey"), card(4, title=None)], now)
    told = {check["rule"]: check for check in validated.checks}
    assert len(told) == len(validated.checks) == len(expectations(CARDS))
    assert set(validated.checks[0]) == {column.name for column in checks.columns}
    shown = ("table_name", "partition", "severity", "is_met", "row_count", "breach_count", "checked_at")
    assert [told["colour: be_in_set"][name] for name in shown] == ["cards", "a part", "critical", False, 4, 2, now]
    assert [told["title: not_be_null"][name] for name in shown] == ["cards", "a part", "info", False, 4, 1, now]
    assert [told["weight: be_between"][name] for name in shown] == ["cards", "a part", "critical", True, 4, 0, now]


def test_checks_of_two_parts_are_two_rows_and_of_one_part_the_same(now):
    one, same, other = (validate(PAIRS, frame({"a": 1, "b": "x"}, table=PAIRS), part, now).checks for part in "aab")
    ids = [{check["check_id"] for check in part} for part in (one, same, other)]
    assert ids[0] == ids[1]
    assert not ids[0] & ids[2]


def test_a_frame_without_rows_is_good_and_says_nothing_about_the_rules(now):
    validated = validate(CARDS, frame(), "a part", now)
    assert (len(validated.good), validated.breaches, validated.checks) == (0, [], [])


@pytest.mark.parametrize("rows", [[], [card(1)]], ids=["empty", "filled"])
def test_a_missing_column_is_an_error_of_the_program(rows, now):
    with pytest.raises(ValidationError, match="rows for cards lack words, title"):
        validate(CARDS, frame(*rows).drop(columns=["words", "title"]), "a part", now)


def test_a_rule_that_cannot_be_applied_is_an_error_of_the_program(now):
    with pytest.raises(ValidationError, match="cards: .* cannot be applied"):
        validate(CARDS, frame(card(1, weight="heavy"), card(2)), "a part", now)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_promises_that_its_key_is_there_and_unique(table):
    kinds = [(rule.expectation_type, rule.severity) for rule in expectations(table)]
    assert kinds[0][0] == "expect_column_values_to_not_be_null"
    assert "unique" in kinds[-1][0]


def test_what_the_flow_relies_on_is_promised():
    def rules(table: Table) -> set[tuple[str, str]]:
        return {
            (rule.expectation_type, getattr(rule, "column", None) or getattr(rule, "column_A", ""))
            for rule in expectations(table)
        }

    assert ("expect_column_pair_values_a_to_be_greater_than_b", "end") in rules(statements)
    assert ("expect_column_values_to_be_in_set", "channel") in rules(documents)
    assert {("expect_column_values_to_be_between", stance) for stance in ("supportive", "no_signal")} <= rules(signals)
