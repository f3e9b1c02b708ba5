"""Changes of what measures: models, sources and parsers, which may break a series without any change of policy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.index.intervals import LEVELS

QUIET_DAYS = 28
"""Days without a document after which a source that is not known to be alive is told to have ended."""
WEEKS_COMPARED = 13
"""Weeks that two models both read, so that the step between their series is known."""
FEWEST_WEEKS = 4
"""Weeks below which the spread of the differences is not known."""
CHANGE = ["changed_on", "kind", "subject", "note"]
DIFFERENCE = ["week_count", "mean_difference", "difference_low", "difference_high", "reason"]


def instrument_changes(models: pd.DataFrame, sources: pd.DataFrame, parsers: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Return the dated changes up to `today`, in order: changed_on, kind (model, source or parser), subject and note.

    `models` has model_id, trained_at, promoted_at, replaced_id, promotion_reason, rolled_back_at and rollback_reason; `sources`
    has source_id, first_on and last_on (days of its first and last document) and is_alive; `parsers` has source_id, version and
    valid_from. The first model, the sources of the very first day and a source's first parser change nothing: nothing was there
    before.
    """
    parts = [_of_models(models), _of_sources(sources, today), _of_parsers(parsers)]
    changes = pd.concat([part[CHANGE] for part in parts], ignore_index=True)
    changes = changes[pd.to_datetime(changes["changed_on"]) <= today]
    return changes.sort_values(CHANGE, ignore_index=True).drop_duplicates(ignore_index=True)


def _of_models(models: pd.DataFrame) -> pd.DataFrame:
    replaced = models[models["replaced_id"].notna() & models["promoted_at"].notna()]
    new = pd.DataFrame(
        {
            "changed_on": _day(replaced["promoted_at"]),
            "kind": "model",
            "subject": replaced["model_id"],
            "note": "replaced "
            + replaced["replaced_id"].astype(str)
            + ", trained on "
            + _day(replaced["trained_at"]).astype(str)
            + ": "
            + replaced["promotion_reason"].fillna("no reason given").astype(str),
        }
    )
    taken = models[models["rolled_back_at"].notna()]
    back = pd.DataFrame(
        {
            "changed_on": _day(taken["rolled_back_at"]),
            "kind": "model",
            "subject": taken["model_id"],
            "note": "taken back for "
            + taken["replaced_id"].astype(str)
            + ": "
            + taken["rollback_reason"].fillna("no reason given").astype(str),
        }
    )
    return pd.concat([new, back])


def _of_sources(sources: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    first, last = (pd.to_datetime(sources[name]) for name in ("first_on", "last_on"))
    is_alive = sources["is_alive"].to_numpy(dtype=bool)
    joined = sources[first > first.min()]
    ended = sources[~is_alive & (last + pd.Timedelta(days=QUIET_DAYS) < today)]
    return pd.concat(
        [
            pd.DataFrame({"changed_on": _day(joined["first_on"]), "kind": "source", "subject": joined["source_id"]}).assign(
                note="its first document"
            ),
            pd.DataFrame({"changed_on": _day(ended["last_on"]), "kind": "source", "subject": ended["source_id"]}).assign(
                note="its last document"
            ),
        ]
    )


def _of_parsers(parsers: pd.DataFrame) -> pd.DataFrame:
    told = parsers[parsers["valid_from"].notna()]
    changes = pd.DataFrame({"changed_on": _day(told["valid_from"]), "kind": "parser", "subject": told["source_id"]})
    return changes.assign(note="read by version " + told["version"].astype(str) + " of its parser")


def _day(times: pd.Series) -> pd.Series:
    """Return the days of times or days, in UTC."""
    return pd.to_datetime(times, utc=True).dt.date


def compared_series(newer: pd.DataFrame, older: pd.DataFrame, cell: Sequence[str], until: pd.Timestamp) -> pd.DataFrame:
    """Return by how much two models' series differ over the last 13 weeks that both ran, for each cell, with an interval.

    Both have a row for each cell and week: the columns of `cell`, week_on and balance, which may be empty. Weeks after `until`
    (a Monday) are not looked at. The difference is newer less older, its 90 % interval that of the mean of paired differences
    (Student's t); weeks are taken for independent, so give the weekly series and no trailing window. An empty `cell` compares
    all cells' weekly means. The result has the columns of `cell` and DIFFERENCE.
    """
    key = [*cell, "week_on"]
    means = [frame[frame["balance"].notna() & (pd.to_datetime(frame["week_on"]) <= until)] for frame in (newer, older)]
    both = means[0].merge(means[1], on=_shared(newer, older), suffixes=("_newer", "_older"))
    both = both.assign(difference=both["balance_newer"] - both["balance_older"])
    weekly = both.groupby(key)["difference"].mean().reset_index().sort_values("week_on")
    if weekly.empty:
        return pd.DataFrame(columns=[*cell, *DIFFERENCE])
    last = weekly.groupby(list(cell)).tail(WEEKS_COMPARED) if cell else weekly.tail(WEEKS_COMPARED)
    groups = last.groupby(list(cell))["difference"] if cell else last.groupby(lambda _: 0)["difference"]
    frame = groups.agg(["size", "mean", "std"]).reset_index()
    number = frame["size"].to_numpy()
    is_enough = number >= FEWEST_WEEKS
    error = frame["std"].to_numpy() / np.sqrt(number)
    mean = np.where(is_enough, frame["mean"], np.nan)
    low, high = (mean + stats.t.ppf(level, np.maximum(number - 1, 1)) * error for level in LEVELS)
    told = pd.DataFrame({"week_count": number, "mean_difference": mean, "difference_low": low, "difference_high": high})
    reason = pd.Series(None, index=told.index, dtype=object).where(is_enough, "too_few_weeks")
    return pd.concat([frame[list(cell)], told.assign(reason=reason)], axis=1)


def _shared(newer: pd.DataFrame, older: pd.DataFrame) -> list[str]:
    """Return the columns that tell a point of both series."""
    return [name for name in newer.columns if name in older.columns and name != "balance"]
