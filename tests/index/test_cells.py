from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ValidationError
from analysis.index.balance import MASSES
from analysis.index.cells import HARD, cells, units
from analysis.index.weights import declared_weights
from analysis.tables import WINDOWS


def of(*rows):
    return units(pd.DataFrame(rows).astype({"rank": object}), declared_weights())


def test_a_story_is_the_mean_of_its_statements_weighted_by_relevance(signal, monday):
    found = of(
        signal("a", (1, 0, 0, 0), statement_id="s1", relevance=0.75),
        signal("a", (0, 0.4, 0.6, 0), statement_id="s2", relevance=0.25),
    )
    (story,) = found.rows.to_dict("records")
    assert [story[name] for name in MASSES] == pytest.approx([0.75, 0.1, 0.15, 0])
    assert [story[name] for name in HARD] == pytest.approx([0.75, 0, 0.25, 0])
    assert (story["statement_count"], story["week_on"], story["weight"]) == (2, monday, 1.0)
    assert found.documents.to_dict("records") == [{"unit": 0, "document_id": "d-a"}]


@pytest.mark.parametrize("day", range(7))
def test_a_week_begins_on_monday(signal, monday, day):
    assert of(signal("a", (1, 0, 0, 0), day=day)).rows["week_on"].item() == monday


def test_a_story_is_counted_once_for_each_authority_sector_and_channel(signal):
    found = of(
        signal("a", (1, 0, 0, 0)),
        signal("a", (1, 0, 0, 0), channel="press"),
        signal("a", (1, 0, 0, 0), sector="crypto_assets"),
        signal("a", (1, 0, 0, 0), authority_id="us-other"),
        signal("a", (1, 0, 0, 0), document_id="copy"),
    )
    assert len(found.rows) == 4
    assert len(found.documents) == 5


def test_the_weight_is_that_of_the_first_document_whatever_its_copies_say(signal):
    first = signal("a", (1, 0, 0, 0), day=0, document_id="z", channel="press")
    copies = [signal("a", (1, 0, 0, 0), day=1, document_id=name, channel="press", is_quotation=True) for name in "abc"]
    assert of(first).rows["weight"].item() == of(first, *copies).rows["weight"].item() == 0.6


def test_what_comes_in_a_later_week_changes_nothing_of_the_story(signal):
    first, later = signal("a", (1, 0, 0, 0)), signal("a", (0, 0, 1, 0), week=2, document_id="later")
    pd.testing.assert_frame_equal(of(first, later).rows, of(first).rows)
    assert len(of(first, later).documents) == 1


@pytest.mark.parametrize("mass", [(0.5, 0.2, 0.2, 0.2), (0, 0, 0, 0), (1.2, -0.2, 0, 0), (np.nan, 0.5, 0.5, 0)])
def test_probabilities_that_are_none_are_an_error_that_names_the_statement(signal, mass):
    with pytest.raises(ValidationError, match="statement s-odd"):
        of(signal("a", (1, 0, 0, 0)), signal("b", mass, stance="neutral", statement_id="s-odd"))


def test_an_unknown_stance_is_an_error(signal):
    with pytest.raises(ValidationError, match="lukewarm"):
        of(signal("a", (1, 0, 0, 0), stance="lukewarm"))


def test_what_is_not_about_the_sector_at_all_is_left_out(signal):
    assert len(of(signal("a", (1, 0, 0, 0), relevance=0.0), signal("b", (1, 0, 0, 0))).rows) == 1
    empty = of(signal("a", (1, 0, 0, 0), relevance=0.0))
    assert empty.rows.empty
    assert cells(empty, pd.Timestamp("2025-03-03")).rows.empty


def test_a_story_is_in_the_windows_of_its_week_in_all_three_scopes(signal, monday):
    found = cells(of(signal("a", (1, 0, 0, 0))), monday + pd.Timedelta(weeks=60))
    sizes = found.rows.groupby(["scope", "window_weeks"]).size()
    assert sizes.to_dict() == {
        (scope, window): window for scope in ("authority", "jurisdiction", "sector") for window in WINDOWS
    }
    keys = found.rows.drop_duplicates("scope").set_index("scope")[["authority_id", "jurisdiction", "sector"]]
    assert keys.loc["authority"].tolist() == ["us-body", "US", "fintech"]
    assert keys.loc["jurisdiction"].tolist() == ["", "US", "fintech"]
    assert keys.loc["sector"].tolist() == ["", "", "fintech"]
    weeks = found.rows.loc[found.rows["window_weeks"] == 4, "week_on"]
    assert (weeks.min(), weeks.max()) == (monday, monday + pd.Timedelta(weeks=3))


def test_windows_end_with_the_last_week_asked_for_and_begin_with_the_first(signal, monday):
    told = of(signal("a", (1, 0, 0, 0)), signal("b", (1, 0, 0, 0), week=20))
    found = cells(told, monday + pd.Timedelta(weeks=5), since=monday + pd.Timedelta(weeks=2))
    assert found.rows["week_on"].min() == monday + pd.Timedelta(weeks=2)
    assert found.rows["week_on"].max() == monday + pd.Timedelta(weeks=5)
    assert set(found.unit) == {0}
    assert cells(told, monday - pd.Timedelta(weeks=1)).rows.empty


def test_each_cell_knows_that_of_the_next_wider_scope(signal, monday):
    told = of(signal("a", (1, 0, 0, 0)), signal("b", (1, 0, 0, 0), authority_id="eu-body", jurisdiction="EU"))
    found = cells(told, monday)
    rows = found.rows
    same = ["window_weeks", "week_on", "sector", "channel"]
    for number, parent in enumerate(found.parent):
        scope = rows["scope"][number]
        if scope == "sector":
            assert parent == -1
            continue
        assert rows["scope"][parent] == {"authority": "jurisdiction", "jurisdiction": "sector"}[scope]
        assert rows.loc[parent, same].tolist() == rows.loc[number, same].tolist()
        assert scope == "jurisdiction" or rows["jurisdiction"][parent] == rows["jurisdiction"][number]
    assert (np.diff(found.member) >= 0).all()
