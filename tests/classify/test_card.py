from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import numpy as np
import pytest

from analysis.classify.card import card
from analysis.classify.evaluate import sector_metrics, stance_metrics
from analysis.tables import STANCES, models

TRUTH = [*STANCES] * 20
PROBABILITIES = np.eye(4)[[0, 1, 0, 3] * 20] * 0.6 + 0.1


def figures(parts):
    found = stance_metrics(
        TRUTH, PROBABILITIES, np.random.default_rng(0), list(range(80)), parts, [(stance,) for stance in TRUTH]
    )
    return {**found, "sectors": sector_metrics([("fintech",)], [("fintech",)])}


def row(**changes):
    evaluation = {
        "labels_sha256": "f" * 64,
        "stance": figures({"language": ["en", "fr"] * 40, "kind": ["press"] * 80, "channel": ["press", "official"] * 40}),
        "sectors": None,
        "jurisdiction": {"count": 30, "accuracy": 0.9},
    }
    whole = {
        **dict.fromkeys(column.name for column in models.columns),
        "model_id": "m-0a1b", "status": "challenger", "file_hash": "a" * 64, "data_hash": "b" * 64, "languages": "de en",
        "has_vectors": True, "example_count": 80, "label_order": " ".join(STANCES), "versions": json.dumps({"numpy": "2.4.6"}),
        "examples": json.dumps({"composed": {"en": dict.fromkeys(STANCES, 12)}, "real": {"de": dict.fromkeys(STANCES, 8)}}),
        "recipe": json.dumps({"features": "x"}), "metrics": json.dumps({"real": figures({"language": ["de"] * 80})}),
        "evaluation": json.dumps(evaluation), "trained_at": datetime(2025, 6, 2, 9, 30, tzinfo=UTC),
    }  # fmt: skip
    return {**whole, **changes}


def table_rows(words):
    return [line for line in words.splitlines() if line.startswith("|")]


def test_a_card_tells_purpose_data_figures_and_limits():
    words = card(row())
    heads = re.findall(r"^## (.*)$", words, re.MULTILINE)
    assert heads == [
        "Purpose", "Training data", "Recipe", "Held-out figures", "Evaluation", "Limits", "How to cite"
    ]  # fmt: skip
    assert words.startswith("# Model m-0a1b\n") and words.endswith("\n")
    assert "| composed for the project | en | 12 | 12 | 12 | 12 | 48 |" in words
    assert "| numpy | 2.4.6 |" in words
    assert "a" * 64 in words and "b" * 64 in words and "f" * 64 in words
    assert "Jurisdiction right: 0.900 of 30" in words


def test_every_figure_stands_with_its_interval():
    found = json.loads(row()["evaluation"])["stance"]
    words = card(row())
    low, high = found["macro_f1_low"], found["macro_f1_high"]
    assert f"| macro-F1 | {found['macro_f1']:.3f} ({low:.3f} to {high:.3f}) |" in words
    for stance in ("supportive", "neutral"):
        low, high = found["f1_interval"][stance]
        assert f"| {stance} | {found['f1'][stance]:.3f} | {low:.3f} to {high:.3f} |" in words
    for part in ("language fr", "kind press", "channel official"):
        assert f"| {part} |" in words
    assert "| cannot tell | 0.000 |" in words
    assert "| from 0.7 | 80 | 0.700 | 0.750 |" in words


def test_tables_have_as_many_cells_in_each_line_as_in_their_head():
    for block in card(row()).split("\n\n"):
        lines = table_rows(block)
        assert len({line.count("|") for line in lines}) <= 1


def test_what_is_not_known_is_said():
    words = card(row(evaluation=None))
    assert "was not scored on a labelled file yet" in words
    nothing = stance_metrics([STANCES[1]] * 3, PROBABILITIES[:3], np.random.default_rng(0))
    words = card(row(metrics=json.dumps({"people": nothing}), evaluation=None, examples="{}", versions="{}"))
    assert "### On examples people's labels" in words
    assert "| no_signal | not measured | not measured to not measured |" in words


def test_the_life_of_a_model_is_told_and_peoples_words_are_no_markup():
    moment = datetime(2025, 7, 1, 8, 0, tzinfo=UTC)
    words = card(
        row(
            status="retired", promoted_at=moment, promoted_by="Ada", promotion_reason="more *French*\n# <b>now</b>.",
            replaced_id="m-old", despite="few labels", rolled_back_at=moment, rolled_back_by="Bob", rollback_reason="worse",
        )
    )  # fmt: skip
    assert "Made current 2025-07-01 08:00 UTC by Ada: more \\*French\\* \\# \\<b\\>now\\</b\\>. It replaced m-old." in words
    assert "promoted all the same: few labels." in words
    assert "Taken back 2025-07-01 08:00 UTC by Bob: worse." in words
    assert "by None" not in card(row(promoted_at=moment, promotion_reason="first model"))


@pytest.mark.parametrize("changes", [{}, {"evaluation": None}])
def test_the_same_row_has_the_same_card(changes):
    assert card(row(**changes)) == card(row(**changes))
