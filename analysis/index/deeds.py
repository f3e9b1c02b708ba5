"""Words and deeds: runs of warm or cold words of an authority about a sector, and what it did in the ninety days after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import ValidationError
from analysis.tables import ACTS, STANCES

WORDS = ("speech", "answer", "none")
"""Acts that are words; the others are deeds. A statement that tells no act is words too, as somebody takes a position in it,
but not in a document that tells a deed of the authority for the sector: there it only goes on with the deed."""
DEEDS = tuple(act for act in ACTS if act not in WORDS)
WITHIN_DAYS = 90
"""Days after the last words of a run in which an act follows them: a consultation, a bill or a case takes a quarter to come."""
LEANING = 0.2
"""Size of a balance from which it is warm or cold; what is smaller is called no shift elsewhere either."""
LONGEST_GAP_WEEKS = 4
"""Weeks between words of one run; after longer silence the same words are said anew."""
LONGEST_RUN_WEEKS = 13
"""Weeks of one run, as many as the headline's window: who always speaks warmly is asked for deeds each quarter."""
WHOSE = ["authority_id", "sector"]
LEDGER_KEY = [*WHOSE, "channel", "first_on"]
LEDGER_FIGURES = [
    "last_on", "due_on", "words", "balance", "story_count", "statement_count", "outcome", "act_count", "supportive_count",
    "restrictive_count", "acts", "first_act_on",
]  # fmt: skip
DAY = np.timedelta64(1, "D")


