"""What the layers stand on: bands of texts, paragraphs that recur, and meanings."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.collect.duplicates.event import Closeness, Meanings, Told, vectors
from analysis.collect.duplicates.paragraphs import paragraph_hashes, without
from analysis.collect.duplicates.signature import BANDS, bands

TEXT = " ".join(f"clause {number} obliges operator{number} to report incident{number}" for number in range(60))


def shared(one: str, other: str) -> int:
    first, second = bands([one, other])
    return sum(a == b for a, b in zip(first, second, strict=True))


def test_texts_that_have_much_in_common_share_bands_and_others_none():
    assert shared(TEXT, TEXT.upper().replace(" ", "\n")) == BANDS
    assert shared(TEXT, TEXT[: len(TEXT) * 4 // 5]) > 3
    assert shared(TEXT, TEXT.replace("incident", "harvest").replace("obliges", "frees").replace("report", "sing")) == 0
    assert shared("监管部门公布关于人工智能服务的管理办法" * 2, "监管部门公布关于人工智能服务的管理办法" * 2 + "。") == BANDS


def test_bands_are_the_same_on_every_machine_and_in_every_version():
    # Those that are stored would meet no new ones otherwise: a change needs all of them made anew.
    [own] = bands(["The council opened a register for operators of large computing centres."])
    assert (len(own), own[0], own[-1]) == (BANDS, "fa6e037272bab194", "6a13b33c95c5c9ae")


def test_a_text_without_words_has_no_bands_and_holds_up_no_other():
    assert [len(own) for own in bands(["...", "one", *["two words"] * 300])] == [0, *[BANDS] * 301]


def test_paragraphs_are_known_however_they_are_typeset_and_dropped():
    note = "Sign up for our letter on Monday mornings."
    [digest] = paragraph_hashes(f"Short line\n{note}\n")
    assert paragraph_hashes(f"SIGN up  for our letter on Monday\u00a0mornings.\n{note}") == {digest}
    assert without(f"A first line.\n{note}\nA last line.", {digest}) == "A first line.\nA last line."
    assert without(f"A first line.\n{note}", set()) == f"A first line.\n{note}"


FINE = Told(
    "fine", "Regulator fines bank over data leak", "The supervisor imposed a fine on the lender after customer data leaked."
)
AGAIN = Told(
    "again", "Bank is fined by the regulator for leaking data", "A lender must pay because its customers' data leaked."
)
GERMAN = Told("german", "Aufsicht verhängt Geldbuße gegen Bank wegen Datenlecks", "Die Aufsicht bestraft die Bank.")
HARVEST = Told("harvest", "Farmers expect a good harvest", "Rain came in time and the orchards are full this autumn.")


def test_meanings_are_near_across_words_and_languages_and_far_between_subjects():
    meanings = Meanings()
    assert meanings.closeness(FINE, AGAIN).is_one_event
    assert meanings.closeness(FINE, GERMAN).titles > 0.6
    assert not meanings.closeness(FINE, HARVEST).is_one_event
    titles = meanings.titles([FINE, AGAIN, FINE])
    assert titles.shape == (3, 512) and np.array_equal(titles[0], titles[2])
    assert titles[0] @ titles[1] == pytest.approx(meanings.closeness(FINE, AGAIN).titles, abs=1e-4)
    assert meanings.titles([]).shape == (0, 512)


def test_an_empty_text_has_no_meaning():
    found = vectors(["", "A harvest."])
    assert not found[0].any() and np.linalg.norm(found[1]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("titles", "leads", "expected"), [(0.8, 0.7, True), (0.69, 0.95, False), (0.95, 0.54, False), (0.72, 0.6, False)]
)
def test_title_and_lead_and_both_together_must_be_near(titles, leads, expected):
    assert Closeness(titles, leads).is_one_event is expected


def test_meanings_are_kept_and_those_asked_for_longest_ago_forgotten():
    kept = Meanings(most=2)
    first = kept.titles([FINE, AGAIN, HARVEST])
    # What is held is not found again, so that another title under its id changes nothing.
    assert np.array_equal(kept.titles([HARVEST._replace(title="Regulator fines bank")])[0], first[2])
    assert kept.titles([FINE._replace(title="Farmers expect a good harvest")])[0] @ first[2] == pytest.approx(1)
