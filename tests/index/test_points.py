from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.index.audits import ALARMS, AUDIT, Errors
from analysis.index.balance import MASSES
from analysis.index.points import FIGURES, KEY, POINT, points
from analysis.tables import STANCES, WINDOWS, stance_index

MONDAY = pd.Timestamp("2025-03-03")
BLUR = 0.6 * np.eye(4) + 0.1
SEEDS = st.integers(0, 2**16)
SHARES = ["tone_share", "signal_rate", "share_of_weight_present", "healthy_share"]
BALANCES = ["balance", "balance_low", "balance_high", "corrected_balance", "corrected_balance_low", "corrected_balance_high"]


def audit(count=120, blur=BLUR, back=1, language="en", seed=0):
    """Answers on statements whose classifier blurs every class in the same way."""
    rng = np.random.default_rng(seed)
    stances = rng.integers(0, 4, count)
    shares = 0.1 * rng.dirichlet(np.ones(4), count) + 0.9 * blur.T[stances]
    return pd.DataFrame(shares, columns=MASSES).assign(
        week_on=(MONDAY - pd.Timedelta(weeks=back)).date(),
        language=language,
        channel="official",
        document_id=[f"audit-{language}-{seed}-{number}" for number in range(count)],
        stance=np.array(STANCES)[stances],
        weight=1.0,
    )[AUDIT]


def errors(rows=None, frozen=BLUR, alarms=()):
    return Errors(audit() if rows is None else rows, frozen, pd.DataFrame(list(alarms), columns=ALARMS))


def blurred(many, count=80, **changes):
    """Stories that a classifier reads through BLUR."""
    rows = many(count, weights=(0.6, 0.2, 0.1, 0.3), **changes)
    for row in rows:
        row.update(zip(MASSES, BLUR @ np.array([row[name] for name in MASSES]), strict=True))
    return rows


def test_points_have_the_columns_of_their_table(index, signal):
    found, _ = index([signal("a", (1, 0, 0, 0))])
    assert list(found.columns) == POINT
    assert {*POINT, "model_id", "as_of_at"} == {column.name for column in stance_index.columns}
    nothing, gaps = index([signal("a", (1, 0, 0, 0))], until=-1)
    assert nothing.empty and gaps.empty
    assert list(nothing.columns) == POINT


def test_without_any_signal_there_is_no_point(index, signal):
    columns = list(signal("a", (1, 0, 0, 0)))
    for found in index(pd.DataFrame(columns=columns, dtype=object)):
        assert found.empty


def test_a_point_is_what_a_hand_computes(point, signal):
    one = point(
        [
            signal("a", (0.8, 0.1, 0.1, 0.0), day=0, act="rule"),
            signal("b", (0.2, 0.2, 0.4, 0.2), day=1),
            signal("c", (0.0, 0.0, 0.0, 1.0), day=1, rank="member"),
        ]
    )
    # Weights 1.5, 1 and 0.5.
    p = 1.5 * np.array([0.8, 0.1, 0.1, 0]) + np.array([0.2, 0.2, 0.4, 0.2]) + 0.5 * np.array([0, 0, 0, 1])
    assert one["balance"] == pytest.approx((p[0] - p[2]) / p[:3].sum())
    assert one["tone_share"] == pytest.approx((p[0] + p[2]) / p[:3].sum())
    assert one["signal_rate"] == pytest.approx(p[:3].sum() / 3)
    assert one["equal_weight_balance"] == pytest.approx(0.5 / 1.8)
    assert one["hard_label_balance"] == pytest.approx((1.5 - 1) / 2.5)
    assert one["effective_count"] == pytest.approx(3**2 / (1.5**2 + 1 + 0.25))
    assert (one["statement_count"], one["document_count"], one["story_count"], one["date_count"]) == (3, 3, 3, 2)
    assert one["balance_low"] < one["balance"] < one["balance_high"]
    assert (one["reason"], one["gate"], one["corrected_reason"]) == (None, "too_few_effective", "audit_too_small")


