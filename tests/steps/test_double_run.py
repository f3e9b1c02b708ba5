"""The thirteen weeks in which the model before the current one judges on, and both have an index."""

from __future__ import annotations

import json
import logging
import shutil
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from judged_press import Press
from sqlalchemy import insert, select, update

from analysis import store
from analysis.classify.training import EXAMPLES
from analysis.settings import Settings
from analysis.steps.activity import measure_activity
from analysis.steps.classify import classify
from analysis.steps.double_run import DOUBLE_RUN, current_then, models_beside
from analysis.steps.index import index, index_as_of
from analysis.steps.models import promote, roll_back, train
from analysis.steps.place import open_place
from analysis.tables import STANCES, documents, instrument_changes, models, signals, stance_index, statements

TRAINED = datetime(2025, 3, 3, 9, tzinfo=UTC)
PROMOTED = datetime(2025, 6, 2, 9, tzinfo=UTC)
LONG_AGO = date(2025, 1, 6)
TURNED = dict(zip(STANCES, (*STANCES[2:], *STANCES[:2]), strict=True))
SAID = (
    "The Commission will prohibit case {} of crypto tokens and fine the exchange that sold them.",
    "The Commission welcomes case {} of crypto tokens and will make its rules for them simpler.",
)
DESPITE = "no labelled file at hand"


