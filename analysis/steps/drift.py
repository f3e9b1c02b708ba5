"""Drift: what each week's signals, words and sentence vectors tell against the half year before, written to `checks`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Engine, select

from analysis import store
from analysis.errors import ModelError
from analysis.settings import Settings
from analysis.steps.models import model_of
from analysis.steps.place import open_place
from analysis.tables import STANCES, checks, content_id, documents, models, signals, statements

if TYPE_CHECKING:
    import pandas as pd

    from analysis.classify.drift import Finding, Judged, Sampled
    from analysis.classify.model import Model

WEEKS_MEASURED = 2
"""Weeks that are over and measured again in each run: documents of the last one still come in."""
WEEKS_BEFORE = 26
SAMPLE = 200
"""Statements of a part whose words and vectors are looked at; those with the smallest ids, which are hashes."""
ALL = "all"


@dataclass
class _Reader:
    """Reads sampled statements as the model sees them, each once."""

    engine: Engine
    model: Model
    seen: np.ndarray
    known: dict[str, tuple[int, int, np.ndarray]] = field(default_factory=dict)

    def sampled(self, rows: pd.DataFrame) -> Sampled:
        """Return the sample of a part: its statements with the smallest ids."""
        from analysis.classify.drift import Sampled

        chosen = rows.nsmallest(SAMPLE, "statement_rank")
        self._read([name for name in chosen["statement_id"] if name not in self.known])
        told = [self.known[name] for name in chosen["statement_id"]]
        width = told[0][2].shape[0] if told else 0
        return Sampled(
            chosen["document_id"].to_numpy(),
            np.array([grams for grams, _, _ in told]),
            np.array([unseen for _, unseen, _ in told]),
            np.array([vector for _, _, vector in told]).reshape(-1, width),
        )

    def _read(self, names: list[str]) -> None:
        from analysis.classify import encoder, features

        texts: dict[str, features.Passage] = {}
        with store.reading(self.engine) as connection:
            for first in range(0, len(names), store.ROWS_A_STATEMENT):
                part = names[first : first + store.ROWS_A_STATEMENT]
                query = select(statements.c.statement_id, statements.c.text, statements.c.language)
                rows = connection.execute(query.where(statements.c.statement_id.in_(part)))
                texts |= {row.statement_id: features.Passage(row.text, row.language) for row in rows}
        counts = features.grams(list(texts.values()))[0]
        words = [passage.text[: features.LONGEST] for passage in texts.values()]
        vectors = encoder.vectors(words) if self.model.has_vectors else np.zeros((len(words), 0))
        totals = np.asarray(counts.sum(axis=1)).ravel()
        unseen = totals - np.asarray(counts[:, self.seen].sum(axis=1)).ravel()
        for name, total, new, vector in zip(texts, totals, unseen, vectors, strict=True):
            self.known[name] = int(total), int(new), vector


def measure_drift(settings: Settings, now: datetime, week: str | None = None) -> dict[str, Any]:
    """Measure the current model's signals of one week, else of the last two that are over, against the 26 weeks before each.

    Each source and language, each language and everything is a part of its own, which `checks` holds as
    `2025-W10 source language`; measuring again writes the same rows. Statements of documents without a date are left out.
    Returns how many checks there are, how many are a warning or an alarm, and what those say.
    """
    from analysis.steps.report import parse_week

    engine = open_place(settings)
    with store.reading(engine) as connection:
        model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
    if model_id is None:
        raise ModelError("no model is current: run `policy-signals classify` first")
    this_week = now.date() - timedelta(days=now.weekday())
    mondays = [parse_week(week)] if week else [this_week - timedelta(weeks=number) for number in range(1, WEEKS_MEASURED + 1)]
    frame = _signals(engine, model_id, min(mondays) - timedelta(weeks=WEEKS_BEFORE), max(mondays) + timedelta(weeks=1))
    rows = [_check_row(partition, finding, now) for partition, finding in _findings(settings, engine, model_id, frame, mondays)]
    with store.writing(engine) as connection:
        store.upsert(connection, checks, rows)
    breached = [row for row in rows if not row["is_met"]]
    return {
        "checks": len(rows),
        "warnings": sum(row["severity"] == "warning" for row in breached),
        "alarms": sum(row["severity"] == "critical" for row in breached),
        "breached": [f"{row['partition']}: {row['rule']}" for row in breached],
    }


def _signals(engine: Engine, model_id: str, first: date, end: date) -> pd.DataFrame:
    """Return the signals of documents dated in [first, end), with the rank by which they are sampled."""
    query = (
        select(
            statements.c.statement_id, statements.c.document_id, documents.c.source_id, documents.c.language,
            documents.c.published_on, signals.c.stance, signals.c.rule_stance, signals.c.stance_set,
            *(signals.c[stance] for stance in STANCES),
        )
        .join(documents, documents.c.document_id == statements.c.document_id)
        .join(signals, signals.c.statement_id == statements.c.statement_id)
        .where(signals.c.model_id == model_id, documents.c.is_latest)
        .where(documents.c.published_on >= first, documents.c.published_on < end)
        .order_by(statements.c.statement_id)
    )  # fmt: skip
    with store.reading(engine) as connection:
        frame = store.read(connection, query)
    return frame.assign(statement_rank=range(len(frame)))


def _findings(
    settings: Settings, engine: Engine, model_id: str, frame: pd.DataFrame, mondays: list[date]
) -> Iterator[tuple[str, Finding]]:
    """Give every figure of every part of each week, with the part's name."""
    from analysis.classify.drift import FEWEST, FEWEST_BEFORE, judged_drift, sampled_drift, seen_columns

    reader: _Reader | None = None
    for monday in sorted(mondays):
        week = frame[_dated(frame, monday, monday + timedelta(weeks=1))]
        before = frame[_dated(frame, monday - timedelta(weeks=WEEKS_BEFORE), monday)]
        for source, language in _parts(week):
            new, old = (_chosen(rows, source, language) for rows in (week, before))
            partition = f"{monday:%G-W%V} {source} {language}"
            # The same part of the same week is divided at random in the same way in each run.
            rng = np.random.default_rng(int(content_id(partition), 16))
            findings = judged_drift(_judged(new), _judged(old), rng)
            if len(new) >= FEWEST and len(old) >= FEWEST_BEFORE:
                if reader is None:
                    model = model_of(settings, engine, model_id)
                    reader = _Reader(engine, model, seen_columns(model.stance))
                unseen_columns = 1 - float(reader.seen.mean())
                findings += sampled_drift(reader.sampled(new), reader.sampled(old), unseen_columns, rng)
            yield from ((partition, finding) for finding in findings)