def test_a_talkative_authority_does_not_swamp_the_line(point, signal):
    loud = [signal(f"a{number}", (1, 0, 0, 0)) for number in range(30)]
    quiet = [signal(f"b{number}", (0, 0, 1, 0), authority_id="us-other") for number in range(3)]
    assert point([*loud, *quiet])["balance"] == pytest.approx(0)
    assert point([*loud, *quiet])["equal_weight_balance"] == pytest.approx(27 / 33)
    # The three stories carry half of the weight, and the effective count says so.
    assert point([*loud, *quiet])["effective_count"] == pytest.approx(1 / (30 * (0.5 / 30) ** 2 + 3 * (0.5 / 3) ** 2))
    court = [{**row, "level": "court"} for row in quiet]
    assert point([*loud, *court])["balance"] == pytest.approx(1 / 3)


def test_a_sector_line_joins_jurisdictions_and_channels_stay_apart(point, many):
    rows = [
        *many(4, seed=1),
        *many(4, seed=2, authority_id="eu-body", jurisdiction="EU"),
        *many(5, seed=3, channel="press"),
    ]
    assert point(rows, scope="sector")["story_count"] == 8
    assert point(rows, scope="sector", channel="press")["story_count"] == 5


def test_windows_hold_just_their_weeks_and_a_gap_is_no_point(index, many):
    found, _ = index([*many(3, 0), *many(3, 6, seed=6)], until=6)
    found = found[found["scope"] == "sector"]
    weeks = {window: ((rows["week_on"] - MONDAY).dt.days // 7).to_list() for window, rows in found.groupby("window_weeks")}
    assert weeks == {1: [0, 6], 4: [0, 1, 2, 3, 6], 13: [0, 1, 2, 3, 4, 5, 6]}
    assert found.loc[found["window_weeks"] == 13, "story_count"].tolist() == [3] * 6 + [6]


@pytest.mark.parametrize(("count", "reason"), [(1, "too_few_stories"), (2, "too_few_stories"), (3, None)])
def test_few_stories_are_a_reason_and_no_figure(point, many, count, reason):
    one = point(many(count))
    assert one["reason"] == one["corrected_reason"] if reason else one["corrected_reason"] == "audit_too_small"
    assert one["reason"] == reason
    assert np.isnan([one[name] for name in [*BALANCES[:3], "equal_weight_balance", "hard_label_balance"]]).all() == bool(reason)
    assert (one["gate"] is None) == bool(reason)


def test_a_week_without_any_signal_is_a_reason(point, signal):
    one = point([signal(name, (0, 0, 0, 1)) for name in "abcd"])
    assert (one["reason"], one["signal_rate"], one["gate"]) == ("no_signal_mass", 0, None)


def test_all_of_one_class_has_a_figure_within_the_bounds(point, signal):
    one = point([signal(f"s{number}", (1, 0, 0, 0)) for number in range(40)], errors=errors())
    assert one["balance"] == one["balance_high"] == 1
    assert -1 <= one["corrected_balance_low"] <= one["corrected_balance"] <= one["corrected_balance_high"] <= 1


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        ({}, None),
        ({"count": 20}, "too_few_effective"),
        ({"day": 2}, "one_date"),
        ({"healthy": 0.7}, "sources_not_healthy"),
        ({"weights": (0.05, 0.01, 0.05, 0.5), "count": 40}, "interval_too_wide"),
    ],
)
def test_the_gate_says_why_a_figure_is_thin(point, many, signal, change, gate):
    rows = many(change.get("count", 80), weights=change.get("weights", (3, 2, 1, 2)))
    if "day" in change:
        rows = [{**row, "published_on": MONDAY.date()} for row in rows]
    one = point(rows, healthy=pd.Series({MONDAY: change.get("healthy", 0.9)}), draws=1000)
    assert one["gate"] == gate
    assert np.isfinite(one["balance"])
    assert one["reason"] is None


def test_the_share_of_healthy_sources_is_the_mean_of_the_windows_weeks(index, many):
    found, _ = index(many(3), healthy=pd.Series({MONDAY - pd.Timedelta(weeks=1): 0.5, MONDAY: 0.25}), until=0)
    shares = found.drop_duplicates("window_weeks").set_index("window_weeks")["healthy_share"]
    assert shares.to_dict() == pytest.approx({1: 0.25, 4: (0.25 + 0.5 + 2) / 4, 13: (0.25 + 0.5 + 11) / 13})


