from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ValidationError
from analysis.index.volume import DECLARED, FIRST_YEAR, OVERLAP, VOLUME, Base, base_window, volumes
from analysis.tables import WINDOWS

FIRST = pd.Timestamp("2023-01-02")
BASE = Base(FIRST, 52)
WEEKS = 110


def week(number):
    return FIRST + pd.Timedelta(weeks=int(number))


def world(rates, weeks=WEEKS, total=20, seed=1, sector="fintech"):
    """Return signals and panel of press sources; `rates` give each source's share of signal stories, None a week without it."""
    rng = np.random.default_rng(seed)
    panel, signals = [], []
    for source, rate in rates.items():
        for number in range(weeks):
            share = rate(number)
            if share is None:
                continue
            row = {"source_id": source, "channel": "press", "week_on": week(number)}
            panel.append({**row, "story_count": total, "is_alive": True})
            told = rng.binomial(total, share)
            signals += [{**row, "story_id": f"{source}-{number}-{n}", "sector": sector} for n in range(told)]
    return pd.DataFrame(signals), pd.DataFrame(panel)


def line(frame, window=1):
    return frame[frame["window_weeks"] == window].set_index("week_on")


STEADY = {"a": lambda _: 0.3, "b": lambda _: 0.2}


def test_the_volume_is_what_a_hand_computes():
    told = [1, 2, 3] * 17 + [2, 6]
    panel = pd.DataFrame(
        [{"source_id": "a", "channel": "press", "week_on": week(n), "story_count": 10, "is_alive": True} for n in range(53)]
    )
    signals = pd.DataFrame(
        [
            {"source_id": "a", "channel": "press", "week_on": week(n), "story_id": f"{n}-{number}", "sector": "fintech"}
            for n, count in enumerate(told)
            for number in range(count)
        ]
    )
    found = volumes(signals, panel, BASE, week(52))
    [row] = line(found).to_dict("records")
    # The share is 0.2 on average over the base and 0.6 in the week after it; the deviation cancels for one source.
    assert row["volume"] == pytest.approx(300)
    assert (row["source_count"], row["signal_count"], row["story_count"], row["reason"]) == (1, 6, 10, None)
    assert line(found, 4).iloc[0]["volume"] == pytest.approx(100 * (2 + 3 + 2 + 6) / 40 / np.mean(in_windows(told, 4)))


def in_windows(told, length):
    return [sum(told[n - length + 1 : n + 1]) / (10 * length) for n in range(length - 1, 52)]


def test_each_source_counts_in_its_own_deviation():
    signals, panel = world({"a": lambda n: 0.3, "b": lambda n: 0.3}, total=20)
    # The second source brings ten times as many stories, of which as many hold a signal: its share and deviation are a tenth.
    bigger = panel.assign(story_count=np.where(panel["source_id"] == "b", 200, 20))
    plain, scaled = (line(volumes(signals, each, BASE, week(WEEKS - 1))) for each in (panel, bigger))
    np.testing.assert_allclose(plain["volume"], scaled["volume"])


def test_rows_are_of_every_week_after_the_base_and_every_window():
    found = volumes(*world(STEADY), BASE, week(WEEKS - 1))
    assert list(found.columns) == ["sector", "channel", *VOLUME]
    assert sorted(found["window_weeks"].unique()) == list(WINDOWS)
    for window in WINDOWS:
        assert list(line(found, window).index) == list(pd.date_range(BASE.end, week(WEEKS - 1), freq="7D"))
    assert 80 < found["volume"].mean() < 120


def test_more_signal_stories_are_more_volume_and_more_stories_of_all_kinds_are_not():
    rising = {name: lambda n, rate=rate(0): rate * (2 if n >= 80 else 1) for name, rate in STEADY.items()}
    level = line(volumes(*world(rising), BASE, week(WEEKS - 1)), 13)
    assert 1.6 < level.loc[week(WEEKS - 1), "volume"] / level.loc[week(79), "volume"] < 2.4


def test_a_dead_week_is_a_gap_and_not_a_zero():
    dying = {"a": STEADY["a"], "b": lambda n: None if 70 <= n < 75 else 0.2}
    level = line(volumes(*world(dying), BASE, week(WEEKS - 1)))
    assert list(level.loc[week(69) : week(75), "source_count"]) == [2, 1, 1, 1, 1, 1, 2]
    assert level["reason"].isna().all()
    alone = line(volumes(*world({"b": dying["b"]}), BASE, week(WEEKS - 1)))
    assert list(alone.loc[week(70) : week(74), "reason"]) == ["no_source_alive"] * 5
    assert alone.loc[week(70) : week(74), "volume"].isna().all()


