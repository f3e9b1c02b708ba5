from __future__ import annotations

from functools import partial
from threading import Barrier

import pytest

from analysis.steps.side_by_side import WAITING, side_by_side


def test_all_that_the_jobs_give_comes_each_in_its_own_order():
    got = list(side_by_side([partial(range, start, start + 500) for start in (0, 1000, 2000)]))
    assert sorted(got) == [*range(500), *range(1000, 1500), *range(2000, 2500)]
    assert [number for number in got if number < 500] == [*range(500)]


def test_jobs_run_at_the_same_time():
    both = Barrier(2, timeout=10)

    def job():
        both.wait()
        yield "met"

    assert list(side_by_side([job, job])) == ["met", "met"]


def test_an_error_of_a_job_is_raised_after_what_came_before_it():
    def job():
        yield 1
        raise LookupError("lost")

    got = []
    with pytest.raises(LookupError, match="lost"):
        got.extend(side_by_side([job]))
    assert got == [1]


def test_when_the_taker_stops_the_jobs_stop_too():
    given = []

    def endless():
        while True:
            given.append(len(given))
            yield given[-1]

    taken = side_by_side([endless])
    assert next(taken) == 0
    taken.close()
    assert len(given) <= WAITING + 3


def test_without_jobs_nothing_comes():
    assert list(side_by_side([])) == []