def _dated(frame: pd.DataFrame, first: date, end: date) -> pd.Series:
    return (frame["published_on"] >= first) & (frame["published_on"] < end)


def _parts(week: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the sources and languages of a week's statements, each language, and everything."""
    if week.empty:
        return []
    pairs = sorted(set(zip(week["source_id"], week["language"], strict=True)))
    return [(ALL, ALL), *((ALL, language) for language in sorted(set(week["language"]))), *pairs]


def _chosen(rows: pd.DataFrame, source: str, language: str) -> pd.DataFrame:
    if source != ALL:
        rows = rows[rows["source_id"] == source]
    return rows if language == ALL else rows[rows["language"] == language]


def _judged(rows: pd.DataFrame) -> Judged:
    from analysis.classify.drift import Judged
    from analysis.classify.rule import is_opposed

    return Judged(
        rows["document_id"].to_numpy(),
        rows[list(STANCES)].to_numpy(dtype=float),
        np.array([len(words.split()) == 1 for words in rows["stance_set"]], dtype=bool),
        np.array([is_opposed(*pair) for pair in zip(rows["stance"], rows["rule_stance"], strict=True)], dtype=bool),
    )


def _check_row(partition: str, finding: Finding, now: datetime) -> dict[str, Any]:
    is_met = finding.severity == "info"
    return {
        "check_id": content_id("signals", partition, finding.limit.name),
        "table_name": "signals",
        "partition": partition,
        "rule": finding.words,
        "severity": finding.severity,
        "is_met": is_met,
        "row_count": finding.count,
        "breach_count": 0 if is_met else finding.count,
        "checked_at": now,
    }
