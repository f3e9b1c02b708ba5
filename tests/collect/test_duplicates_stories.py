from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest

from analysis.collect.duplicates.decide import Compared, Decision
from analysis.collect.duplicates.stories import Member, Place, gather

DAY = date(2025, 3, 3)
APART = Decision(None, "apart")


def member(
    name: str, days: int | None = 0, revision: int = 1, key: str | None = None, latest: bool = True, official: bool = False
):
    published_on = None if days is None else DAY + timedelta(days=days)
    compared = Compared(f"text of {name}", published_on=published_on, is_official=official)
    return Member(name, key or name.upper(), revision, compared, latest)


def deciding(**decisions: Decision):
    """Decide on pairs by their names, joined in the order of the alphabet; all others are apart."""
    return lambda one, other: decisions.get("".join(sorted((one.document_id, other.document_id))), APART)


def same(layer: str, strength: float = 0.5) -> Decision:
    return Decision(layer, f"{layer} by {strength}", strength)


def test_what_is_apart_is_a_story_of_its_own():
    assert gather([member("a"), member("b")], deciding()) == {
        "a": Place("A", "first", None, None),
        "b": Place("B", "first", None, None),
    }
    assert gather([], deciding()) == {}


def test_the_earliest_is_the_first_and_an_official_text_before_an_article_of_its_day():
    joined = deciding(ab=same("text"))
    assert gather([member("a", 2), member("b", 1)], joined)["a"] == Place("B", "text", "b", "text by 0.5")
    assert gather([member("a"), member("b", official=True)], joined)["a"].story_link == "b"
    assert gather([member("a", None), member("b", 9)], joined)["a"].story_link == "b"


def test_each_hangs_on_the_one_by_which_it_came_and_the_order_of_coming_does_not_count():
    decisions = deciding(ab=same("text"), bc=same("event", 0.8), ac=APART, cd=same("copy", 1.0), ad=same("event", 0.7))
    members = [member("a"), member("b", 1), member("c", 2), member("d", 3)]
    expected = {
        "a": Place("A", "first", None, None),
        "b": Place("A", "text", "a", "text by 0.5"),
        "c": Place("A", "event", "b", "event by 0.8"),
        "d": Place("A", "copy", "c", "copy by 1.0"),
    }
    assert all(gather(some, decisions) == expected for some in permutations(members))


def test_nothing_brings_two_statements_together_that_are_known_to_be_two():
    decisions = deciding(ac=same("text", 0.9), bc=same("text", 0.6), ab=Decision(None, "two meetings", is_blocked=True))
    places = gather([member("a"), member("b", 1), member("c", 2)], decisions)
    assert {name: place.story_id for name, place in places.items()} == {"a": "A", "b": "B", "c": "A"}


def test_events_do_not_drift_over_the_weeks_and_texts_may():
    members = [member("a"), member("b", 3), member("c", 6)]
    drifting = gather(members, deciding(ab=same("event"), bc=same("event")))
    assert [drifting[name].story_id for name in "abc"] == ["A", "A", "C"]
    kept = gather(members, deciding(ab=same("text"), bc=same("text")))
    assert [kept[name].story_id for name in "abc"] == ["A", "A", "A"]


def test_revisions_of_one_address_stay_together_and_the_newest_is_compared():
    members = [
        member("o", 0, 1, "K", latest=False),
        member("n", 4, 2, "K"),
        member("z", 0, 3, "K", latest=False),
        member("x", 2),
    ]
    places = gather(members, deciding(nx=same("text"), ox=Decision(None, "old", is_blocked=True)))
    assert places["o"] == Place("K", "first", None, None)
    assert (places["n"].story_link, places["z"].story_link) == ("o", "n")
    assert places["n"].story_reason == "text" and "revision" in places["n"].story_note
    assert places["x"] == Place("K", "text", "n", "text by 0.5")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_revised_document_comes_to_another_story_by_its_first_revision(days):
    members = [member("o", 0, 1, "K", latest=False), member("n", 0, 2, "K"), member("x", days)]
    places = gather(members, deciding(nx=same("event", 0.7)))
    first = "x" if days < 0 else "o"
    assert places[first].story_reason == "first"
    assert [name for name, place in places.items() if place.story_reason == "event"] == ["o" if days < 0 else "x"]
