"""Drift over a home with half a year of composed statements, judged by a model trained on few labels."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from judged_press import Press
from sqlalchemy import update

from analysis import store
from analysis.classify.training import EXAMPLES
from analysis.errors import ModelError, PolicySignalsError
from analysis.settings import Settings
from analysis.steps.classify import classify
from analysis.steps.drift import measure_drift
from analysis.steps.models import train
from analysis.steps.place import open_place
from analysis.tables import STANCES, checks, documents, models

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
LAST = date(2025, 5, 26)
"""Monday of 2025-W22, the last week that is over."""


def home_in(folder):
    return Settings(home=folder, database="", contact="", sources="sample", allow_loopback=True, smtp="", sender="")


def told(language, stances, first, step):
    lines = (EXAMPLES / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row for stance in stances for row in [row for row in rows if row["stance"] == stance][first::step]]


def bans():
    """Return the composed English bans of the last week."""
    return told("en", ("restrictive",), 2, 3)


def place(engine, press, rows, days, language="en"):
    """Add a document of one statement for each row, dated in turn on these days."""
    for number, row in enumerate(rows):
        [name] = press.add(text=row["text"], language=language)
        with store.writing(engine) as connection:
            owner = update(documents).where(documents.c.document_id == f"d{name[1:]}")
            connection.execute(owner.values(published_on=days[number % len(days)]))


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home in which the last week has bans alone, the half year before all stances, and few statements are German."""
    folder = tmp_path_factory.mktemp("drift")
    settings = home_in(folder / "home")
    engine = open_place(settings)
    press = Press(engine)
    weeks = [LAST - timedelta(weeks=number) for number in range(2, 20)]
    place(engine, press, told("en", STANCES, 1, 7), weeks)
    place(engine, press, bans(), [LAST + timedelta(days=number) for number in range(7)])
    place(engine, press, told("de", STANCES, 1, 90), [LAST], "de")
    with store.writing(engine) as connection:
        connection.execute(update(models).values(status="retired"))
    rows = told("en", STANCES, 0, 8) + told("de", STANCES, 0, 20)
    labels = folder / "labels.jsonl"
    labels.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    train(settings, NOW, [labels])
    classify(settings, NOW)
    engine.dispose()
    return settings


@pytest.fixture
def home(lived, tmp_path):
    return home_in(shutil.copytree(lived.home, tmp_path / "home"))


def of_drift(settings):
    with store.reading(store.open_engine(settings.database_url)) as connection:
        rows = connection.execute(checks.select().where(checks.c.partition.like("2025-W22 %"))).mappings()
        return {(row["partition"], row["rule"].split(":")[0]): dict(row) for row in rows}


def test_a_week_of_bans_is_told_for_its_source_and_language_and_kept_in_checks(home):
    found = measure_drift(home, NOW)
    rows = of_drift(home)
    alarm = rows["2025-W22 paper en", "stance shares"]
    assert (alarm["table_name"], alarm["severity"], alarm["is_met"]) == ("signals", "critical", False)
    assert alarm["row_count"] == alarm["breach_count"] == len(bans())
    assert found["alarms"] >= 1
    assert any(words.startswith("2025-W22 paper en: stance shares: population stability index") for words in found["breached"])
    assert rows["2025-W22 all all", "stance shares"]["row_count"] > len(bans())
    assert found["checks"] == len(rows)
    assert {name for _, name in rows} == {
        "stance shares", "highest probability", "share of cannot tell", "share of stances that cue words oppose",
        "n-grams unseen in training", "mean sentence vector",
    }  # fmt: skip


def test_few_statements_are_told_to_be_not_enough(home):
    measure_drift(home, NOW)
    row = of_drift(home)["2025-W22 paper de", "stance shares"]
    assert (row["severity"], row["is_met"], row["breach_count"]) == ("info", True, 0)
    assert row["rule"].startswith("stance shares: not enough (")
    assert ("2025-W22 paper de", "mean sentence vector") not in of_drift(home)


def test_measured_again_the_checks_are_the_same_rows(home, contents):
    measure_drift(home, NOW)
    before = contents(home)
    measure_drift(home, NOW + timedelta(hours=5))
    assert contents(home) == before


def test_a_week_can_be_named_and_one_without_statements_has_no_checks(home):
    assert measure_drift(home, NOW, "2025-W21")["checks"] == 0
    assert of_drift(home) == {}
    assert measure_drift(home, NOW + timedelta(weeks=20), "2025-W22")["checks"] > 0
    with pytest.raises(PolicySignalsError, match="2025-W99"):
        measure_drift(home, NOW, "2025-W99")


def test_documents_without_a_date_and_superseded_ones_are_left_out(home):
    engine = store.open_engine(home.database_url)
    with store.writing(engine) as connection:
        connection.execute(update(documents).where(documents.c.language == "de").values(published_on=None))
        connection.execute(update(documents).where(documents.c.published_on == LAST).values(is_latest=False))
    measure_drift(home, NOW)
    rows = of_drift(home)
    assert ("2025-W22 paper de", "stance shares") not in rows
    assert rows["2025-W22 paper en", "stance shares"]["row_count"] < len(bans())


def test_without_a_current_model_there_is_nothing_to_measure(home):
    with store.writing(store.open_engine(home.database_url)) as connection:
        connection.execute(update(models).values(status="retired"))
    with pytest.raises(ModelError, match="no model is current"):
        measure_drift(home, NOW)
