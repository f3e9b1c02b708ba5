from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from analysis.errors import ValidationError
from analysis.report.edition import anchor, cells, charted_from, figures_hash, leading_cells, leading_pairs, runs

WEEK_ON = date(2025, 3, 3)


def test_only_cells_with_a_figure_lead(full_edition):
    assert len(cells(full_edition)) == 17
    assert len(leading_cells(full_edition)) == 15
    assert all(cell.figure for cell in leading_cells(full_edition))


def test_official_leads_and_then_the_surest_not_the_largest(edition, points):
    rows = [
        points("FR", "fintech", "press", WEEK_ON, (0.9, 0.8, 1.0), 50),
        points("DE", "fintech", "official", WEEK_ON, (0.8, 0.1, 1.0), 5),
        points("US", "fintech", "official", WEEK_ON, (0.5, 0.4, 0.6), 200),
        points("GB", "fintech", "official", WEEK_ON, (0.2, -0.1, 0.5), 40),
    ]
    assert [cell.jurisdiction for cell in leading_cells(edition(rows))] == ["US", "DE", "FR", "GB"]
    assert leading_pairs(edition(rows), 2) == [("US", "fintech"), ("DE", "fintech")]


def test_other_windows_and_weeks_are_no_cells(edition, points):
    rows = [
        points("US", "fintech", "official", WEEK_ON, (0.5, 0.4, 0.6), 20, weeks=4),
        points("US", "fintech", "official", WEEK_ON - timedelta(weeks=1), (0.5, 0.4, 0.6), 20),
    ]
    assert cells(edition(rows)) == []


def test_a_series_is_split_where_a_week_has_no_figure(edition, points):
    figures = [(0.5, 0.4, 0.6), (0.5, 0.4, 0.6), None, (0.1, 0.0, 0.2)]
    rows = [points("US", "fintech", "press", WEEK_ON - timedelta(weeks=3 - n), figure, 9) for n, figure in enumerate(figures)]
    split = runs(edition(rows), "US", "fintech", "press")
    assert [[week.week_on for week in run] for run in split] == [
        [WEEK_ON - timedelta(weeks=3), WEEK_ON - timedelta(weeks=2)],
        [WEEK_ON],
    ]


def test_a_series_is_split_where_a_week_is_not_there_at_all(edition, points):
    rows = [points("US", "fintech", "press", WEEK_ON - timedelta(weeks=n), (0.5, 0.4, 0.6), 9) for n in (0, 2)]
    assert len(runs(edition(rows), "US", "fintech", "press")) == 2


def test_charts_begin_with_the_first_figure_and_never_more_than_two_years_back(full_edition, edition, points):
    assert charted_from(full_edition) == WEEK_ON - timedelta(weeks=103)
    short = edition([points("US", "fintech", "press", WEEK_ON, (0.5, 0.4, 0.6), 9)])
    assert charted_from(short) == WEEK_ON - timedelta(weeks=26)


def test_an_anchor_names_the_cell():
    assert anchor("US", "crypto_assets", "press") == "point-US-crypto_assets-press"


@pytest.mark.parametrize(
    "change",
    [
        lambda e: {"points": e.points.assign(balance=e.points["balance"].where(e.points.index != 3, 0.111))},
        lambda e: {"evidence": e.evidence.assign(title=["Another title", *e.evidence["title"][1:]])},
        lambda e: {"rejected": e.rejected.assign(count=[4, 12, 1])},
        lambda e: {"counts": {**e.counts, "documents": 138}},
        lambda e: {"model": {**e.model, "example_count": 1451}},
        lambda e: {"sources": e.sources.assign(state="got")},
        lambda e: {"points": e.points.assign(is_fragile=True)},
        lambda e: {"points": e.points.assign(corrected_reason="drift_alarm")},
        lambda e: {"gaps": e.gaps.assign(gap=0.15)},
        lambda e: {"shifts": e.shifts.assign(level="critical")},
        lambda e: {"shift_stories": e.shift_stories[1:]},
        lambda e: {"weights": e.weights.assign(value=1.0)},
        lambda e: {"is_over": False},
        lambda e: {"documents_by_week": e.documents_by_week[1:]},
        lambda e: {"week_on": WEEK_ON + timedelta(weeks=1)},
    ],
)
def test_the_hash_changes_with_every_value_shown(full_edition, change):
    assert figures_hash(replace(full_edition, **change(full_edition))) != figures_hash(full_edition)


def test_the_hash_ignores_the_order_of_rows_the_vintage_and_how_empty_is_written(full_edition):
    same = replace(
        full_edition,
        points=full_edition.points[::-1].assign(as_of_at="later"),
        evidence=full_edition.evidence.astype(object).where(full_edition.evidence.notna(), None)[::-1],
    )
    assert figures_hash(same) == figures_hash(full_edition)


def test_a_frame_without_a_column_is_refused_by_name(edition):
    with pytest.raises(ValidationError, match=r"2025-W10: sources lacks state"):
        edition(sources=pd.DataFrame(columns=["source_id", "name", "kind", "document_count", "published_on"]))


def test_weeks_that_are_no_dates_are_refused(edition):
    weeks = pd.DataFrame({"week_on": ["2025-03-03"], "channel": ["press"], "document_count": [1]})
    with pytest.raises(ValidationError, match=r"documents_by_week\.week_on must hold dates"):
        edition(documents_by_week=weeks)
