from __future__ import annotations

from datetime import date

import pytest

from analysis.report.movement import gaps, shifts, weights


def test_a_shift_is_told_with_its_interval_its_q_value_and_the_stories_that_moved_it_in_order(moved, composed_rows):
    stories = [composed_rows.story(rank) for rank in (2, 1)] + [composed_rows.story(1, "other")]
    [told] = shifts(moved([composed_rows.shift()], stories))
    assert (told.topic, told.channel, told.level) == ("US · crypto-assets", "official", "monitor")
    assert (told.change, told.q_value, told.note) == ("+0.41 (0.22 to 0.60)", "0.031", "not corrected")
    assert [(one.influence, one.source.title) for one in told.stories] == [
        ("+0.050", "Composed notice number 1"),
        ("+0.025", "Composed notice number 2"),
    ]
    first = told.stories[0].source
    assert (first.day, first.host, first.link) == (
        "2 March 2025", "www.agency.example", "https://www.agency.example/notices/1"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scope": "authority", "authority": "Composed Agency"}, "Composed Agency · crypto-assets"),
        ({"scope": "authority", "authority": None}, "US · crypto-assets"),
        ({"scope": "sector", "jurisdiction": ""}, "All jurisdictions · crypto-assets"),
        ({"jurisdiction": ""}, "Supranational · crypto-assets"),
    ],
)
def test_a_shift_is_the_authoritys_the_jurisdictions_or_that_of_all(moved, composed_rows, change, words):
    assert shifts(moved([composed_rows.shift(**change)]))[0].topic == words


def test_a_shift_near_a_change_of_the_instrument_says_so_and_a_small_q_is_only_smaller(moved, composed_rows):
    [told] = shifts(moved([composed_rows.shift(kind="instrument change", q_value=1e-9, is_corrected=True)]))
    assert told.note == "corrected, near a change of model, source or parser: perhaps no change of policy"
    assert told.q_value == "< 0.001"


def test_critical_shifts_come_first_and_then_the_surest(moved, composed_rows):
    told = [("a", "monitor", 0.01), ("b", "critical", 0.05), ("c", "monitor", 0.001), ("d", "critical", 0.02)]
    rows = [composed_rows.shift(name, level=level, q_value=q, scope="authority", authority=name) for name, level, q in told]
    assert [one.topic[0] for one in shifts(moved(rows))] == ["d", "b", "c", "a"]


def test_a_story_whose_document_is_gone_or_whose_address_is_none_has_no_link(moved, composed_rows):
    gone = dict.fromkeys(("title", "publisher", "published_on", "address", "reference"))
    stories = [composed_rows.story(1, **gone), composed_rows.story(2, address="javascript:alert(1)")]
    one, other = (story.source for story in shifts(moved([composed_rows.shift()], stories))[0].stories)
    assert (one.title, one.day, one.link) == ("", "", "")
    assert (other.link, other.reference) == ("", "Composed Gazette, no. 2")


def test_gaps_are_told_with_their_intervals_the_surest_first_and_thin_ones_as_such(moved, composed_rows):
    rows = [
        composed_rows.gap("FR", (0.9, -0.1, 1.5)),
        composed_rows.gap("US", (-0.4, -0.5, -0.3), (-0.45, -0.6, -0.2), gate="too_few_effective"),
        composed_rows.gap("DE", (0.5, 0.1, 0.9), corrected_reason="drift_alarm"),
    ]
    assert [tuple(one) for one in gaps(moved(gaps=rows))] == [
        ("US · crypto-assets", "−0.40 (−0.50 to −0.30)", "−0.45 (−0.60 to −0.20)", "thin: few stories"),
        ("DE · crypto-assets", "+0.50 (0.10 to 0.90)", "the alarm for drift rings", ""),
        ("FR · crypto-assets", "+0.90 (−0.10 to 1.50)", "too few statements audited by people", ""),
    ]


def test_weights_are_told_a_line_for_each_thing_in_their_order(moved):
    assert weights(moved()) == [
        ("Who speaks", ["head 1", "member 0.5"]),
        ("What an official text is", ["rule 1.5", "speech 1"]),
    ]


def test_a_date_is_a_day_in_words(moved, composed_rows):
    story = composed_rows.story(1, published_on=date(2025, 1, 31))
    assert shifts(moved([composed_rows.shift()], [story]))[0].stories[0].source.day == "31 January 2025"
