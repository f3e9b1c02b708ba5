from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ValidationError
from analysis.index.language_change import (
    FEWEST_OF_SECTOR,
    MOST_OF_QUARTER,
    QUARTERS_BEFORE,
    LanguageChange,
    language_change,
    sampled,
    window_of,
)

QUARTER = pd.Period("2025Q2", "Q")
SECTORS = ("fintech", "semiconductors", "video_games")


def world(seed=1, turn=0.0, size=50, quarters=QUARTERS_BEFORE, last=50):
    """Return statements whose vectors lie about one direction a sector; `turn` mixes the last quarter's with the next."""
    rng = np.random.default_rng(seed)
    rows, vectors = [], []
    for age in range(quarters, -1, -1):
        share = turn if age == 0 else 0.0
        for number in range(last if age == 0 else size):
            sector = number % 3
            centre = (1 - share) * np.eye(6)[sector] + share * np.eye(6)[(sector + 1) % 3]
            vector = centre + rng.normal(scale=0.35, size=6)
            vectors.append(vector / np.linalg.norm(vector))
            day = (QUARTER - age).start_time + pd.Timedelta(days=number % 90)
            rows.append({"statement_id": f"s{age}-{number}", "published_on": day.date(), "sector": SECTORS[sector]})
    return pd.DataFrame(rows), np.array(vectors)


def test_a_quarter_that_speaks_another_language_is_found():
    found = language_change(*world(turn=0.7), QUARTER)
    assert found.has_changed and found.words == "language changed"
    assert 0 < found.low < found.jump < found.high
    assert (found.statement_count, found.before_count, found.reason) == (50, 400, None)


def test_of_quarters_like_those_before_hardly_one_is_told():
    told = [language_change(*world(seed), QUARTER) for seed in range(30)]
    assert sum(found.has_changed for found in told) <= 4
    assert abs(np.mean([found.jump for found in told])) < 0.05
    assert told[0].words == ("language changed" if told[0].has_changed else "not")


def test_the_more_the_language_turns_the_larger_the_jump():
    jumps = [language_change(*world(turn=turn), QUARTER).jump for turn in (0, 0.3, 0.6, 0.9)]
    assert jumps == sorted(jumps)


def test_more_of_a_sector_that_is_hard_to_tell_is_no_other_language():
    rows, vectors = world(size=90, last=90)
    is_hard = (rows["sector"] == "video_games").to_numpy()
    vectors[is_hard] = np.random.default_rng(5).normal(size=(is_hard.sum(), 6)) * 0.4
    kept = is_hard | (window_of(rows["published_on"], QUARTER) > 0)
    found = language_change(rows[kept], vectors[kept], QUARTER)
    assert found.statement_count == 30
    assert not found.has_changed


def test_what_cannot_be_judged_says_why():
    assert language_change(*world(last=10), QUARTER) == LanguageChange(10, 400, reason="too_few_statements")
    assert language_change(*world(size=31, quarters=3), QUARTER).reason == "too_few_before"
    assert language_change(*world(size=90, quarters=4), QUARTER).reason == "too_few_quarters"
    rows, vectors = world()
    found = language_change(rows.assign(sector="fintech"), vectors, QUARTER)
    assert found.reason == "too_few_before"
    assert (found.has_changed, found.jump) == (None, None)
    assert found.words == "cannot be judged: too few before"


def test_a_sector_that_was_never_learned_costs_most_and_breaks_nothing():
    rows, vectors = world()
    late = (window_of(rows["published_on"], QUARTER) == 0) & (rows["sector"] == "fintech")
    found = language_change(rows.assign(sector=np.where(late, "crypto_assets", rows["sector"])), vectors, QUARTER)
    assert found.has_changed


def test_later_quarters_and_the_order_of_rows_change_nothing():
    rows, vectors = world(turn=0.4)
    found = language_change(rows, vectors, QUARTER)
    again = language_change(rows, vectors, QUARTER)
    assert again == found
    later = rows.assign(
        statement_id=rows["statement_id"] + "x", published_on=pd.to_datetime(rows["published_on"]) + pd.DateOffset(years=5)
    )
    more = language_change(pd.concat([rows, later]), np.vstack([vectors, -vectors]), QUARTER)
    assert more == found
    order = np.random.default_rng(1).permutation(len(rows))
    shuffled = language_change(rows.iloc[order], vectors[order], QUARTER)
    assert shuffled.jump == pytest.approx(found.jump, abs=1e-3)


def test_a_sample_holds_at_most_so_many_of_a_quarter_and_depends_on_ids_alone():
    rows, _ = world(size=MOST_OF_QUARTER + 40, last=MOST_OF_QUARTER + 80)
    chosen = sampled(rows, QUARTER, seed=1)
    assert len(chosen) == MOST_OF_QUARTER * (QUARTERS_BEFORE + 1)
    order = np.random.default_rng(2).permutation(len(rows))
    shuffled = rows.iloc[order].reset_index(drop=True)
    assert list(shuffled["statement_id"].iloc[sampled(shuffled, QUARTER, 1)]) == list(rows["statement_id"].iloc[chosen])
    assert list(sampled(rows, QUARTER, seed=2)) != list(chosen)


def test_a_sample_leaves_out_rare_sectors_and_other_days():
    rows, _ = world()
    rare = rows.index[: FEWEST_OF_SECTOR - 1]
    rows.loc[rare, "sector"] = "crypto_assets"
    rows.loc[rows.index[-1], "published_on"] = None
    chosen = rows.iloc[sampled(rows, QUARTER, 1)]
    assert "crypto_assets" not in set(chosen["sector"])
    assert len(chosen) == len(rows) - len(rare) - 1


def test_vectors_that_do_not_fit_are_refused():
    rows, vectors = world()
    with pytest.raises(ValidationError, match="give one for each"):
        language_change(rows, vectors[1:], QUARTER)
