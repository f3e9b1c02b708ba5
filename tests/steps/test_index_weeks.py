"""Only the weeks that are made of something else are computed, and all of them are what computing everything gives."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from judged_press import Press
from sqlalchemy import delete, insert, select, update

from analysis import steps, store
from analysis.classify.labelling.answers import Answer
from analysis.index.weights import Weight, Weights, declared_weights
from analysis.settings import Settings
from analysis.steps.labels import draw_week, open_items, record
from analysis.steps.place import open_place
from analysis.tables import (
    STANCES,
    documents,
    index_weeks,
    models,
    signal_sectors,
    signals,
    stance_gaps,
    stance_index,
    statements,
)

NOW = datetime(2025, 6, 6, 9, tzinfo=UTC)
MEANS = {stance: [0.7 if stance == other else 0.1 for other in STANCES] for stance in STANCES}
BODIES = ("us-sec", "us-cftc", "fr-cnil")
WEEKS = 140
"""More than the past that a figure looks back to."""


class History:
    """Composed documents over 140 weeks, each with a statement on one or two sectors, which tests change at random."""

    def __init__(self, settings) -> None:
        self.settings, self.engine, self.rng = settings, store.open_engine(settings.database_url), np.random.default_rng(6)
        self.press, self.now, self.names = Press(self.engine), NOW, []
        with store.writing(self.engine) as connection:
            values = {"metrics": json.dumps({"composed": {"mean_probabilities": MEANS}})}
            connection.execute(update(models).values(values))

    def change(self, table, key, name, **values) -> None:
        with store.writing(self.engine) as connection:
            connection.execute(update(table).where(table.c[key] == name).values(**values))

    def day(self, weeks=WEEKS) -> date:
        return self.now.date() - timedelta(days=int(self.rng.integers(0, 7 * weeks)))

    def add(self, number, weeks=WEEKS) -> None:
        for mass in self.rng.dirichlet((3, 2, 2, 1), number):
            [name] = self.press.add(1, tuple(mass), channel=str(self.rng.choice(["official", "press"])))
            self.names.append(name)
            self.change(documents, "document_id", f"d{name[1:]}", published_on=self.day(weeks), date_flag="stated")
            self.change(statements, "statement_id", name, authority_id=str(self.rng.choice(BODIES)))
            sectors = self.rng.choice(["fintech", "telecommunications"], int(self.rng.integers(1, 3)), replace=False)
            with store.writing(self.engine) as connection:
                told = {"statement_id": name, "model_id": "m-1", "relevance": 1.0}
                connection.execute(insert(signal_sectors), [{**told, "sector": str(sector)} for sector in sectors])

    def any(self) -> str:
        return str(self.rng.choice(self.names))

    def latest(self) -> int:
        """Compute what is due and return how many points were new."""
        self.now += timedelta(minutes=1)
        return steps.index(self.settings, self.now)["index_points"]

    def everything(self) -> int:
        """Compute all weeks anew and return how many points and gaps were not known."""
        with store.writing(self.engine) as connection:
            connection.execute(delete(index_weeks))
        before = len(self.press.rows(stance_gaps))
        return self.latest() + len(self.press.rows(stance_gaps)) - before

    def computed(self) -> set[date]:
        """Return the weeks that the last run computed."""
        return {row["week_on"] for row in self.press.rows(index_weeks, computed_at=self.now)}


@pytest.fixture
def history(database, tmp_path) -> History:
    place = Settings(
        home=tmp_path / "home", database=database, contact="", sources="sample", allow_loopback=True, smtp="", sender=""
    )
    open_place(place)
    found = History(place)
    found.add(90)
    found.latest()
    return found


def changes(history):
    """Give what may happen to an archive, by name, as functions that do it."""
    of = history.change
    return {
        "new documents": lambda: history.add(3, weeks=1),
        "late documents": lambda: history.add(2),
        "a document that is replaced": lambda: of(documents, "document_id", f"d{history.any()[1:]}", is_latest=False),
        "another day": lambda: of(documents, "document_id", f"d{history.any()[1:]}", published_on=history.day()),
        "another story": lambda: of(documents, "document_id", f"d{history.any()[1:]}", story_id=f"t{history.any()[1:]}"),
        "another authority": lambda: of(statements, "statement_id", history.any(), authority_id=BODIES[0]),
        "another act": lambda: of(statements, "statement_id", history.any(), act="fine"),
        "other probabilities": lambda: of(
            signals, "statement_id", history.any(), supportive=0.9, neutral=0.1, restrictive=0.0, no_signal=0.0
        ),
        "about another thing": lambda: of(signal_sectors, "statement_id", history.any(), relevance=0.0),
    }


def test_what_is_computed_after_any_change_is_what_computing_everything_gives(history):
    for number, happens in enumerate(changes(history).values()):
        happens()
        history.latest()
        if number % 3 == 2:
            assert history.everything() == 0
    kept = len(history.press.rows(stance_index))
    for happens in history.rng.permutation(list(changes(history).values())):
        happens()
    assert history.latest() > 0
    assert history.everything() == 0
    assert len(history.press.rows(stance_index)) > kept


def test_new_weeks_alone_are_computed_where_nothing_else_changed(history):
    assert history.latest() == 0
    assert history.computed() == set()
    history.now += timedelta(weeks=1)
    history.add(4, weeks=1)
    history.latest()
    last = (history.now - timedelta(days=history.now.weekday())).date()
    assert history.computed() <= {last, last - timedelta(weeks=1)}
    assert last in history.computed()


def test_a_change_is_felt_for_the_past_that_figures_look_back_to_and_no_longer(history):
    name = min(history.names, key=lambda name: history.press.rows(documents, document_id=f"d{name[1:]}")[0]["published_on"])
    [row] = history.press.rows(documents, document_id=f"d{name[1:]}")
    history.change(signals, "statement_id", name, supportive=1.0, neutral=0.0, restrictive=0.0, no_signal=0.0)
    history.latest()
    week = row["published_on"] - timedelta(days=row["published_on"].weekday())
    assert history.computed() == {week + timedelta(weeks=number) for number in range(117)}


def test_with_audits_the_weeks_after_them_are_computed_anew(history):
    audited = history.press.add(80, (0.7, 0.1, 0.1, 0.1)) + history.press.add(80, (0.1, 0.1, 0.7, 0.1))
    history.latest()
    draw_week(history.engine, datetime(2025, 6, 2, tzinfo=UTC), size=160)
    for item in open_items(history.engine, "ada", 1000):
        said = "supportive" if item.statement_id in audited[:80] else "restrictive"
        record(history.engine, item.statement_id, Answer(said), "ada", history.now)
    history.latest()
    computed = history.computed()
    assert computed and max(computed) == date(2025, 6, 2)
    assert len(computed) <= 13
    assert history.everything() == 0


def test_other_declared_weights_change_all_weeks(history, monkeypatch):
    first = declared_weights().lines[0]
    lines = (Weight(**{**first.model_dump(), "value": first.value / 2}), *declared_weights().lines[1:])
    monkeypatch.setitem(steps.index.__globals__, "declared_weights", lambda: Weights(lines))
    history.latest()
    assert len(history.computed()) == len(history.press.rows(index_weeks))


def test_an_archive_that_lost_all_its_documents_keeps_no_fingerprint_and_empty_points(history):
    with store.writing(history.engine) as connection:
        connection.execute(update(documents).values(is_latest=False))
    assert history.latest() > 0
    assert history.press.rows(index_weeks) == []
    with store.reading(history.engine) as connection:
        newest = select(stance_index.c.story_count).where(stance_index.c.as_of_at == history.now)
        assert set(connection.scalars(newest)) == {0}
    assert history.latest() == 0
