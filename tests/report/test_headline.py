from __future__ import annotations

from datetime import date, timedelta

import pytest

from analysis.report.edition import Figure, cells
from analysis.report.headline import REASONS, basis, claim, correction, detail, findings, headline, measure, number, subject
from analysis.tables.indexed import GATES, NO_CORRECTION, NO_FIGURE, NO_GAP

WEEK_ON = date(2025, 3, 3)
EARLIER = WEEK_ON - timedelta(weeks=13)


@pytest.fixture
def of(edition, points):
    """Return the edition of one cell with these figures now and 13 weeks before."""

    def build(now, before=None, channel="official", sector="crypto_assets", jurisdiction="US"):
        rows = [points(jurisdiction, sector, channel, WEEK_ON, now, 34)]
        if before:
            rows.append(points(jurisdiction, sector, channel, EARLIER, before, 30))
        return edition(rows)

    return build


def test_an_interval_that_excludes_zero_leans(of):
    assert headline(of((0.62, 0.41, 0.80))) == (
        "US · crypto-assets: official statements lean supportive, +0.62 (0.41 to 0.80), 34 statements in 13 weeks"
    )
    assert "statements in the press lean restrictive, −0.50 (−0.70 to −0.10)" in headline(
        of((-0.5, -0.7, -0.1), channel="press")
    )


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ((0.6, 0.4, 0.8), (0.1, -0.1, 0.3), "turned more supportive, from +0.10 to +0.60 (0.40 to 0.80)"),
        ((0.3, 0.2, 0.4), (0.8, 0.7, 0.9), "turned less supportive, from +0.80 to +0.30 (0.20 to 0.40)"),
        ((-0.6, -0.8, -0.4), (0.1, -0.1, 0.3), "turned more restrictive, from +0.10 to −0.60 (−0.80 to −0.40)"),
        ((-0.2, -0.3, -0.1), (-0.7, -0.9, -0.5), "turned less restrictive, from −0.70 to −0.20 (−0.30 to −0.10)"),
        ((0.0, -0.1, 0.1), (-0.7, -0.9, -0.5), "turned less restrictive, from −0.70 to 0.00 (−0.10 to 0.10)"),
    ],
)
def test_intervals_apart_are_a_change(of, now, before, words):
    assert words in headline(of(now, before))


def test_intervals_that_overlap_are_no_change(of):
    assert "lean supportive, +0.60 (0.40 to 0.80)" in headline(of((0.6, 0.4, 0.8), (0.3, 0.1, 0.41)))


def test_intervals_that_touch_are_no_change(of):
    assert "turned" not in headline(of((0.6, 0.4, 0.8), (0.2, 0.0, 0.4)))


def test_an_interval_with_zero_at_its_end_does_not_lean(of):
    assert headline(of((0.3, 0.0, 0.6))) == "No clear lean this week: 1 figure, and no interval excludes 0"


def test_a_week_without_figures_says_so(of):
    edition = of(None)
    assert headline(edition) == "No clear lean this week: too few statements for a figure"
    assert findings(edition) == []
    (cell,) = cells(edition)
    assert (claim(cell), detail(cell)) == (
        "official statements give no figure",
        "too few stories, 34 statements in 13 weeks",
    )
    assert "none of 1 series" in basis(edition)


def test_a_figure_that_does_not_pass_the_gate_is_called_thin(edition, points):
    row = points("US", "fintech", "official", WEEK_ON, (0.5, 0.2, 0.7), 12) | {"gate": "too_few_effective"}
    (cell,) = cells(edition([row]))
    assert detail(cell) == "+0.50 (0.20 to 0.70), thin: few stories, 12 statements in 13 weeks"
    assert headline(edition([row])).endswith(detail(cell))


def test_a_figure_whose_sign_depends_on_how_it_is_counted_is_called_fragile(edition, points):
    row = points("US", "fintech", "official", WEEK_ON, (0.5, 0.2, 0.7), 12) | {"gate": "one_date", "is_fragile": True}
    (cell,) = cells(edition([row]))
    assert measure(cell) == "+0.50 (0.20 to 0.70), fragile, thin: all of one day"


def test_the_corrected_figure_is_told_or_why_there_is_none_and_nothing_where_there_is_no_figure_at_all(edition, points):
    ends = dict(zip(("corrected_balance", "corrected_balance_low", "corrected_balance_high"), (0.4, 0.1, 0.8), strict=True))
    rows = [
        points("CN", "fintech", "official", WEEK_ON, (0.5, 0.2, 0.7), 12) | ends | {"corrected_reason": None},
        points("EU", "fintech", "official", WEEK_ON, (0.5, 0.2, 0.7), 12),
        points("US", "fintech", "official", WEEK_ON, None, 2),
    ]
    assert [correction(cell) for cell in cells(edition(rows))] == [
        "corrected +0.40 (0.10 to 0.80)", "not corrected: too few statements audited by people", ""
    ]  # fmt: skip


@pytest.mark.parametrize("name", [*GATES, *NO_FIGURE, *NO_CORRECTION, *NO_GAP])
def test_every_reason_has_words(name):
    assert REASONS[name] and "_" not in REASONS[name]


def test_an_empty_database_is_told_in_words(empty_edition):
    assert headline(empty_edition) == "No documents yet: nothing has been collected"
    assert "no statement about a sector" in basis(empty_edition)
    assert subject(empty_edition) == "Policy signals 2025-W10: No documents yet: nothing has been collected"


def test_a_change_comes_before_a_larger_lean(edition, points):
    rows = [
        points("FR", "fintech", "official", WEEK_ON, (0.9, 0.85, 0.95), 80),
        points("US", "crypto_assets", "official", WEEK_ON, (0.3, 0.2, 0.4), 34),
        points("US", "crypto_assets", "official", EARLIER, (-0.3, -0.4, -0.2), 34),
    ]
    assert [cell.jurisdiction for cell in findings(edition(rows))] == ["US", "FR"]


def test_the_basis_counts_both_sides(full_edition):
    assert "15 of 17 series" in basis(full_edition)
    assert "5 on the supportive side, 5 on the restrictive side, 5 without a clear lean" in basis(full_edition)


def test_bodies_without_a_country_are_supranational(of):
    assert headline(of((0.6, 0.4, 0.8), jurisdiction="")).startswith("Supranational · crypto-assets")


@pytest.mark.parametrize(
    ("value", "words"), [(0.625, "+0.62"), (-0.5, "−0.50"), (0.001, "0.00"), (-0.004, "0.00"), (1, "+1.00")]
)
def test_numbers_carry_their_sign(value, words):
    assert number(value) == words


def test_an_interval_around_zero_has_no_lean():
    assert [Figure(0.1, *ends).lean for ends in ((-0.1, 0.3), (0.01, 0.3), (-0.3, -0.01))] == [
        "",
        "supportive",
        "restrictive",
    ]