def ledger(signals: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Return each run of words up to a day with what the authority did after it: columns LEDGER_KEY and LEDGER_FIGURES.

    `signals` has a row a statement and sector: statement_id, document_id, story_id, published_on, authority_id, sector,
    channel, act, relevance and the four probabilities. Nothing dated after `today` counts.

    Words are statements of an act in WORDS that most probably are supportive or restrictive. A story counts once in a week of
    an authority, sector and channel, with the mean probabilities of its words; a run is weeks in a row whose balance leans the
    same way by LEANING or more, LONGEST_GAP_WEEKS apart at most, cut after LONGEST_RUN_WEEKS. Acts of the authority for the
    sector, by whichever channel, follow from the day after the first words until WITHIN_DAYS after the last. Raises
    ValidationError for an unknown act.
    """
    rows = _read(signals, today)
    runs = _runs(_stories(rows[rows["is_words"]], [*WHOSE, "channel"]))
    if runs.empty:
        return pd.DataFrame(columns=[*LEDGER_KEY, *LEDGER_FIGURES])
    runs["due_on"] = runs["last_on"] + WITHIN_DAYS * DAY
    found = runs.join(_followed(runs, _acts(rows[rows["is_deed"]])))
    found["outcome"] = _outcomes(found, today)
    for name in ("first_on", "last_on", "due_on", "first_act_on"):
        found[name] = found[name].dt.date.astype(object).where(found[name].notna(), None)
    return found.sort_values(LEDGER_KEY, kind="stable").reset_index(drop=True)[[*LEDGER_KEY, *LEDGER_FIGURES]]


def _read(signals: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Return the signals up to a day that count, with their day and what they are."""
    is_unknown = ~signals["act"].isin(ACTS)
    if is_unknown.any():
        raise ValidationError(f"unknown act {signals['act'][is_unknown].iloc[0]!r}: one of {', '.join(ACTS)}")
    told_on = pd.to_datetime(signals["published_on"])
    rows = signals.assign(told_on=told_on)[(told_on <= today) & (signals["relevance"] > 0) & signals["authority_id"].notna()]
    shares = rows[list(STANCES)].to_numpy(dtype=float)
    is_directional = np.isin(np.argmax(shares, axis=1) if len(rows) else [], [0, 2])
    is_deed = ~rows["act"].isin(WORDS)
    goes_on = is_deed.groupby([rows[name] for name in [*WHOSE, "document_id"]]).transform("max") & (rows["act"] == "none")
    return rows.assign(is_deed=is_deed, is_words=~is_deed & ~goes_on & is_directional)


def _stories(rows: pd.DataFrame, whose: list[str]) -> pd.DataFrame:
    """Return a row a story and week of what `whose` tells apart: mean probabilities by relevance, first and last day."""
    week_on = rows["told_on"] - pd.to_timedelta(rows["told_on"].dt.day_of_week, unit="D")
    weighted = rows.assign(week_on=week_on)
    # In one order, so that sums do not depend on that of the rows.
    weighted = weighted.sort_values([*whose, "week_on", "story_id", "statement_id"], kind="stable")
    weighted[list(STANCES)] = weighted[list(STANCES)].multiply(weighted["relevance"], axis=0)
    groups = weighted.groupby([*whose, "week_on", "story_id"], sort=True)
    sums = groups[[*STANCES, "relevance"]].sum()
    told = groups.agg(first_on=("told_on", "min"), last_on=("told_on", "max"), statement_count=("statement_id", "nunique"))
    return sums[list(STANCES)].div(sums["relevance"], axis=0).join(told).reset_index()


def _balance(masses: pd.DataFrame) -> np.ndarray:
    """Return (supportive - restrictive) / (supportive + neutral + restrictive); 0 without signal."""
    signal = masses[["supportive", "neutral", "restrictive"]].sum(axis=1).to_numpy(dtype=float)
    return (masses["supportive"] - masses["restrictive"]).to_numpy(dtype=float) / np.where(signal > 0, signal, 1)


def _leaning(balance: np.ndarray) -> np.ndarray:
    return np.where(np.abs(balance) >= LEANING, np.sign(balance), 0)


def _runs(stories: pd.DataFrame) -> pd.DataFrame:
    """Return a row a run: whose it is, its days, words, balance and counts."""
    whose = [*WHOSE, "channel"]
    summed = {**dict.fromkeys(STANCES, "sum"), "statement_count": "sum", "first_on": "min", "last_on": "max"}
    groups = stories.groupby([*whose, "week_on"], sort=True)
    weeks = groups.agg(summed).join(groups["story_id"].size().rename("story_count")).reset_index()
    lean = _leaning(_balance(weeks))
    cell = weeks.groupby(whose, sort=True).ngroup().to_numpy()
    week_on = weeks["week_on"].to_numpy().astype("datetime64[D]")
    is_new = np.ones(len(weeks), bool)
    is_far = np.diff(week_on) > LONGEST_GAP_WEEKS * 7 * DAY
    is_new[1:] = (np.diff(cell) != 0) | (np.diff(lean) != 0) | is_far
    begun_on = week_on[np.flatnonzero(is_new)][np.cumsum(is_new) - 1] if len(weeks) else week_on
    part = (week_on - begun_on) // (LONGEST_RUN_WEEKS * 7 * DAY)
    told = weeks.assign(run=np.cumsum(is_new), part=part, words=np.where(lean > 0, "warm", "cold"))[lean != 0]
    runs = told.groupby([*whose, "run", "part", "words"], sort=True).agg({**summed, "story_count": "sum"}).reset_index()
    return runs.assign(balance=_balance(runs)).drop(columns=[*STANCES, "run", "part"])


def _acts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row a story that tells a deed: whose it is, its day, how it leans, and which types it has."""
    told = _stories(rows, WHOSE)
    # A story told in several weeks is one act, of its first day.
    told = told.sort_values([*WHOSE, "story_id", "first_on"], kind="stable").drop_duplicates([*WHOSE, "story_id"])
    types = pd.DataFrame({act: rows["act"] == act for act in DEEDS}).astype(int)
    types = types.groupby([rows[name] for name in [*WHOSE, "story_id"]]).max().reset_index()
    return told.assign(lean=_leaning(_balance(told))).merge(types, on=[*WHOSE, "story_id"], how="left")


def _followed(runs: pd.DataFrame, acts: pd.DataFrame) -> pd.DataFrame:
    """Return for each run the acts after its first day, until it is due: their counts, types and first day."""
    places = pd.concat([runs[WHOSE], acts[WHOSE]]).groupby(WHOSE, sort=True).ngroup().to_numpy()
    place, of_act = places[: len(runs)], places[len(runs) :]
    order = np.lexsort((acts["first_on"].to_numpy(), of_act))
    acts, of_act = acts.iloc[order], of_act[order]
    days = acts["first_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    # Whose and when in one number, so that the acts of a window stand side by side.
    span = np.int64(10_000_000)
    codes = of_act * span + days
    begin = np.searchsorted(codes, place * span + _number(runs["first_on"]), side="right")
    end = np.searchsorted(codes, place * span + _number(runs["due_on"]), side="right")

    def counted(values: np.ndarray) -> np.ndarray:
        sums = np.r_[0, np.cumsum(values)]
        return (sums[end] - sums[begin]).astype(int)

    lean = acts["lean"].to_numpy()
    has_type = np.column_stack([counted(acts[act].to_numpy()) > 0 for act in DEEDS])
    first = np.where(end > begin, np.append(days, 0)[np.minimum(begin, len(days))], np.iinfo(np.int64).min)
    return pd.DataFrame(
        {
            "act_count": end - begin,
            "supportive_count": counted(lean > 0),
            "restrictive_count": counted(lean < 0),
            "acts": [" ".join(np.array(DEEDS)[row]) for row in has_type],
            "first_act_on": pd.Series(first.astype("datetime64[D]"), dtype="datetime64[s]"),
        },
        index=runs.index,
    )


def _number(days: pd.Series) -> np.ndarray:
    return days.to_numpy().astype("datetime64[D]").astype(np.int64)


def _outcomes(found: pd.DataFrame, today: pd.Timestamp) -> np.ndarray:
    """Return what came of each run."""
    towards = found["supportive_count"] - found["restrictive_count"]
    is_followed = np.where(found["words"] == "warm", towards, -towards) > 0
    is_passed = (found["due_on"] < today).to_numpy()
    return np.select(
        [~is_passed, is_followed, (found["act_count"] > 0).to_numpy()], ["open", "followed", "acted_otherwise"], "no_act"
    )