def test_a_week_told_to_be_dead_does_not_count_though_stories_came():
    signals, panel = world({"a": STEADY["a"]})
    panel.loc[panel["week_on"] == week(90), "is_alive"] = False
    found = volumes(signals, panel, BASE, week(WEEKS - 1))
    assert line(found).loc[week(90), "reason"] == "no_source_alive"
    # A window of four weeks with a dead one in it has no figure either, one of thirteen weeks has.
    assert list(line(found, 4).loc[week(89) : week(94), "reason"].notna()) == [False, True, True, True, True, False]
    assert line(found, 13)["reason"].isna().all()


def test_a_new_source_joins_after_the_overlap_at_mean_and_variance_of_the_others():
    start = 60
    joined = {**STEADY, "new": lambda n: 0.9 if n >= start else None}
    with_new = line(volumes(*world(joined, 240), BASE, week(239)))
    without = line(volumes(*world(STEADY, 240), BASE, week(239)))
    assert list(with_new.loc[: week(start + OVERLAP - 1), "source_count"].unique()) == [2]
    assert list(with_new.loc[week(start + OVERLAP) :, "source_count"].unique()) == [3]
    later = slice(week(start + OVERLAP), None)
    assert with_new.loc[later, "volume"].mean() == pytest.approx(without.loc[later, "volume"].mean(), rel=0.06)
    assert not np.allclose(with_new.loc[later, "volume"], without.loc[later, "volume"])


def test_a_cell_without_a_base_says_why_once():
    late = world({"a": lambda n: 0.3 if n >= 50 else None})
    found = volumes(*late, BASE, week(WEEKS - 1))
    assert list(found["reason"]) == ["no_base"] * len(WINDOWS)
    assert set(found["week_on"]) == {BASE.end}
    thin = world({"a": lambda n: 0.008})
    assert list(volumes(*thin, BASE, week(WEEKS - 1))["reason"]) == ["too_few_stories"] * len(WINDOWS)
    early = volumes(*world(STEADY), BASE, week(40))
    assert list(early["reason"]) == ["base_not_over"] * len(WINDOWS)
    assert early["volume"].isna().all()


def test_nothing_gives_nothing_and_what_is_no_monday_is_refused():
    signals, panel = world(STEADY)
    assert volumes(signals.iloc[:0], panel, BASE, week(60)).empty
    with pytest.raises(ValidationError, match="give Mondays"):
        volumes(signals, panel, BASE, week(60) + pd.Timedelta(days=1))
    with pytest.raises(ValidationError, match="source b has signals and no row"):
        volumes(signals, panel[panel["source_id"] == "a"], BASE, week(60))


def test_the_declared_base_gives_way_to_the_first_year_where_no_source_reaches_back_to_it():
    _, panel = world(STEADY)
    assert base_window(panel) == DECLARED
    young = panel.assign(week_on=panel["week_on"] + pd.Timedelta(weeks=170))
    assert base_window(young) == Base(week(170), FIRST_YEAR)
    assert base_window(panel.iloc[:0]) == DECLARED


def test_cells_are_kept_apart():
    signals, panel = world(STEADY)
    other, _ = world(STEADY, seed=7, sector="crypto_assets")
    both = volumes(pd.concat([signals, other]), panel, BASE, week(WEEKS - 1))
    alone = volumes(signals, panel, BASE, week(WEEKS - 1))
    pd.testing.assert_frame_equal(both[both["sector"] == "fintech"].reset_index(drop=True), alone)


@given(st.integers(56, WEEKS - 2), st.integers(0, 50))
@settings(max_examples=12, deadline=None)
def test_later_weeks_and_the_order_of_rows_change_nothing_earlier(cut, seed):
    rng = np.random.default_rng(seed)
    starts = {name: int(rng.integers(0, 70)) for name in "cde"}
    rates = {**STEADY, **{name: lambda n, s=start: 0.25 if n >= s else None for name, start in starts.items()}}
    signals, panel = world(rates, seed=seed)
    whole = volumes(signals.sample(frac=1, random_state=seed), panel.sample(frac=1, random_state=seed), BASE, week(WEEKS - 1))
    before = [frame[frame["week_on"] <= week(cut)] for frame in (signals, panel)]
    part = volumes(*before, BASE, week(cut))
    past = whole[whole["week_on"] <= week(cut)].reset_index(drop=True)
    pd.testing.assert_frame_equal(past, part, rtol=1e-9)
    twice = volumes(pd.concat([signals, signals]), panel, BASE, week(WEEKS - 1))
    pd.testing.assert_frame_equal(twice, volumes(signals, panel, BASE, week(WEEKS - 1)))
    assert (whole["volume"].dropna() >= 0).all()
    assert (whole["volume"].isna() == whole["reason"].notna()).all()
