"""The life of models in a home of its own: trained on few labels, compared on audited statements, promoted, taken back."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from judged_press import Press
from sqlalchemy import insert, update

from analysis import store
from analysis.classify.labelling.answers import Answer
from analysis.classify.registry import CARD_FILE, MANIFEST_FILE, MODEL_FILE
from analysis.classify.training import EXAMPLES
from analysis.errors import ModelError
from analysis.settings import Settings
from analysis.steps import labels as people
from analysis.steps.classify import classify
from analysis.steps.models import (
    FIRST,
    compare,
    current_model,
    keep_evaluation,
    list_models,
    model_card,
    model_of,
    people_examples,
    promote,
    roll_back,
    train,
)
from analysis.steps.place import open_place
from analysis.tables import STANCES, models, signals

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
TURNED = dict(zip(STANCES, (*STANCES[2:], *STANCES[:2]), strict=True))


def lines(first, step, turned=False):
    """Return every so many of the project's English examples of each stance, with wrong labels if asked for."""
    told = [json.loads(line) for line in (EXAMPLES / "en.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = [row for stance in STANCES for row in [row for row in told if row["stance"] == stance][first::step]]
    return [{**row, "stance": TURNED[row["stance"]] if turned else row["stance"]} for row in chosen]


def written(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def home_in(folder, url=""):
    return Settings(home=folder, database=url, contact="", sources="sample", allow_loopback=True, smtp="", sender="")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return labelled files: with wrong labels, with right ones, and others to compare on."""
    folder = tmp_path_factory.mktemp("labelled")
    return {
        "wrong": written(folder / "wrong.jsonl", lines(0, 6, turned=True)),
        "right": written(folder / "right.jsonl", lines(0, 6)),
        "frozen": written(folder / "frozen.jsonl", lines(1, 7)),
        "scarce": written(folder / "scarce.jsonl", lines(0, 60)),
    }


@pytest.fixture(scope="module")
def lived(tmp_path_factory, files):
    """Return a home with 80 audited statements, a bad current model and a good challenger; tests only copy from it."""
    settings = home_in(tmp_path_factory.mktemp("lived") / "home")
    engine = open_place(settings)
    press = Press(engine)
    said = lines(3, 12)[:80]
    names = [press.add(text=row["text"])[0] for row in said]
    people.draw_week(engine, NOW, size=len(names))
    for name, row in zip(names, said, strict=True):
        people.record(engine, name, Answer(row["stance"]), "ada", NOW)
    with store.writing(engine) as connection:
        connection.execute(update(models).values(status="retired"))
    first = train(settings, NOW, [files["wrong"]], has_vectors=False)
    second = train(settings, LATER, [files["right"]], has_vectors=False)
    engine.dispose()
    return settings, first, second


@pytest.fixture
def home(lived, tmp_path):
    return home_in(shutil.copytree(lived[0].home, tmp_path / "home"))


@pytest.fixture
def old(lived):
    return lived[1]["model_id"]


@pytest.fixture
def new(lived):
    return lived[2]["model_id"]


def statuses(settings):
    return {line["model_id"]: line["status"] for line in list_models(settings)}


def registered(settings, model_id):
    with store.reading(store.open_engine(settings.database_url)) as connection:
        return dict(connection.execute(models.select().where(models.c.model_id == model_id)).mappings().one())


def test_the_first_model_becomes_current_at_once_and_the_next_is_a_challenger(lived, home, old, new):
    _, first, second = lived
    assert (first["status"], second["status"]) == ("current", "challenger")
    row = registered(home, old)
    assert (row["promotion_reason"], row["promoted_by"], row["replaced_id"]) == (FIRST, None, None)
    assert row["promoted_at"] == NOW
    assert statuses(home) == {old: "current", new: "challenger", "m-1": "retired"}
    assert current_model(home, open_place(home), LATER).model_id == old


def test_the_registry_tells_what_a_model_is_made_of(home, new):
    row = registered(home, new)
    assert json.loads((home.home / row["file_path"] / MANIFEST_FILE).read_text())["sha256"] == row["file_hash"]
    assert row["label_order"].split() == list(STANCES)
    assert {"scikit-learn", "skops"} <= set(json.loads(row["versions"]))
    assert (row["languages"], row["has_vectors"]) == ("en", False)
    [(origin, told)] = json.loads(row["examples"]).items()
    assert origin == "composed"
    assert sum(told["en"].values()) == row["example_count"]
    figures = json.loads(row["metrics"])["composed"]
    assert figures["macro_f1_low"] <= figures["macro_f1"] <= figures["macro_f1_high"]
    assert {"f1_interval", "coverage", "cannot_tell_share", "reliability", "sectors"} <= set(figures)
    assert len(row["data_hash"]) == 64


def test_the_same_examples_are_not_fitted_again_and_keep_what_happened_to_their_model(home, old, new, files):
    path = home.home / registered(home, new)["file_path"] / MODEL_FILE
    before, made_at = registered(home, new), path.stat().st_mtime_ns
    again = train(home, LATER + timedelta(days=9), [files["right"]], has_vectors=False)
    assert (again["model_id"], again["status"]) == (new, "challenger")
    assert registered(home, new) == before and path.stat().st_mtime_ns == made_at
    assert statuses(home)[old] == "current"


def test_a_damaged_file_is_refused_and_mended_by_training_again(home, old, files):
    row = registered(home, old)
    path = home.home / row["file_path"] / MODEL_FILE
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match="another SHA-256"):
        model_of(home, open_place(home), old)
    assert train(home, LATER, [files["wrong"]], has_vectors=False)["status"] == "current"
    assert model_of(home, open_place(home), old).model_id == old
    assert registered(home, old)["promotion_reason"] == FIRST


def test_where_the_current_model_cannot_be_used_the_next_one_trained_takes_its_place(home, old, files, tmp_path):
    shutil.rmtree(home.home / registered(home, old)["file_path"])
    other = written(tmp_path / "other.jsonl", lines(2, 9))
    told = train(home, LATER, [other], has_vectors=False)
    row = registered(home, told["model_id"])
    assert (told["status"], row["replaced_id"]) == ("current", old)
    assert row["promotion_reason"].startswith(f"the model before cannot be used: model {old} cannot be read")
    assert statuses(home)[old] == "retired"


def test_with_a_folder_of_its_own_a_model_is_registered_nowhere(home, files, tmp_path):
    before = statuses(home)
    told = train(home, LATER, [files["right"]], out=tmp_path / "out", has_vectors=False)
    assert "status" not in told
    assert statuses(home) == before
    assert (tmp_path / "out" / MODEL_FILE).is_file()


def test_too_few_labels_are_refused_and_leave_the_registry_as_it_is(home, files):
    before = statuses(home)
    with pytest.raises(ModelError, match="fewer than 10 examples"):
        train(home, LATER, [files["scarce"]])
    assert statuses(home) == before


def test_people_who_label_for_training_are_trained_on_with_their_weight(engine):
    press = Press(engine)
    name, other = press.add(2)
    assert people_examples(engine) == []
    people.record(engine, name, Answer("restrictive", ("fintech",)), "ada", NOW)
    [example] = people_examples(engine)
    assert (example.stance, example.sectors, example.weight) == ("restrictive", ("fintech",), 1.0)
    assert (example.passage.text, example.passage.before, example.group) == ("The office spoke of case 0000.", "So.", "d0000")


def test_a_good_challenger_is_found_better_and_a_bad_one_worse(home, old, new, files):
    found = compare(home, files["frozen"])
    assert (found["champion_id"], found["challenger_id"]) == (old, new)
    assert found["may_promote"], found["reasons"]
    assert found["figures"]["newest"]["count"] == 80
    assert statuses(home) == {old: "current", new: "challenger", "m-1": "retired"}
    promote(home, new, "ada", "right labels", LATER, files["frozen"])
    back = compare(home, files["frozen"], old)
    assert (back["outcome"], back["may_promote"]) == ("no", False)
    with pytest.raises(ModelError, match=f"model {old} is not promoted: frozen evaluation: macro-F1 -"):
        promote(home, old, "ada", "once more", LATER, files["frozen"], despite="I like it")
    assert statuses(home)[new] == "current"


def test_a_promotion_keeps_who_why_when_and_the_verdict(home, old, new, files):
    told = promote(home, new, "ada", "right labels", LATER, files["frozen"])
    assert (told["model_id"], told["replaced_id"], told["outcome"]) == (new, old, "yes")
    row = registered(home, new)
    assert (row["status"], row["promoted_by"], row["promotion_reason"]) == ("current", "ada", "right labels")
    assert (row["promoted_at"], row["replaced_id"], row["despite"]) == (LATER, old, None)
    assert json.loads(row["verdict"])["figures"]["frozen"]["macro_f1"] > 0
    assert registered(home, old)["status"] == "retired"
    with pytest.raises(ModelError, match=f"model {new} is current already"):
        promote(home, new, "ada", "again", LATER, files["frozen"])


@pytest.mark.parametrize(("by", "reason"), [("", "why"), (" ", "why"), ("ada", "")])
def test_nobody_promotes_or_takes_back_without_a_name_and_a_reason(home, new, by, reason):
    with pytest.raises(ModelError, match="needs a person's name and a reason"):
        promote(home, new, by, reason, LATER)
    with pytest.raises(ModelError, match="needs a person's name and a reason"):
        roll_back(home, by, reason, LATER)


def test_what_cannot_be_told_is_promoted_only_with_a_reason_that_is_kept(home, old, new):
    with pytest.raises(ModelError, match="cannot be told whether it is better: frozen evaluation: 0 statements.*--despite"):
        promote(home, new, "ada", "right labels", LATER)
    assert statuses(home)[old] == "current"
    told = promote(home, new, "ada", "right labels", LATER, despite="no labelled file at hand")
    assert told["outcome"] == "cannot tell"
    assert registered(home, new)["despite"] == "no labelled file at hand"


def test_a_challenger_that_lost_a_language_is_not_promoted(home, files, tmp_path):
    told = [json.loads(line) for line in (EXAMPLES / "de.jsonl").read_text(encoding="utf-8").splitlines()][::10]
    german = train(home, LATER, [written(tmp_path / "german.jsonl", told)], has_vectors=False)["model_id"]
    with pytest.raises(ModelError, match="it does not know en, which the current model judges"):
        promote(home, german, "ada", "German at last", LATER, files["frozen"], despite="I want it")


def test_an_unknown_model_and_none_that_waits_are_told(home, new, files):
    with store.writing(store.open_engine(home.database_url)) as connection:
        connection.execute(update(models).where(models.c.model_id == new).values(status="retired"))
    with pytest.raises(ModelError, match="no model is a challenger"):
        compare(home, files["frozen"])
    with pytest.raises(ModelError, match="model m-none is unknown"):
        compare(home, files["frozen"], "m-none")


def test_one_step_back_leads_to_the_model_before_and_keeps_who_took_it(home, old, new, files):
    promote(home, new, "ada", "right labels", LATER, files["frozen"])
    assert roll_back(home, "bob", "too many bans", LATER) == {"model_id": old, "rolled_back_id": new}
    assert statuses(home) == {old: "current", new: "retired", "m-1": "retired"}
    row = registered(home, new)
    assert (row["rolled_back_by"], row["rollback_reason"], row["rolled_back_at"]) == ("bob", "too many bans", LATER)
    assert row["promoted_by"] == "ada"
    assert registered(home, old)["promotion_reason"] == FIRST
    with pytest.raises(ModelError, match="the current model replaced none"):
        roll_back(home, "bob", "further", LATER)
    promote(home, new, "ada", "after all", LATER, files["frozen"])
    assert registered(home, new)["rolled_back_by"] is None


@pytest.mark.parametrize("damage", ["missing", "version"])
def test_there_is_no_way_back_to_a_model_that_cannot_be_used(home, old, new, files, damage):
    promote(home, new, "ada", "right labels", LATER, files["frozen"])
    folder = home.home / registered(home, old)["file_path"]
    if damage == "missing":
        shutil.rmtree(folder)
    else:
        manifest = json.loads((folder / MANIFEST_FILE).read_text())
        manifest["versions"]["scikit-learn"] = "0.1"
        (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="cannot be read" if damage == "missing" else r"scikit-learn 0\.1, here"):
        roll_back(home, "bob", "too many bans", LATER)
    assert statuses(home)[new] == "current"


def test_after_a_promotion_history_is_judged_anew_and_the_old_signals_stay(home, old, new):
    classify(home, LATER)
    engine = store.open_engine(home.database_url)
    with store.reading(engine) as connection:
        before = {tuple(row) for row in connection.execute(signals.select().where(signals.c.model_id == old))}
    assert len(before) == 80
    promote(home, new, "ada", "right labels", LATER, despite="no labelled file at hand")
    assert classify(home, LATER)["signals"] == 80
    with store.reading(engine) as connection:
        after = [tuple(row) for row in connection.execute(signals.select())]
    assert before <= set(after)
    assert {model_id: sum(row[1] == model_id for row in after) for model_id in (old, new, "m-1")} == {
        old: 80,
        new: 80,
        "m-1": 80,
    }
    assert classify(home, LATER)["signals"] == 0


def test_an_evaluation_is_kept_and_the_card_tells_it_beside_the_file(home, new):
    figures = json.loads(registered(home, new)["metrics"])["composed"]
    keep_evaluation(home, new, "c" * 64, {"stance": figures, "sectors": None, "jurisdiction": None})
    words = model_card(home, new)
    assert "c" * 64 in words
    assert (home.home / registered(home, new)["file_path"] / CARD_FILE).read_text(encoding="utf-8") == words
    [line] = [line for line in list_models(home) if line["model_id"] == new]
    assert line["evaluation_macro_f1"] == figures["macro_f1"] == line["held_out_macro_f1"]["composed"]
    with pytest.raises(ModelError, match="model m-none is unknown: `policy-signals models list`"):
        model_card(home, "m-none")


def test_the_registry_lives_the_same_on_each_kind_of_database(lived, engine, database, tmp_path, old, new):
    settings = home_in(shutil.copytree(lived[0].home, tmp_path / "copied"), database)
    with store.reading(store.open_engine(lived[0].database_url)) as connection:
        rows = [dict(row) for row in connection.execute(models.select()).mappings()]
    with store.writing(engine) as connection:
        connection.execute(insert(models), rows)
    promote(settings, new, "ada", "right labels", LATER, despite="no labels here")
    assert roll_back(settings, "bob", "worse", LATER)["model_id"] == old
    assert statuses(settings) == {old: "current", new: "retired", "m-1": "retired"}