def lines(first, step, turned=False):
    """Return every so many of the project's English examples of each stance, with wrong labels if asked for."""
    told = [json.loads(line) for line in (EXAMPLES / "en.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = [row for stance in STANCES for row in [row for row in told if row["stance"] == stance][first::step]]
    return [{**row, "stance": TURNED[row["stance"]] if turned else row["stance"]} for row in chosen]


def home_in(folder):
    return Settings(home=folder, database="", contact="", sources="sample", allow_loopback=True, smtp="", sender="")


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Return a home with a bad model, current since TRAINED, and a good challenger, and their ids; tests copy from it."""
    settings = home_in(tmp_path_factory.mktemp("lived") / "home")
    engine = open_place(settings)
    Press(engine)
    with store.writing(engine) as connection:
        connection.execute(update(models).values(status="retired"))
    folder, names = tmp_path_factory.mktemp("labelled"), []
    for number, turned in enumerate((True, False)):
        path = folder / f"{number}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in lines(0, 12, turned)), encoding="utf-8")
        names.append(train(settings, TRAINED + timedelta(hours=number), [path], has_vectors=False)["model_id"])
    engine.dispose()
    return settings, *names


@pytest.fixture
def home(lived, tmp_path):
    return home_in(shutil.copytree(lived[0].home, tmp_path / "home"))


@pytest.fixture
def old(lived):
    return lived[1]


@pytest.fixture
def new(lived):
    return lived[2]


class Archive:
    """Documents of a home that an authority published, each with one statement that no model has judged yet."""

    def __init__(self, settings) -> None:
        self.settings, self.engine = settings, store.open_engine(settings.database_url)
        self.press = Press.__new__(Press)
        self.press.engine, self.press.count = self.engine, 0
        self.texts = (SAID[number % len(SAID)].format(number) for number in count())

    def publish(self, day, number=1) -> list[str]:
        names = [name for _ in range(number) for name in self.press.add(text=next(self.texts))]
        with store.writing(self.engine) as connection:
            connection.execute(signals.delete().where(signals.c.model_id == "m-1"))
            told = statements.c.statement_id.in_(names)
            connection.execute(update(statements).where(told).values(authority_id="us-sec", act="none"))
            of = documents.c.document_id.in_([f"d{name[1:]}" for name in names])
            connection.execute(update(documents).where(of).values(published_on=day, date_flag="stated"))
        return names

    def judged_by(self, model_id) -> set[str]:
        with store.reading(self.engine) as connection:
            return set(connection.scalars(select(signals.c.statement_id).where(signals.c.model_id == model_id)))

    def indexed_weeks(self, model_id) -> set[date]:
        with store.reading(self.engine) as connection:
            found = select(stance_index.c.week_on).where(stance_index.c.model_id == model_id, stance_index.c.window_weeks == 1)
            return set(connection.scalars(found))


@pytest.fixture
def archive(home):
    return Archive(home)


def promoted(home, new):
    promote(home, new, "ada", "right labels", PROMOTED, despite=DESPITE)


def test_after_a_promotion_the_model_before_judges_on_and_both_have_an_index(home, archive, old, new):
    archive.publish(date(2025, 5, 26), 2)
    classify(home, PROMOTED - timedelta(days=1))
    index(home, PROMOTED - timedelta(days=1))
    promoted(home, new)
    later = PROMOTED + timedelta(weeks=2)
    added = archive.publish(date(2025, 6, 9), 2)
    # The new model reads the history as well, the one before only what is new.
    assert classify(home, later)["signals"] == 4 + 2
    assert set(added) < archive.judged_by(old) == archive.judged_by(new)
    assert index(home, later)["index_points"] > 0
    assert date(2025, 6, 9) in archive.indexed_weeks(old) & archive.indexed_weeks(new)
    assert classify(home, later)["signals"] == 0
    assert index(home, later) == {"index_points": 0}


def test_the_difference_of_the_two_series_stands_with_the_change_of_the_model(home, archive, old, new):
    for week in range(4):
        archive.publish(date(2025, 5, 5) + timedelta(weeks=week), 3)
    classify(home, PROMOTED - timedelta(days=1))
    promoted(home, new)
    for week in (1, 2):
        archive.publish(date(2025, 6, 2) + timedelta(weeks=week), 3)
    later = PROMOTED + timedelta(weeks=2)
    classify(home, later)
    index(home, later)
    measure_activity(home, later)
    with store.reading(archive.engine) as connection:
        query = select(instrument_changes).where(instrument_changes.c.kind == "model")
        [change] = connection.execute(query).mappings()
    assert (change["subject"], change["week_count"]) == (new, 6)
    assert change["difference_low"] <= change["mean_difference"] <= change["difference_high"]
    assert change["mean_difference"] != 0


def test_after_thirteen_weeks_only_the_current_model_runs(home, archive, old, new):
    promoted(home, new)
    last = PROMOTED + DOUBLE_RUN - timedelta(days=1)
    first = archive.publish(last.date())
    classify(home, last)
    index(home, last)
    after = archive.publish(last.date())
    over = PROMOTED + DOUBLE_RUN
    assert classify(home, over)["signals"] == 1
    assert archive.judged_by(old) == set(first)
    assert archive.judged_by(new) == {*first, *after}
    before = archive.press.rows(stance_index, model_id=old)
    assert index(home, over)["index_points"] > 0
    assert archive.press.rows(stance_index, model_id=old) == before != []


def test_what_was_published_long_before_the_change_is_read_by_the_current_model_alone(home, archive, old, new):
    promoted(home, new)
    archive.publish(LONG_AGO)
    [near] = archive.publish((PROMOTED - DOUBLE_RUN).date())
    classify(home, PROMOTED + timedelta(days=1))
    assert archive.judged_by(old) == {near}
    assert len(archive.judged_by(new)) == 2


def test_a_model_that_is_taken_back_judges_on_beside_the_one_that_came_back(home, archive, old, new):
    promoted(home, new)
    back = PROMOTED + timedelta(weeks=20)
    roll_back(home, "bob", "too many bans", back)
    [name] = archive.publish(back.date())
    assert classify(home, back + timedelta(days=1))["signals"] == 2
    assert archive.judged_by(old) == archive.judged_by(new) == {name}
    index(home, back + timedelta(days=1))
    assert archive.indexed_weeks(old) == archive.indexed_weeks(new) != set()
    archive.publish(back.date())
    assert classify(home, back + DOUBLE_RUN)["signals"] == 1


def test_a_model_that_cannot_be_loaded_is_told_and_left(home, archive, old, new, caplog):
    promoted(home, new)
    with store.reading(archive.engine) as connection:
        path = connection.scalar(select(models.c.file_path).where(models.c.model_id == old))
    shutil.rmtree(home.home / path)
    archive.publish(PROMOTED.date())
    with caplog.at_level(logging.WARNING):
        assert classify(home, PROMOTED + timedelta(days=1))["signals"] == 1
    assert f"{old} does not run beside the current model" in caplog.text
    assert archive.judged_by(old) == set()


def test_what_was_known_on_a_day_is_of_the_model_that_was_current_then(home, archive, old, new):
    archive.publish(date(2025, 5, 26), 2)
    first, second = PROMOTED - timedelta(days=3), PROMOTED + timedelta(days=3)
    classify(home, first)
    index(home, first)
    promoted(home, new)
    assert set(index_as_of(home, PROMOTED.date())["model_id"]) == {old}
    archive.publish(date(2025, 6, 2), 2)
    classify(home, second)
    index(home, second)
    assert set(index_as_of(home, first.date())["model_id"]) == {old}
    assert set(index_as_of(home, second.date())["model_id"]) == {new}
    with store.reading(archive.engine) as connection:
        assert current_then(connection, second) == [new, old]
        assert current_then(connection, first) == [old]


@pytest.fixture
def registry(engine):
    """Return a function that registers models and tells which run beside the current one on days after the first change."""
    Press(engine)

    def beside(day, **changed):
        with store.writing(engine) as connection:
            connection.execute(models.delete())
            blank = dict.fromkeys(["replaced_id", "promoted_at", "rolled_back_at"])
            told = {"languages": "en", "example_count": 1, "has_vectors": False, "recipe": "{}", "metrics": "{}"}
            rows = [
                {**blank, **told, "model_id": name, "file_path": name, "file_hash": "", "trained_at": TRAINED, **row}
                for name, row in changed.items()
            ]
            connection.execute(insert(models), sorted(rows, key=lambda row: row["replaced_id"] or ""))
        with store.reading(engine) as connection:
            return [one.model_id for one in models_beside(connection, PROMOTED + timedelta(days=day))]

    return beside


def test_nothing_runs_beside_a_first_model_a_change_to_come_or_one_that_waits(registry):
    assert registry(1, a={"status": "retired"}) == []
    assert registry(1, a={"status": "current", "promoted_at": PROMOTED}) == []
    after = {"status": "current", "promoted_at": PROMOTED, "replaced_id": "a"}
    assert registry(1, a={"status": "challenger"}, b=after) == []
    assert registry(-1, a={"status": "retired"}, b=after) == []
    assert registry(1, a={"status": "retired"}, b=after) == ["a"]


def test_of_two_changes_within_the_weeks_both_models_run_on(registry):
    told = {
        "a": {"status": "retired"},
        "b": {"status": "current", "promoted_at": PROMOTED, "replaced_id": "a"},
        "c": {
            "status": "retired",
            "promoted_at": PROMOTED,
            "replaced_id": "b",
            "rolled_back_at": PROMOTED + timedelta(days=20),
        },
    }
    assert registry(19, **told) == ["a"]
    assert registry(21, **told) == ["c", "a"]
    assert registry(92, **told) == ["c"]
    assert registry(112, **told) == []
