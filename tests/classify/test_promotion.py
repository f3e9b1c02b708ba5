from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.classify.promotion import FEWEST, Compared, verdict
from analysis.tables import STANCES

LANGUAGES = ("en", "fr", "de")


def answers(truth, accuracy, rng, wrong=None):
    """Return sure probabilities that are right this often, else another stance (or the one that `wrong` maps to)."""
    is_right = rng.random(len(truth)) < accuracy
    others = (truth + rng.integers(1, 4, len(truth))) % 4 if wrong is None else np.array([wrong[stance] for stance in truth])
    return np.eye(4)[np.where(is_right, truth, others)] * 0.8 + 0.05


def compared(champion=0.6, challenger=0.6, count=600, seed=0, wrong=None):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, count)
    return Compared(
        [STANCES[number] for number in truth],
        [LANGUAGES[number % 3] for number in range(count)],
        [f"d{number // 4}" for number in range(count)],
        answers(truth, champion, rng),
        answers(truth, challenger, rng, wrong),
    )


def told(frozen, newest):
    return verdict(frozen, newest, np.random.default_rng(0))


BETTER = compared(0.6, 0.8)


def test_a_better_challenger_may_be_promoted():
    found = told(BETTER, BETTER)
    assert found.may_promote and found.outcome == "yes"
    assert "not worse" in found.reasons[0] and "newest labels: better" in found.reasons[1]
    figures = found.figures["frozen"]
    assert figures["macro_f1_low"] < figures["macro_f1"] < figures["macro_f1_high"]
    assert figures["macro_f1"] == pytest.approx(figures["challenger_macro_f1"] - figures["champion_macro_f1"], abs=2e-4)
    assert set(figures["language"]) == set(LANGUAGES)
    assert json.loads(json.dumps(found.as_dict()))["may_promote"] is True


def test_one_that_may_be_worse_on_the_frozen_evaluation_may_not_be_promoted():
    found = told(compared(0.7, 0.6), BETTER)
    assert found.outcome == "no" and not found.may_promote
    assert "may be worse by 0.02 or more" in found.reasons[0]
    few = told(compared(0.7, 0.7, count=80), BETTER)
    assert few.outcome == "no", "an interval this wide does not rule out that it is worse"


def test_the_same_answers_are_not_worse_but_not_better_either():
    same = replace(BETTER, champion=BETTER.challenger)
    found = told(same, same)
    assert found.outcome == "no"
    assert found.figures["frozen"]["macro_f1_low"] == found.figures["frozen"]["macro_f1_high"] == 0
    assert found.figures["newest"]["better"] == 0.5
    assert found.reasons[0].startswith("frozen evaluation: not worse")
    assert "not shown to be better" in found.reasons[1]


def test_one_language_that_is_clearly_worse_is_enough_against_it():
    rng = np.random.default_rng(2)
    frozen = compared(0.6, 0.9)
    truth = np.array([STANCES.index(stance) for stance in frozen.stances])
    is_french = np.array(frozen.languages) == "fr"
    challenger = frozen.challenger.copy()
    challenger[is_french] = answers(truth[is_french], 0.3, rng)
    found = told(replace(frozen, challenger=challenger), BETTER)
    assert found.reasons[0].startswith("frozen evaluation: fr is clearly worse")
    few = ["fr" if number < 20 else "en" for number in range(len(truth))]
    challenger = frozen.challenger.copy()
    challenger[:20] = answers(truth[:20], 0.0, rng)
    assert told(replace(frozen, languages=few, challenger=challenger), BETTER).may_promote


def test_more_supportive_taken_for_restrictive_is_enough_against_it():
    frozen = compared(0.6, 0.75, wrong={0: 2, 1: 3, 2: 0, 3: 1})
    found = told(frozen, BETTER)
    assert found.outcome == "no"
    assert [reason for reason in found.reasons if "opposite errors are clearly more" in reason]
    assert found.figures["frozen"]["opposite_low"] > 0


@pytest.mark.parametrize("newest", [None, compared(0.5, 0.9, count=FEWEST - 1)])
def test_too_few_new_labels_cannot_tell(newest):
    found = told(BETTER, newest)
    assert (found.outcome, found.may_promote) == ("cannot tell", False)
    assert f"{FEWEST} are needed" in found.reasons[1]


def test_without_a_frozen_evaluation_nothing_can_be_told_and_worse_stays_worse():
    assert told(None, BETTER).outcome == "cannot tell"
    assert told(None, compared(0.8, 0.5)).outcome == "no"
    assert told(compared(0.8, 0.5), None).outcome == "no"
    assert told(None, None).outcome == "cannot tell"


def test_whole_documents_are_drawn():
    one = replace(BETTER, groups=["d"] * len(BETTER.stances))
    figures = told(one, None).figures["frozen"]
    assert figures["macro_f1_low"] == figures["macro_f1"] == figures["macro_f1_high"]


def test_the_same_generator_gives_the_same_verdict():
    assert told(BETTER, BETTER) == told(BETTER, BETTER)
