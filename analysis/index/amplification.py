"""How far a story is carried within three days, whatever its stance."""

from __future__ import annotations

import numpy as np
import pandas as pd

HOURS = 72
"""Three days: what is carried later is told anew, not carried on."""
AMPLIFICATION = [
    "story_id", "first_at", "copy_count", "publisher_count", "language_count", "country_count", "attention", "document_count",
    "is_final", "reason",
]  # fmt: skip


def amplifications(documents: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Return for each story how many copies, publishers, languages and countries carried it within 72 hours of the first.

    `documents` has document_id, story_id, published_at (aware, may be empty), published_on (the day, may be empty), language,
    publisher and country (each may be empty, and is then not counted). One of which only the day is known counts from the start
    of that day, UTC; what is dated after `now` has not come yet. Attention is log(1 + copies): the first document is no copy.
    A story without any dated document has a reason. The result has the columns of AMPLIFICATION, in the order of story_id.
    """
    told = documents.drop_duplicates("document_id")
    day = pd.to_datetime(told["published_on"], utc=True)
    at = pd.to_datetime(told["published_at"], utc=True).fillna(day)
    told = told.assign(at=at.where(at <= now))
    first = told.groupby("story_id")["at"].transform("min")
    inside = told[told["at"] <= first + pd.Timedelta(hours=HOURS)]
    groups = told.groupby("story_id", sort=True)
    frame = groups.agg(first_at=("at", "min"), document_count=("document_id", "size"))
    carried = inside.groupby("story_id").agg(
        carried=("document_id", "size"),
        publisher_count=("publisher", "nunique"),
        language_count=("language", "nunique"),
        country_count=("country", "nunique"),
    )
    frame = frame.join(carried.reindex(frame.index).fillna(0).astype(int))
    is_dated = frame["first_at"].notna().to_numpy()
    copies = np.maximum(frame["carried"].to_numpy() - 1, 0)
    frame = frame.assign(
        copy_count=copies,
        attention=np.where(is_dated, np.log1p(copies), np.nan),
        is_final=(frame["first_at"] + pd.Timedelta(hours=HOURS) < now).to_numpy(dtype=bool),
        reason=pd.Series(None, index=frame.index, dtype=object).where(is_dated, "no_date"),
    )
    return frame.reset_index()[AMPLIFICATION]