def test_the_correction_stands_beside_the_uncorrected_and_undoes_the_blur(point, many):
    rows = blurred(many, 300)
    clear = many(300, weights=(0.6, 0.2, 0.1, 0.3))
    one, truth = point(rows, errors=errors()), point(clear)["balance"]
    assert one["corrected_reason"] is None
    assert abs(one["corrected_balance"] - truth) < 0.1 < abs(one["balance"] - truth)
    assert one["corrected_balance_low"] < truth < one["corrected_balance_high"]


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (errors(), None),
        (errors(audit(59)), "audit_too_small"),
        (errors(audit(0)), "audit_too_small"),
        (errors(audit(back=0)), "audit_too_small"),
        (errors(audit(back=14)), "audit_too_small"),
        (errors(frozen=None), "no_evaluation"),
        (errors(alarms=[(MONDAY.date(), "all", True)]), "drift_alarm"),
        (errors(alarms=[(MONDAY.date(), "en", True)]), "drift_alarm"),
        (errors(alarms=[(MONDAY.date(), "fr", True)]), None),
        (errors(alarms=[(MONDAY.date(), "all", False)]), None),
        (errors(audit(blur=np.full((4, 4), 0.25)), frozen=np.full((4, 4), 0.25)), "ill_conditioned"),
    ],
)
def test_the_correction_is_withheld_for_a_stated_reason(point, many, known, reason):
    one = point(many(40), errors=known)
    assert one["corrected_reason"] == reason
    assert np.isnan([one[name] for name in BALANCES[3:]]).all() == bool(reason)
    assert np.isfinite(one["balance"])


def test_a_language_with_enough_answers_is_corrected_by_its_own_errors(point, many):
    turned = BLUR[[2, 1, 0, 3]]
    rows = many(60, weights=(3, 1, 1, 1), language="fr")
    known = errors(pd.concat([audit(200), audit(90, turned, language="fr", seed=1)]))
    assert point(rows, errors=known)["corrected_balance"] < 0 < point(rows)["balance"]
    assert point(rows, errors=known)["is_fragile"]
    assert point([{**row, "language": "en"} for row in rows], errors=known)["corrected_balance"] > 0


