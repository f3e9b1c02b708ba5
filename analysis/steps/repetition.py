"""Statements to how new each is: the texts are counted by words, once for each run that brings new ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sqlalchemy import Connection, Select, exists, select

from analysis import store
from analysis.index.novelty import DAYS_BEFORE, NOVELTY, novelties
from analysis.steps.index import is_dated
from analysis.tables import documents, statements
from analysis.tables import novelties as table

PORTION = 20_000
"""New statements measured at once, in the order of their days: with those before them some 100 MB."""
COLUMNS = 2**18
"""Columns that single words and pairs are hashed into. Words and not sentence vectors: a set phrase said again shares them,
they are counted a hundred times as fast, and what is compared with need not be kept. What is said in two languages is new in
each."""


def new_novelties(connection: Connection, today: date) -> pd.DataFrame:
    """Return the novelty of every dated statement that has none yet, as rows of `novelties`.

    Speakers of one name are one person within a jurisdiction, whatever their office. Questions are nobody's position.
    """
    told = (
        select(statements.c.statement_id, documents.c.published_on)
        .join(documents)
        .where(documents.c.is_latest, is_dated(today), statements.c.turn.is_distinct_from("question"))
        .where(~exists().where(table.c.statement_id == statements.c.statement_id))
        .order_by(documents.c.published_on, statements.c.statement_id)
    )
    pending = store.read(connection, told)
    frames = [_measured(connection, pending.iloc[first : first + PORTION], today) for first in range(0, len(pending), PORTION)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=NOVELTY)


def _measured(connection: Connection, pending: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return the novelty of some statements, read with what their speakers and authorities said in the year before."""
    first = pending["published_on"].min() - timedelta(days=DAYS_BEFORE)
    known = store.read(connection, _spoken(today).where(documents.c.published_on.between(first, pending["published_on"].max())))
    known = known.assign(speaker=known["speaker"].where(known["speaker"].isna(), _person(known)))
    is_asked = known["statement_id"].isin(pending["statement_id"]).to_numpy()
    of_interest = is_asked.copy()
    for name in ("speaker", "authority_id"):
        of_interest |= known[name].isin(known.loc[is_asked, name].dropna()).to_numpy()
    chosen = known[of_interest].reset_index(drop=True)
    texts = texts_of(connection, list(chosen["statement_id"]))
    return novelties(chosen, word_counts(texts), is_asked[of_interest])


def _person(known: pd.DataFrame) -> pd.Series:
    return known["speaker"].fillna("").astype(str) + " " + known["jurisdiction"].fillna("").astype(str)


def _spoken(today: date) -> Select:
    columns = (statements.c.statement_id, statements.c.speaker, statements.c.authority_id, statements.c.jurisdiction)
    return (
        select(*columns, documents.c.story_id, documents.c.published_on)
        .join(documents)
        .where(documents.c.is_latest, is_dated(today), statements.c.turn.is_distinct_from("question"))
        .order_by(statements.c.statement_id)
    )


def texts_of(connection: Connection, names: list[str]) -> list[str]:
    """Return the texts of these statements, in their order."""
    texts: dict[str, str] = {}
    for part in portions(names):
        query = select(statements.c.statement_id, statements.c.text).where(statements.c.statement_id.in_(part))
        texts |= {row.statement_id: row.text for row in connection.execute(query)}
    return [texts[name] for name in names]


def portions(values: list[str]) -> Iterator[list[str]]:
    """Give the values in lists short enough for one statement."""
    for first in range(0, len(values), store.ROWS_A_STATEMENT):
        yield values[first : first + store.ROWS_A_STATEMENT]


def word_counts(texts: list[str]) -> csr_matrix:
    """Return how often each text holds each word and pair of words (of characters, in scripts without blanks), length 1."""
    from sklearn.feature_extraction.text import HashingVectorizer

    from analysis.classify.features import WORD

    counts = HashingVectorizer(
        n_features=COLUMNS, ngram_range=(1, 2), token_pattern=WORD, alternate_sign=False, dtype=np.float32
    )
    return counts.transform(texts) if texts else csr_matrix((0, COLUMNS), dtype=np.float32)
