from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from analysis.classify.labelling.audit import Candidate
from analysis.classify.labelling.queue import learning_queue, margins, spread


def candidate(number: int, margin: float, language="en", key=None) -> Candidate:
    second = (1 - margin) / 2
    return Candidate(
        f"{language}{number:04}", "d", key or f"{language}{number}", language, "press", "m", (second + margin, second, 0, 0)
    )


def evenly(count: int, language="en") -> list[Candidate]:
    return [candidate(number, number / count, language) for number in range(count)]


def draw(candidates, size, disagreement=None, vectors=None, seed=0):
    vectors = np.eye(len(candidates)) if vectors is None else vectors
    return learning_queue(candidates, disagreement or {}, vectors.__getitem__, size, np.random.default_rng(seed))


def test_half_is_near_a_quarter_disputed_and_a_quarter_random():
    candidates = evenly(400)
    disagreement = {f"en{number:04}": number / 400 for number in range(200, 400)}
    drawn = draw(candidates, 40, disagreement)
    assert Counter(each.reason for each in drawn) == {"margin": 20, "disagreement": 10, "random": 10}
    near = [margins([each.candidate])[0] for each in drawn if each.reason == "margin"]
    assert max(near) < 0.25
    torn = [disagreement[each.candidate.statement_id] for each in drawn if each.reason == "disagreement"]
    assert min(torn) > 0.85
    assert len({each.candidate.statement_id for each in drawn}) == 40


def test_only_the_random_part_has_a_chance_that_is_known():
    drawn = draw(evenly(200), 40, {"en0001": 0.5})
    assert {(each.reason, each.inclusion_probability) for each in drawn} == {
        ("random", 0.05), ("margin", None), ("disagreement", None)
    }  # fmt: skip


def test_the_random_part_is_drawn_from_all():
    found = Counter()
    for seed in range(400):
        found.update(e.candidate.statement_id for e in draw(evenly(20), 8, seed=seed) if e.reason == "random")
    assert all(count / 400 == pytest.approx(0.1, abs=0.06) for count in found.values()) and len(found) == 20


def test_without_disagreement_its_places_go_to_small_margins():
    assert Counter(each.reason for each in draw(evenly(100), 20)) == {"margin": 15, "random": 5}


def test_what_is_alike_is_asked_once_where_there_is_something_else():
    # Of the nearest, all but a few lie at one point; each other point must be asked.
    candidates = evenly(100)
    points = np.zeros((100, 3))
    points[20], points[30], points[40] = (9, 0, 0), (0, 9, 0), (0, 0, 9)
    chosen = {e.candidate.statement_id for seed in range(5) for e in draw(candidates, 16, vectors=points, seed=seed)}
    assert {"en0020", "en0030", "en0040"} <= chosen


def test_of_a_group_the_nearest_is_asked():
    candidates = evenly(12)
    groups = np.repeat(np.eye(3) * 50, 4, axis=0)
    drawn = learning_queue(candidates, {}, groups.__getitem__, 4, np.random.default_rng(0))
    taken = {each.candidate.statement_id for each in drawn if each.reason == "random"}
    near = sorted(each.candidate.statement_id for each in drawn if each.reason == "margin")
    first = [min(f"en{n:04}" for n in range(4 * g, 4 * g + 4) if f"en{n:04}" not in taken) for g in range(3)]
    assert near == first


def test_languages_share_the_size_as_evenly_as_they_can_fill_it():
    assert spread(10, [2, 100, 100]) == [2, 4, 4]
    assert spread(10, [1, 2]) == [1, 2]
    drawn = draw([*evenly(90), *evenly(3, "fr"), *evenly(60, "zh")], 23)
    assert Counter(each.candidate.language for each in drawn) == {"en": 10, "fr": 3, "zh": 10}


def test_the_same_text_is_asked_once():
    copies = [candidate(number, 0.1, key="same") for number in range(9)]
    assert [each.candidate.statement_id for each in draw(copies, 5)] == ["en0000"]


def test_the_same_seed_gives_the_same_round():
    assert draw(evenly(80), 20, seed=3) == draw(evenly(80), 20, seed=3)
    assert draw(evenly(80), 20, seed=3) != draw(evenly(80), 20, seed=4)


def test_nothing_gives_nothing():
    assert draw([], 20) == []