def bodies(rng, weeks=5):
    """Statements of three bodies in two jurisdictions, with stories of several documents."""
    rows = []
    for number in range(int(rng.integers(12, 40))):
        place = int(rng.integers(0, 3))
        rows.append(
            {
                "story": f"story-{number}", "mass": tuple(rng.dirichlet((2, 1, 1, 1))), "week": int(rng.integers(0, weeks)),
                "day": int(rng.integers(0, 7)), "authority_id": ("us-a", "us-b", "eu-a")[place],
                "jurisdiction": ("US", "US", "EU")[place], "level": ("ministry", "court", "regulator")[place],
                "channel": ("official", "press")[int(rng.integers(0, 2))], "language": ("en", "fr")[int(rng.integers(0, 2))],
                "rank": (None, "head", "member")[int(rng.integers(0, 3))],
            }
        )  # fmt: skip
    return rows


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Assert that points are the same, bit by bit."""
    ordered = [frame.sort_values(KEY).reset_index(drop=True) for frame in (one, other)]
    pd.testing.assert_frame_equal(*ordered, check_dtype=False, check_exact=True)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_figures_keep_their_bounds_and_are_there_or_have_a_reason(index, signal, seed):
    found, _ = index([signal(**row) for row in bodies(np.random.default_rng(seed))], errors=errors(), draws=40)
    assert not found[[name for name in FIGURES if name not in (*BALANCES, "tone_share")]].drop(
        columns=["reason", "gate", "corrected_reason", "equal_weight_balance", "hard_label_balance"]
    ).isna().any(axis=None)  # fmt: skip
    has = found["reason"].isna()
    assert (found["balance"].notna() == has).all()
    assert (found["corrected_balance"].notna() == found["corrected_reason"].isna()).all()
    for name in ("balance", "corrected_balance"):
        told = found[found[name].notna()]
        assert (told[f"{name}_low"] <= told[name]).all() and (told[name] <= told[f"{name}_high"]).all()
        assert told[[f"{name}_low", f"{name}_high"]].abs().le(1).all(axis=None)
    assert found[SHARES].stack().dropna().between(0, 1).all()
    assert (found["effective_count"] <= found["story_count"] + 1e-9).all()
    assert set(found["window_weeks"]) <= set(WINDOWS)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_the_order_of_the_rows_changes_nothing(index, signal, seed):
    rng = np.random.default_rng(seed)
    rows = [signal(**row) for row in bodies(rng)]
    shuffled = [rows[place] for place in rng.permutation(len(rows))]
    for one, other in zip(index(rows, errors=errors(), draws=40), index(shuffled, errors=errors(), draws=40), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_copies_in_a_story_change_no_figure_but_the_counts(index, signal, seed):
    rng = np.random.default_rng(seed)
    rows = [signal(**row) for row in bodies(rng)]
    copies = [
        {**row, "document_id": f"copy-{row['document_id']}", "statement_id": f"copy-{row['statement_id']}"} for row in rows
    ]
    one, other = (index(told, errors=errors(), draws=40)[0] for told in (rows, [*rows, *copies]))
    counted = ["statement_count", "document_count"]
    assert (other[counted] == 2 * one[counted]).all(axis=None)
    pd.testing.assert_frame_equal(one.drop(columns=counted), other.drop(columns=counted), rtol=1e-6)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_exchanging_supportive_and_restrictive_turns_the_sign(index, signal, seed):
    rows = bodies(np.random.default_rng(seed))
    turned = [{**row, "mass": tuple(np.array(row["mass"])[[2, 1, 0, 3]])} for row in rows]
    one, other = (index([signal(**row) for row in told], draws=40)[0] for told in (rows, turned))
    for name, back in (("balance", "balance"), ("balance_low", "balance_high"), ("hard_label_balance",) * 2):
        assert np.allclose(one[name].astype(float), -other[back].astype(float), atol=1e-5, equal_nan=True)
    assert np.allclose(one["tone_share"], other["tone_share"], equal_nan=True)
    assert one["is_fragile"].equals(other["is_fragile"])


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_deleting_later_data_changes_nothing_earlier(index, signal, seed):
    rows = bodies(np.random.default_rng(seed), weeks=9)
    later = audit(70, back=-3, seed=4)
    known, before = errors(pd.concat([audit(), later])), errors()
    # A later copy of an early story, too.
    copy = {**rows[0], "week": 8, "document_id": "copy"}
    every = index([signal(**row) for row in [*rows, copy]], until=8, errors=known, draws=40)
    early = index([signal(**row) for row in rows if row["week"] <= 3], until=3, errors=before, draws=40)
    for one, other in zip(every, early, strict=True):
        past = one[pd.to_datetime(one["week_on"]) <= MONDAY + pd.Timedelta(weeks=3)]
        pd.testing.assert_frame_equal(
            past.reset_index(drop=True), other.reset_index(drop=True), check_dtype=False, check_exact=True
        )


def test_the_newest_weeks_alone_are_what_they_are_with_all_the_history(index, signal):
    rows = [signal(**row) for row in bodies(np.random.default_rng(5), weeks=30)]
    whole, _ = index(rows, until=30, draws=40)
    newest, _ = index(rows, until=30, since=28, draws=40)
    same(whole[whole["week_on"] >= MONDAY + pd.Timedelta(weeks=28)], newest)
    assert 0 < len(newest) < len(whole)


def test_how_many_draws_there_are_does_not_move_the_balance(told, many):
    held = told(many(20))
    few, more = (points(held, errors(), pd.Series(dtype=float), draws) for draws in (50, 400))
    assert few["balance"].equals(more["balance"])
    assert not few["balance_low"].equals(more["balance_low"])


def test_the_interval_covers_the_true_balance_as_often_as_it_promises(index, many):
    weights = np.array([1.5, 1.0, 0.5, 1.0])
    truth = (weights[0] - weights[2]) / weights[:3].sum()
    rows = [
        row
        for case in range(200)
        for row in many(12, seed=case, weights=weights, name=f"case-{case}", authority_id=f"us-{case:03}")
    ]
    found, _ = index(rows, until=0, draws=400)
    found = found[(found["window_weeks"] == 1) & (found["scope"] == "authority")]
    assert len(found) == 200
    covered = ((found["balance_low"] <= truth) & (truth <= found["balance_high"])).mean()
    assert 0.8 <= covered <= 0.98
