from __future__ import annotations

import numpy as np
import pytest

from analysis.classify.labelling.agreement import agreement, alpha_interval, cohen_kappa, krippendorff_alpha, raw_agreement

# Four observers, twelve units, some values missing: Krippendorff 2011, part C; alpha of nominal data is 0.743.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
PUBLISHED = [[value for value in unit if value is not None] for unit in zip(*OBSERVERS, strict=True)]
# Two readers: 20 times both say yes, 15 times both no, 15 times they differ; kappa is 0.4 (Cohen's formula by hand).
FIFTY = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15


def rng():
    return np.random.default_rng(1)


def test_alpha_is_what_its_author_computes():
    assert krippendorff_alpha(PUBLISHED) == pytest.approx(0.743, abs=0.0005)


def test_kappa_and_raw_share_of_a_known_table():
    assert cohen_kappa(FIFTY) == pytest.approx(0.4)
    assert raw_agreement(FIFTY) == pytest.approx(0.7)
    assert raw_agreement([("a", "a", "b")]) == pytest.approx(1 / 3)


def test_alpha_is_one_where_all_agree_none_where_nobody_could_differ_and_about_zero_by_chance():
    assert krippendorff_alpha([("a", "a"), ("b", "b")]) == 1
    assert krippendorff_alpha([("a", "a")] * 9) is None
    assert cohen_kappa([("a", "a")] * 9) is None
    assert krippendorff_alpha([]) is None and raw_agreement([]) is None and cohen_kappa([]) is None
    drawn = rng().integers(0, 3, (4000, 2))
    assert krippendorff_alpha(drawn.tolist()) == pytest.approx(0, abs=0.04)


def test_an_interval_holds_alpha_and_narrows_with_more_statements():
    low, high = alpha_interval(FIFTY, rng())
    assert low < krippendorff_alpha(FIFTY) < high
    closer = alpha_interval(FIFTY * 9, rng())
    assert closer[1] - closer[0] < (high - low) / 2


def test_an_interval_over_documents_is_wider_than_one_over_statements_that_go_together():
    ordered = sorted(FIFTY)
    low, high = alpha_interval(ordered, rng())
    wide = alpha_interval(ordered, rng(), [number // 5 for number in range(50)])
    assert wide[1] - wide[0] > (high - low) * 1.2


def test_one_document_has_no_interval():
    assert alpha_interval(FIFTY, rng(), ["d"] * 50) == (None, None)
    assert alpha_interval([], rng()) == (None, None)


def test_agreement_is_told_for_all_by_class_and_by_part_and_leaves_out_what_one_has_read():
    units = [("neutral", "neutral"), ("restrictive", "neutral"), ("restrictive", "restrictive"), ("no_signal",)]
    told = agreement(units, rng(), ["a", "b", "c", "d"], {"language": ["en", "en", "fr", "fr"]})
    assert (told["count"], told["raw"]) == (3, 0.6667)
    assert {name: figures["count"] for name, figures in told["language"].items()} == {"en": 2, "fr": 1}
    assert told["language"]["en"]["raw"] == 0.5
    assert told["stance"]["neutral"]["raw"] == 0.6667
    assert told["stance"]["supportive"]["alpha"] is None
    assert set(told["stance"]) == {"supportive", "neutral", "restrictive", "no_signal"}


def test_of_nothing_there_are_no_figures():
    told = agreement([], rng(), [], {"language": []})
    assert (told["count"], told["alpha"], told["alpha_low"], told["language"]) == (0, None, None, {})
