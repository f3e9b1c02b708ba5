from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from analysis.catalogue.event import Event
from benchmarks.backtest import judged, misses, moves, summary

MONDAY = date(2024, 1, 1)
BODY = ("authority", "fr-amf", "FR", "fintech", "official")


def line(balances, effective=5.0, past=0.0, first=MONDAY):
    weeks = [first + timedelta(weeks=number) for number in range(len(balances))]
    return pd.DataFrame({"balance": balances, "effective": effective, "past": past}, index=weeks)


def event(direction="supportive", weeks=4):
    return Event(
        id="fr-composed-turn",
        on=MONDAY + timedelta(weeks=weeks, days=2),
        authorities=("fr-amf",),
        jurisdiction="FR",
        sectors=("fintech",),
        direction=direction,
        act="rule",
        title="A turn composed for this test",
        reference="None: composed for this test",
        turning_point=True,
    )


def test_a_move_compares_the_window_that_begins_with_a_week_with_what_was_before():
    known = line([0.0] * 4 + [0.1, 0.2, 0.3, 0.4], past=-0.1)
    assert moves(known, 4, "window")[MONDAY + timedelta(weeks=4)] == pytest.approx(0.4)
    assert moves(known, 4, "past")[MONDAY + timedelta(weeks=4)] == pytest.approx(0.5)
    assert moves(line([0.0] * 8, effective=2.9), 4, "past").empty


@pytest.mark.parametrize(("direction", "reason"), [("supportive", "right"), ("restrictive", "wrong sign")])
def test_a_turn_is_found_when_the_balance_moves_as_it_leans(direction, reason):
    known = {(4, *BODY): line([0.0] * 4 + [0.1, 0.2, 0.3, 0.4] + [0.4] * 4)}
    found = judged(event(direction), known, 4, "window")
    assert (found.reason, found.line) == (reason, "fr-amf official")
    assert found.move == pytest.approx(0.4)


def test_a_turn_long_before_or_after_is_not_dated():
    known = {(4, *BODY): line([0.0] * 7 + [0.1] + [0.1] * 12 + [0.9] * 8)}
    assert not judged(event(), known, 4, "window").is_dated
    assert judged(event(weeks=16), known, 4, "window").is_dated


def test_a_miss_says_whether_there_was_nothing_or_too_little():
    assert judged(event(), {}, 4, "past").reason == "no documents"
    few = judged(event(), {(4, *BODY): line([0.1] * 8, effective=1.0)}, 4, "past")
    assert few.reason == "too few stories"
    far = {(4, *BODY): line([0.1] * 8, first=MONDAY + timedelta(weeks=200))}
    assert judged(event(), far, 4, "past").reason == "no documents"
    assert misses([few])[0].startswith("too few stories  2024-01-31 supportive   fr-composed-turn")


def test_the_line_of_the_jurisdiction_stands_in_for_its_authority_and_the_press_for_the_official():
    rising = line([0.0] * 4 + [0.1, 0.2, 0.3, 0.4] + [0.4] * 4)
    of_jurisdiction = ("jurisdiction", "", "FR", "fintech")
    assert judged(event(), {(4, *of_jurisdiction, "press"): rising}, 4, "window").line == "FR press"
    both = {(4, *of_jurisdiction, "official"): rising, (4, *of_jurisdiction, "press"): rising}
    assert judged(event(), both, 4, "window").line == "FR official"


def test_recall_is_told_by_sign():
    known = {(4, *BODY): line([0.0] * 4 + [0.1, 0.2, 0.3, 0.4] + [0.4] * 4)}
    told = summary([judged(event(name), known, 4, "window") for name in ("supportive", "restrictive")], 4, "window")
    assert "1 judged    0 right (0%" in told[0]
    assert "1 judged    1 right (100%" in told[1]
    assert "2 judged    1 right (50%" in told[2]
