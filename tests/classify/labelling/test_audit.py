from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from analysis.classify.labelling.audit import Candidate, draw_audit, systematic


def candidate(number: int, language="en", channel="press", stance=3) -> Candidate:
    probabilities = [0.1, 0.1, 0.1, 0.1]
    probabilities[stance] = 0.7
    return Candidate(f"{language}-{channel}-{number:04}", "d", f"key-{number}", language, channel, "m", tuple(probabilities))


MANY = [
    *(candidate(number, stance=3 if number < 70 else number % 3) for number in range(100)),
    *(candidate(number, "fr", "official") for number in range(4)),
]


def names(drawn) -> list[str]:
    return [each.candidate.statement_id for each in drawn]


def test_each_language_and_channel_gives_its_size_or_all_it_has():
    drawn = draw_audit(MANY, "2025-W23", 10)
    assert Counter((d.candidate.language, d.inclusion_probability) for d in drawn) == {("en", 0.1): 10, ("fr", 1.0): 4}
    assert len(set(names(drawn))) == 14
    assert {each.reason for each in drawn} == {"random"}


def test_the_same_week_gives_the_same_sample_and_another_week_another():
    assert names(draw_audit(MANY, "2025-W23")) == names(draw_audit(MANY[::-1], "2025-W23"))
    assert names(draw_audit(MANY, "2025-W23")) != names(draw_audit(MANY, "2025-W24"))


def test_what_comes_in_one_language_leaves_the_samples_of_others_as_they_are():
    more = [*MANY, *(candidate(number, "de") for number in range(50))]
    assert [name for name in names(draw_audit(more, "2025-W23")) if name[:2] != "de"] == names(draw_audit(MANY, "2025-W23"))


def test_the_stances_share_a_sample_as_they_share_the_candidates():
    for week in range(1, 30):
        drawn = draw_audit(MANY[:100], f"2025-W{week:02}", 10)
        assert Counter(int(np.argmax(each.candidate.probabilities)) for each in drawn)[3] == 7


def test_each_member_has_the_same_chance():
    rng = np.random.default_rng(5)
    strata = [0] * 3 + [1] * 10 + [2] * 4
    found = Counter(number for _ in range(6000) for number in systematic(strata, 5, rng))
    assert len(found) == 17
    assert all(count / 6000 == pytest.approx(5 / 17, abs=0.03) for count in found.values())


def test_the_order_of_a_sample_tells_nothing_of_the_stance():
    rng = np.random.default_rng(5)
    first = Counter(systematic([0, 1], 2, rng)[0] for _ in range(400))
    assert 150 < first[0] < 250


def test_nothing_gives_nothing():
    assert draw_audit([], "2025-W23") == []
    assert systematic([], 0, np.random.default_rng(0)) == []
