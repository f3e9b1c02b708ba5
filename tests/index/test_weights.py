from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import CatalogueError, ValidationError
from analysis.index.weights import FILE, NAMES, authority_weights, declared_weights, statement_weights


def statement(**changes):
    row = {"rank": None, "level": "ministry", "channel": "official", "is_quotation": False, "act": "speech"}
    return pd.DataFrame([row | changes]).astype({"rank": object})


@pytest.mark.parametrize(
    ("changes", "weight"),
    [
        ({}, 1.0),
        ({"rank": "head"}, 1.0),
        ({"rank": "deputy"}, 0.7),
        ({"rank": "spokesperson"}, 0.7),
        ({"rank": "member"}, 0.5),
        ({"level": "subnational"}, 0.5),
        ({"level": "subnational", "rank": "head"}, 0.5),
        ({"act": "rule"}, 1.5),
        ({"act": "fine", "rank": "deputy"}, 1.05),
        ({"act": "draft"}, 1.2),
        ({"act": "guidance"}, 1.2),
        ({"act": "answer"}, 1.0),
        ({"channel": "press"}, 0.6),
        ({"channel": "press", "act": "rule"}, 0.6),
        ({"channel": "press", "is_quotation": True, "rank": "member"}, 0.5),
    ],
)
def test_a_statement_weighs_level_times_type(changes, weight):
    assert statement_weights(statement(**changes), declared_weights()) == pytest.approx([weight])


def test_a_statement_of_which_no_act_is_told_counts_as_a_speech():
    without, empty = statement(act="rule").drop(columns="act"), statement(act=None)
    assert statement_weights(without, declared_weights()).tolist() == [1.0]
    assert statement_weights(empty, declared_weights()).tolist() == [1.0]


@pytest.mark.parametrize("wrong", [{"rank": "emperor"}, {"act": "song"}, {"level": "village"}])
def test_what_has_no_weight_is_an_error_that_names_it(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong.values()))):
        statement_weights(statement(**wrong), declared_weights())


def test_the_table_is_given_as_rows_with_reasons():
    rows = declared_weights().rows()
    assert {(row["of"], row["name"]) for row in rows} == {(of, name) for of, names in NAMES.items() for name in names}
    assert all(0 < row["value"] <= 2 and len(row["why"]) > 10 for row in rows)


def test_authorities_have_the_weight_of_their_level():
    found = authority_weights(pd.Series(["ministry", "court", "ministry"]), declared_weights())
    assert found[0] == found[2] > found[1] > 0
    with pytest.raises(ValidationError, match="village"):
        authority_weights(pd.Series(["village"]), declared_weights())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('name = "deputy"', 'name = "vice"'), "deputy is missing"),
        (lambda text: text + '\n[[weight]]\nof = "act"\nname = "song"\nvalue = 1.0\nwhy = "It is sung."\n', "song is unknown"),
        (lambda text: text + '\n[[weight]]\nof = "act"\nname = "rule"\nvalue = 1.0\nwhy = "Once more."\n', "stands twice"),
        (lambda text: text.replace("value = 0.6", "value = 0.0"), "greater than 0"),
        (lambda text: text.replace("value = 0.6", "value = nan"), "press|greater|value"),
        (lambda text: text.replace("value = 0.6", "value ="), "no TOML"),
    ],
)
def test_a_table_that_is_wrong_is_an_error_with_its_place(tmp_path, change, message):
    path = tmp_path / "weights.toml"
    path.write_text(change(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(CatalogueError, match=message):
        declared_weights(path)


def test_weights_are_finite():
    assert np.isfinite([line.value for line in declared_weights().lines]).all()
