"""How new a statement is against what the same speaker, else authority, said in the twelve months before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.errors import ValidationError

DAYS_BEFORE = 365
"""Twelve months: what comes once a year, such as a budget speech, meets the one before."""
BLOCK_ROWS = 256
"""Statements compared at once."""
BLOCK_COLUMNS = 8192
"""Earlier statements that they are compared with at once: with BLOCK_ROWS 8 MB of similarities."""
NOVELTY = ["statement_id", "novelty", "nearest_id", "compared_count", "reason"]


def novelties(
    statements: pd.DataFrame, vectors: np.ndarray | sparse.csr_matrix, is_asked: np.ndarray | None = None
) -> pd.DataFrame:
    """Return for each statement asked for 1 - its greatest cosine with an earlier one, that one, and why there is none.

    `statements` has statement_id, story_id, published_on, speaker and authority_id; `vectors` a row for each, dense or sparse.
    A statement with a speaker is compared with that speaker's, one without with all of its authority's, those of its speakers
    among them: of the 365 days before its own day, and of other stories, since a copy is no repetition. A cosine below 0 counts
    as 0; of equally near ones the earliest is named. The result has the columns of NOVELTY, in the order of the statements.
    """
    if vectors.shape[0] != len(statements):
        raise ValidationError(f"{vectors.shape[0]} vectors for {len(statements)} statements: give one for each")
    asked = np.ones(len(statements), dtype=bool) if is_asked is None else np.asarray(is_asked, dtype=bool)
    frame = statements.reset_index(drop=True)
    best, nearest, compared = _nearest(frame, _unit(vectors), asked)
    is_given = compared > 0
    ids = frame["statement_id"].to_numpy(dtype=object)
    reason = np.full(len(frame), None, dtype=object)
    reason[~is_given] = "nothing_before"
    reason[frame[["speaker", "authority_id"]].isna().all(axis=1).to_numpy()] = "no_speaker"
    reason[frame["published_on"].isna().to_numpy()] = "no_date"
    result = frame[["statement_id"]].assign(
        novelty=np.where(is_given, 1 - np.clip(best, 0, 1), np.nan),
        nearest_id=pd.Series(ids[nearest] if len(ids) else ids, dtype="object").where(is_given, None),
        compared_count=compared,
        reason=reason,
    )
    return result[asked].reset_index(drop=True)[NOVELTY]


def _nearest(frame: pd.DataFrame, unit: Any, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return greatest cosine, row of the nearest and number of compared statements of each row; none where not asked."""
    best, nearest = np.full(len(frame), -np.inf), np.full(len(frame), -1)
    compared = np.zeros(len(frame), dtype=int)
    days = pd.to_datetime(frame["published_on"])
    speaks = frame["speaker"].notna()
    for name, is_for in (("speaker", speaks), ("authority_id", frame["authority_id"].notna() & ~speaks)):
        is_in = (frame[name].notna() & days.notna()).to_numpy()
        # In this order what is compared lies side by side, and equally near ones in the order of their days.
        order = np.lexsort((frame["statement_id"], days, pd.factorize(frame[name], sort=True)[0]))
        order = order[is_in[order]]
        rows = _Rows(frame.loc[order, name], days[order], frame.loc[order, "story_id"], unit[order])
        chosen = np.flatnonzero(is_for.to_numpy()[order] & asked[order])
        if len(chosen):
            cosine, row, number = rows.nearest(chosen)
            best[order[chosen]], compared[order[chosen]] = cosine, number
            nearest[order[chosen]] = order[row]
    return best, nearest, compared


def _unit(vectors: Any) -> Any:
    """Return the vectors at length 1; a zero vector stays one."""
    if sparse.issparse(vectors):
        length = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
        return sparse.csr_matrix(sparse.diags_array(1 / np.where(length > 0, length, 1)) @ vectors)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)


class _Rows:
    """Statements sorted by voice, then day, with what decides which of them are compared."""

    def __init__(self, voice: pd.Series, days: pd.Series, story: pd.Series, unit: Any) -> None:
        self.story = pd.factorize(story)[0]
        self.unit = unit
        day = (days.to_numpy() - np.datetime64("1970-01-01")) // np.timedelta64(1, "D")
        # Voice and day in one number that grows along the rows.
        self.place = pd.factorize(voice)[0].astype(np.int64) * (1 << 32) + day

    def nearest(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return greatest cosine, row of the nearest (-1 for none) and number of compared rows, for each of the chosen rows."""
        best, nearest = np.full(len(chosen), -np.inf), np.full(len(chosen), -1)
        compared = np.zeros(len(chosen), dtype=int)
        first = np.searchsorted(self.place, self.place[chosen] - DAYS_BEFORE)
        end = np.searchsorted(self.place, self.place[chosen])
        for start in range(0, len(chosen), BLOCK_ROWS):
            part = slice(start, start + BLOCK_ROWS)
            for left in range(int(first[part].min()), int(end[part].max()), BLOCK_COLUMNS):
                columns = slice(left, min(left + BLOCK_COLUMNS, int(end[part].max())))
                cosine, number = self._cosines(chosen[part], first[part], end[part], columns)
                compared[part] += number
                at = cosine.argmax(axis=1)
                found = cosine[np.arange(len(at)), at]
                is_better = found > best[part]
                best[part] = np.where(is_better, found, best[part])
                nearest[part] = np.where(is_better, columns.start + at, nearest[part])
        return best, nearest, compared

    def _cosines(self, rows: np.ndarray, first: np.ndarray, end: np.ndarray, columns: slice) -> tuple[np.ndarray, np.ndarray]:
        """Return the cosines of rows and columns, -inf where the two are not compared, and how many of each row are."""
        product = self.unit[rows] @ self.unit[columns].T
        cosine = np.asarray(product.todense() if sparse.issparse(product) else product, dtype=float)
        number = np.arange(columns.start, columns.stop)
        # Within a voice the rows from the first day to the own day, exclusive, are exactly those of the twelve months before.
        is_compared = (number >= first[:, None]) & (number < end[:, None])
        is_compared &= self.story[columns] != self.story[rows][:, None]
        return np.where(is_compared, np.round(cosine, 9), -np.inf), is_compared.sum(axis=1)
