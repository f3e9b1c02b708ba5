"""Every text below is composed."""

from __future__ import annotations

import time

import pytest

from analysis.collect.changes import COMPARED, LIMIT, READ, changes

BEFORE = "Notice on tokens\nThe rules were eased. The vote was close. Firms have until May. A hearing follows."


def test_a_corrected_sentence_is_taken_away_and_put_in_between_its_neighbours():
    after = BEFORE.replace("until May", "until June")
    assert changes(BEFORE, after) == (
        "@@ -3,3 +3,3 @@\n The vote was close.\n-Firms have until May.\n+Firms have until June.\n A hearing follows."
    )


def test_two_places_far_apart_are_two_hunks_and_what_is_the_same_between_them_is_left_out():
    before = " ".join(f"Point {number} stands." for number in range(20))
    after = before.replace("Point 2 stands.", "Point 2 fell.").replace("Point 15 stands.", "Point 15 fell.")
    told = changes(before, after)
    assert told.count("@@ -") == 2 and "Point 9" not in told
    assert "@@ -2,3 +2,3 @@" in told and "@@ -15,3 +15,3 @@" in told


def test_sentences_are_told_apart_without_blanks_in_chinese():
    told = changes("会议今天召开。决定支持创新。", "会议今天召开。决定限制创新。")
    assert told.splitlines()[1:] == [" 会议今天召开。", "-决定支持创新。", "+决定限制创新。"]


@pytest.mark.parametrize("after", [BEFORE, BEFORE.replace(". ", ".\n"), BEFORE.replace("\n", "\r\n") + "\n"])
def test_the_same_sentences_in_other_lines_are_no_change(after):
    assert changes(BEFORE, after) is None


def test_a_text_that_is_gone_or_new_is_told_whole():
    assert changes("", "One.") == "@@ -1,0 +1,1 @@\n+One."
    assert changes("One.", "") == "@@ -1,1 +1,0 @@\n-One."


SIZE = 200_000
HALF = COMPARED // 2 - 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n".join(f"s{n}\no{n}" for n in range(HALF)), "\n".join(f"s{n}\nn{n}" for n in range(HALF))),
        ("a\n" * SIZE + "b", "c\n" + "a\n" * SIZE),
        ("\n".join(f"{n}" for n in range(SIZE)), "\n".join(f"{n}" for n in reversed(range(SIZE)))),
        ("\n".join(f"{n * n % 11}" for n in range(COMPARED - 2)), "\n".join(f"{n * n % 13}" for n in range(COMPARED - 2))),
        (" " * 1_000_000 + "a", " " * 1_000_000 + "b"),
        ("x" * 1_000_000, "y" * 1_000_000),
        ("." * 300_000 + "a", ". " * 300_000),
    ],
    ids=["alternating", "repeated", "turned round", "few different", "blanks", "one line", "full stops"],
)  # fmt: skip
def test_hostile_texts_take_little_time_and_their_diff_has_a_limit(before, after):
    begun = time.process_time()
    told = changes(before, after)
    assert told and len(told) <= LIMIT
    assert time.process_time() - begun < 20


def test_a_diff_that_is_cut_off_says_so():
    told = changes("\n".join(f"Old point {n}." for n in range(READ)), "\n".join(f"New point {n}." for n in range(READ)))
    assert LIMIT - 100 < len(told) <= LIMIT
    assert told.endswith("which is left out") and told.startswith(f"@@ -1,{READ} +1,{READ} @@\n-Old point 0.")
