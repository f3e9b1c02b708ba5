"""What the figures of a week are made of, as one short fingerprint: where it is the same, they need not be computed again."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.index.audits import ALARM_WEEKS, POOLED_WEEKS, Errors
from analysis.index.prior import PAST_WEEKS
from analysis.index.weights import Weights
from analysis.tables import WINDOWS

REACH = PAST_WEEKS + max(WINDOWS) - 1
"""Weeks before its own to which a window's figures look back: its length, and the past of bodies and lines before it."""
GAP = max(WINDOWS)
"""Weeks up to which untouched ones between two touched ones are computed along: cheaper than to begin anew behind them."""
WEEK = pd.Timedelta(weeks=1)
Stretch = tuple[pd.Timestamp, pd.Timestamp]
"""First and last week."""


def unit_weeks(rows: pd.DataFrame) -> pd.Series:
    """Return the week (Monday) in which `cells.units` counts each row's story; NaT where it is not about its sector.

    The columns are `unit`, what tells the stories of bodies apart, published_on and relevance.
    """
    is_about = rows["relevance"].astype(float) > 0
    days = pd.to_datetime(rows["published_on"])
    first = days.where(is_about).groupby(rows["unit"].to_numpy()).transform("min").where(is_about)
    return first - pd.to_timedelta(first.dt.day_of_week, unit="D")


def instrument(weights: Weights, errors: Errors) -> str:
    """Return the fingerprint of what all weeks share: this package's code, declared weights, the model's stored evaluation."""
    code = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    frozen = b"" if errors.frozen is None else np.ascontiguousarray(errors.frozen, dtype=float).tobytes()
    return sha256(b"\0".join([*code, repr(weights.rows()).encode(), frozen])).hexdigest()


def fingerprints(
    rows: pd.DataFrame, weeks: pd.Series, errors: Errors, healthy: pd.Series, shared: str, until: pd.Timestamp
) -> pd.Series:
    """Return the fingerprint of each week from the first story's to `until`: 16 hexadecimal digits, by Monday.

    Two runs give a week the same one where all that the figures of its windows are made of is the same: the rows of signals
    (every column) of the stories of its own and the REACH weeks before, audits, alarms, the shares of healthy sources, and
    `shared` (`instrument`). Different ones agree by chance once in 2^64. `weeks` are the `unit_weeks` of the rows.
    """
    known = weeks.notna() & (weeks <= until)
    if not known.any():
        return pd.Series(dtype=object)
    first = weeks[known].min()
    start = first - REACH * WEEK
    audit, alarms = errors.audit, errors.alarms
    longest = max(WINDOWS)
    parts = [
        (weeks[known], _hashed(rows[known.to_numpy()]), REACH, 0),
        (audit["week_on"], _hashed(audit), POOLED_WEEKS, 1),
        (alarms["week_on"], _hashed(alarms), ALARM_WEEKS - 1, 0),
        (healthy.index.to_series(), _hashed(healthy.rename("share").to_frame()), longest - 1, 0),
    ]
    summed = {number: _summed(*part, start, until)[REACH:] for number, part in enumerate(parts)}
    told = pd.DataFrame(summed, index=pd.date_range(first, until, freq="7D")).assign(shared=shared)
    return pd.Series([f"{value:016x}" for value in _hashed(told)], index=told.index)


def _hashed(rows: pd.DataFrame) -> np.ndarray:
    """Return a number of 64 bits for each row, of all its values."""
    plain = {name: rows[name].fillna("").astype(str) if rows[name].dtype == object else rows[name] for name in rows}
    if rows.empty:
        return np.zeros(0, np.uint64)
    return pd.util.hash_pandas_object(pd.DataFrame(plain), index=False).to_numpy()


def _summed(
    weeks: pd.Series, hashes: np.ndarray, back: int, ahead: int, start: pd.Timestamp, until: pd.Timestamp
) -> np.ndarray:
    """Return for each week from `start` to `until` the sum, modulo 2^64, of the hashes of the weeks `back` to `ahead` before.

    The week is among what is summed, so that what moves from one to another changes the sum.
    """
    count = int((until - start) // WEEK) + 1
    place = ((pd.to_datetime(weeks) - start) // WEEK).to_numpy(dtype=np.int64)
    is_in = (place >= 0) & (place < count)
    dated = pd.util.hash_array(place + int((start - pd.Timestamp(0)) // WEEK))
    total = np.zeros(count, np.uint64)
    np.add.at(total, place[is_in], hashes[is_in] ^ dated[is_in])
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(total, dtype=np.uint64)])
    number = np.arange(count)
    return running[np.maximum(number - ahead + 1, 0)] - running[np.maximum(number - back, 0)]


def touched(now: pd.Series, held: pd.Series) -> pd.DatetimeIndex:
    """Return the weeks, in order, whose fingerprints (by Monday) differ, those that only one of both knows among them."""
    every = now.index.union(held.index)
    is_other = now.reindex(every).fillna("").to_numpy() != held.reindex(every).fillna("").to_numpy()
    return pd.DatetimeIndex(every[is_other])


def stretches(weeks: pd.DatetimeIndex) -> list[Stretch]:
    """Return the first and last weeks of the stretches that hold weeks (in order), which lie more than GAP apart."""
    if weeks.empty:
        return []
    is_new = np.r_[True, np.diff(weeks.to_numpy()) > np.timedelta64(7 * GAP, "D")]
    begins = np.flatnonzero(is_new)
    ends = np.r_[begins[1:], len(weeks)] - 1
    return list(zip(weeks[begins], weeks[ends], strict=True))
