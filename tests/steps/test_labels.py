from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from judged_press import CERTAIN, Press
from sqlalchemy import delete, insert, update

from analysis import store
from analysis.classify.labelling.answers import Answer
from analysis.errors import LabelError, PolicySignalsError
from analysis.steps import labels as steps
from analysis.tables import documents, labels, models, readings, samples, signals, statements

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
"""The Monday after the week in which the documents came."""
LATER = NOW + timedelta(minutes=5)
TORN = (0.4, 0.1, 0.41, 0.09)


@pytest.fixture
def press(engine) -> Press:
    return Press(engine)


def asked(press, by="ada") -> list[str]:
    return [item.statement_id for item in steps.open_items(press.engine, by, 1000)]


def answer_all(press, by="ada", stance="neutral", now=NOW) -> list[str]:
    names = asked(press, by)
    for name in names:
        steps.record(press.engine, name, Answer(stance), by, now)
    return names


def even(texts) -> np.ndarray:
    return np.arange(len(texts), dtype=float).reshape(-1, 1)


def test_the_audit_of_a_week_is_drawn_once_with_chances_and_the_probabilities_of_then(press):
    press.add(40)
    press.add(5, TORN, language="fr", channel="official")
    press.add(3, collected_at=NOW)
    told = steps.draw_week(press.engine, NOW)
    assert told == {"week": "2025-W22", "candidates": 45, "drawn": 15, "cells_drawn_before": 0}
    drawn = press.rows(samples)
    assert Counter((row["language"], row["channel"], row["inclusion_probability"]) for row in drawn) == {
        ("en", "press", 0.25): 10, ("fr", "official", 1.0): 5
    }  # fmt: skip
    assert {(row["purpose"], row["reason"], row["model_id"]) for row in drawn} == {("audit", "random", "m-1")}
    assert {row["restrictive"] for row in drawn if row["language"] == "fr"} == {0.41}
    press.add(30)
    press.add(2, language="de")
    again = steps.draw_week(press.engine, LATER, "2025-W22")
    assert (again["drawn"], again["cells_drawn_before"]) == (2, 2)
    assert [row for row in press.rows(samples) if row["language"] != "de"] == drawn


def test_a_week_that_lasts_or_is_none_and_a_place_without_a_model_have_no_audit(press):
    with pytest.raises(LabelError, match="week 2025-W23 is not over: draw its audit from 2025-06-09 on"):
        steps.draw_week(press.engine, NOW, "2025-W23")
    with pytest.raises(PolicySignalsError, match="2025-W99"):
        steps.draw_week(press.engine, NOW, "2025-W99")
    with store.writing(press.engine) as connection:
        connection.execute(update(models).values(status="retired"))
    with pytest.raises(LabelError, match="no model is current"):
        steps.draw_week(press.engine, NOW)


def test_what_is_superseded_is_not_audited(press):
    press.add(2)
    with store.writing(press.engine) as connection:
        connection.execute(update(documents).where(documents.c.document_id == "d0000").values(is_latest=False))
    steps.draw_week(press.engine, NOW)
    assert [row["statement_id"] for row in press.rows(samples)] == ["s0001"]


def test_the_queue_asks_nothing_that_is_labelled_audited_or_asked_also_not_as_another_statement(press):
    audited = press.add(1, language="fr", text="The office waits.")
    steps.draw_week(press.engine, NOW)
    [labelled] = press.add(1, text="The office acts.")
    steps.record(press.engine, labelled, Answer("neutral"), "ada", NOW)
    press.add(1, text="The  OFFICE waits.")
    press.add(1, text="The office acts. ")
    fresh = press.add(2, TORN)
    told = steps.fill_queue(press.engine, NOW, 20, encode=even)
    assert told["drawn"] == 2
    assert {row["statement_id"] for row in press.rows(samples, purpose="training")} == set(fresh)
    assert asked(press) == [*audited, *[row["statement_id"] for row in _by_position(press)]]
    assert steps.fill_queue(press.engine, LATER, 20, "another", encode=even)["drawn"] == 0


def _by_position(press):
    return sorted(press.rows(samples, purpose="training"), key=lambda row: row["position"])


def test_a_round_of_the_queue_is_drawn_once_for_its_three_reasons(press):
    press.add(60)
    torn = press.add(40, TORN)
    disagreement = {f"s{number:04}": 0.1 + number / 100 for number in range(10)}
    told = steps.fill_queue(press.engine, NOW, 16, None, disagreement, even)
    assert told == {"batch": "2025-06-02", "drawn": 16, "margin": 8, "disagreement": 4, "random": 4}
    drawn = press.rows(samples)
    assert {row["statement_id"] for row in drawn if row["reason"] == "margin"} <= set(torn)
    assert {row["inclusion_probability"] for row in drawn if row["reason"] == "random"} == {0.04}
    assert steps.fill_queue(press.engine, LATER, 16, None, disagreement, even) == {**told, "drawn": 0}
    assert press.rows(samples) == drawn
    other = steps.fill_queue(press.engine, LATER, 16, "next", disagreement, even)
    assert other["drawn"] == 16 and len({row["statement_id"] for row in press.rows(samples)}) == 32


def test_the_queue_takes_the_disagreement_of_the_current_models_voters_and_what_cue_words_oppose(press):
    names = press.add(60)
    with store.writing(press.engine) as connection:
        for number, name in enumerate(names[:4]):
            row = signals.c.statement_id == name
            connection.execute(update(signals).where(row).values(disagreement=0.5 + number / 10))
        opposed = {"stance": "supportive", "rule_stance": "restrictive"}
        connection.execute(update(signals).where(signals.c.statement_id == names[9]).values(**opposed))
    told = steps.fill_queue(press.engine, NOW, 16, encode=even)
    drawn = {row["statement_id"] for row in press.rows(samples) if row["reason"] == "disagreement"}
    assert told["disagreement"] == len(drawn) > 0 and drawn <= {*names[:4], names[9]}


def test_the_queue_is_drawn_with_the_projects_own_encoder(press):
    press.add(30)
    assert steps.fill_queue(press.engine, NOW, 8)["drawn"] == 8


def test_a_person_is_shown_the_statement_and_its_document_and_nothing_that_a_model_says(press):
    press.add(1, TORN)
    steps.draw_week(press.engine, NOW)
    [item] = steps.open_items(press.engine, "ada")
    assert (item.text, item.before, item.title, item.reading, item.purpose, item.batch, item.answers) == (
        "The office spoke of case 0000.", "So.", "Case 0000", "first", "audit", "2025-W22", ()
    )  # fmt: skip
    assert not {"0.4", "0.41", "restrictive", "margin"} & set(map(str, vars(item).values()))


def test_an_answer_is_kept_and_asked_of_nobody_else(press):
    names = press.add(2)
    steps.draw_week(press.engine, NOW)
    row = steps.record(press.engine, names[0], Answer("restrictive", ("fintech",), "EU", "Hm.", True, 9.0), " ada ", NOW)
    [kept] = press.rows(labels)
    assert kept == row
    assert (kept["purpose"], kept["inclusion_probability"], kept["labelled_by"], kept["version"]) == ("audit", 1.0, "ada", 1)
    assert asked(press) == asked(press, "bob") == [names[1]]


def test_an_answer_is_changed_and_taken_back_and_nothing_is_lost(press):
    [name] = press.add(1)
    first = steps.record(press.engine, name, Answer("neutral"), "ada", NOW)
    assert steps.record(press.engine, name, Answer("neutral", seconds=3), "ada", LATER) == first
    second = steps.record(press.engine, name, Answer("restrictive"), "ada", LATER)
    assert (second["version"], second["purpose"], second["inclusion_probability"]) == (2, "training", None)
    assert [label.stance for label in steps.training_labels(press.engine)] == ["restrictive"]
    assert steps.undo(press.engine, name, "ada", LATER) == Answer("neutral")
    assert [label.stance for label in steps.training_labels(press.engine)] == ["neutral"]
    assert steps.undo(press.engine, name, "ada", LATER) is None
    assert steps.training_labels(press.engine) == []
    assert [(row["version"], row["withdrawn_at"]) for row in press.rows(labels, labelled_by="ada")] in (
        [(1, LATER), (2, LATER)], [(2, LATER), (1, LATER)]
    )  # fmt: skip
    with pytest.raises(LabelError, match="ada has no answer to statement 's0000' to take back"):
        steps.undo(press.engine, name, "ada", LATER)
    assert steps.record(press.engine, name, Answer("neutral"), "ada", LATER)["version"] == 3


def test_a_statement_that_is_not_there_and_an_audit_that_was_not_drawn_are_refused(press):
    [name] = press.add(1)
    with pytest.raises(LabelError, match="unknown statement 'nowhere'"):
        steps.record(press.engine, "nowhere", Answer("neutral"), "ada", NOW)
    with pytest.raises(LabelError, match="was not drawn for an audit"):
        steps.record(press.engine, name, Answer("neutral"), "ada", NOW, "audit")
    assert press.rows(labels) == []


def test_answers_of_many_people_at_the_same_time_are_all_kept(press):
    [name] = press.add(1)
    people = [f"person-{number}" for number in range(4)]

    def answer(by: str) -> None:
        for stance in ("neutral", "restrictive", "supportive"):
            steps.record(press.engine, name, Answer(stance), by, NOW)

    threads = [threading.Thread(target=answer, args=(by,)) for by in [*people, *people]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = press.rows(labels)
    assert {row["labelled_by"] for row in kept} == set(people)
    for by in people:
        versions = sorted(row["version"] for row in kept if row["labelled_by"] == by)
        assert versions == list(range(1, len(versions) + 1)) and len(versions) >= 3


def test_a_second_reader_is_never_the_first_sees_no_answer_and_gets_nothing_twice(press):
    press.add(20)
    steps.draw_week(press.engine, NOW, size=20)
    answer_all(press, "ada")
    assert steps.assign_second(press.engine, ["ada", "bob"], "audit", NOW, 0.5) == {"ada": 0, "bob": 10}
    assert steps.assign_second(press.engine, ["ada", "bob"], "audit", LATER, 0.5) == {"ada": 0, "bob": 0}
    assert {row["assigned_to"] for row in press.rows(readings)} == {"bob"}
    items = steps.open_items(press.engine, "bob")
    assert {(item.reading, item.purpose, item.batch, item.answers) for item in items} == {("second", "audit", "2025-W22", ())}
    assert len(items) == 10 and asked(press, "ada") == asked(press, "cleo") == []
    answer_all(press, "bob")
    assert asked(press, "bob") == []


def test_a_third_reader_sees_both_answers_without_names_and_decides(press):
    names = press.add(3)
    for name in names:
        steps.record(press.engine, name, Answer("neutral"), "ada", NOW)
        steps.record(press.engine, name, Answer("restrictive" if name == names[0] else "neutral"), "bob", NOW)
    assert [label.statement_id for label in steps.training_labels(press.engine)] == names[1:]
    assert steps.status(press.engine)["disputed"] == {"training": 1}
    assert steps.assign_third(press.engine, ["ada", "bob", "cleo"], "training", NOW) == {"ada": 0, "bob": 0, "cleo": 1}
    assert steps.assign_third(press.engine, ["ada", "bob", "cleo"], "training", NOW)["cleo"] == 0
    [item] = steps.open_items(press.engine, "cleo")
    assert (item.reading, item.answers) == ("third", (Answer("neutral"), Answer("restrictive")))
    steps.record(press.engine, names[0], Answer("restrictive", ("fintech",)), "cleo", NOW)
    decided = {label.statement_id: (label.stance, label.sectors) for label in steps.training_labels(press.engine)}
    assert decided[names[0]] == ("restrictive", ("fintech",))
    assert steps.status(press.engine)["disputed"] == {}
    # What the third one says, who saw the others, is no agreement.
    assert (steps.measure_agreement(press.engine)["count"], steps.measure_agreement(press.engine)["raw"]) == (3, 0.6667)


def test_who_has_still_to_read_second_does_not_decide(press):
    [name] = press.add(1)
    steps.record(press.engine, name, Answer("neutral"), "ada", NOW)
    steps.assign_reader(press.engine, name, "training", "second", "cleo", NOW)
    steps.record(press.engine, name, Answer("restrictive"), "bob", NOW)
    assert steps.assign_third(press.engine, ["cleo"], "training", NOW) == {"cleo": 0}


def test_a_reading_is_given_to_another_person_while_it_is_open(press):
    [name] = press.add(1)
    with pytest.raises(LabelError, match="needs a first reader"):
        steps.assign_reader(press.engine, name, "training", "second", "bob", NOW)
    steps.record(press.engine, name, Answer("neutral"), "ada", NOW)
    with pytest.raises(LabelError, match="ada has answered"):
        steps.assign_reader(press.engine, name, "training", "second", "ada", NOW)
    steps.assign_reader(press.engine, name, "training", "second", "bob", NOW)
    steps.assign_reader(press.engine, name, "training", "second", "cleo", NOW)
    assert (asked(press, "bob"), asked(press, "cleo")) == ([], [name])
    answer_all(press, "cleo")
    with pytest.raises(LabelError, match="cleo has answered"):
        steps.assign_reader(press.engine, name, "training", "second", "bob", NOW)
    with pytest.raises(LabelError, match="unknown reading 'fourth'"):
        steps.assign_reader(press.engine, name, "training", "fourth", "bob", NOW)
    with pytest.raises(LabelError, match="unknown purpose 'fun'"):
        steps.assign_second(press.engine, ["bob"], "fun", NOW)


def test_agreement_is_told_by_class_language_and_channel_and_purpose(press):
    names = [*press.add(6), *press.add(4, language="fr", channel="official")]
    for number, name in enumerate(names):
        steps.record(press.engine, name, Answer("neutral" if number % 2 else "restrictive"), "ada", NOW)
        steps.record(press.engine, name, Answer("neutral" if number % 2 or number == 0 else "restrictive"), "bob", NOW)
    told = steps.measure_agreement(press.engine, "training")
    assert (told["count"], told["raw"], told["language"]["fr"]["alpha"]) == (10, 0.9, 1.0)
    assert told["alpha_low"] <= told["alpha"] <= told["alpha_high"]
    with pytest.raises(LabelError, match="unknown purpose 'tests': one of audit, training"):
        steps.measure_agreement(press.engine, "tests")
    assert told["channel"]["press"]["count"] == 6 and told["stance"]["neutral"]["kappa"] == told["kappa"]
    assert steps.measure_agreement(press.engine, "audit")["count"] == 0


def test_an_audited_statement_never_trains_nor_does_its_text_elsewhere(press):
    [name, other, copy] = [*press.add(2), *press.add(1, text="The office spoke of case 0000. ", collected_at=NOW)]
    for each in (name, other, copy):
        steps.record(press.engine, each, Answer("neutral"), "ada", NOW)
    assert {label.statement_id for label in steps.training_labels(press.engine)} == {name, other, copy}
    with store.writing(press.engine) as connection:
        connection.execute(update(documents).where(documents.c.document_id == "d0001").values(collected_at=NOW))
    steps.draw_week(press.engine, NOW)
    assert [row["statement_id"] for row in press.rows(samples)] == [name]
    assert [(label.statement_id, label.weight) for label in steps.training_labels(press.engine, 0.8)] == [(other, 0.8)]
    assert steps.status(press.engine)["kept_out_of_training_by_an_audit"] == 2
    # The answer for training is none for the audit: it is asked again.
    assert steps.audit_labels(press.engine) == [] and asked(press) == [name]
    steps.record(press.engine, name, Answer("restrictive"), "ada", NOW)
    [audited] = steps.audit_labels(press.engine)
    assert (audited.stance, audited.weight, audited.probabilities) == ("restrictive", 1.0, CERTAIN)
    assert name not in {label.statement_id for label in steps.training_labels(press.engine)}


def test_what_of_the_queue_comes_into_an_audit_is_asked_there_only(press):
    names = press.add(2)
    steps.fill_queue(press.engine, NOW, 2, encode=even)
    steps.draw_week(press.engine, NOW)
    assert sorted(asked(press)) == names
    assert {item.purpose for item in steps.open_items(press.engine, "ada")} == {"audit"}


def test_answers_outlive_statements_that_are_made_anew(press):
    [name] = press.add(1)
    steps.draw_week(press.engine, NOW)
    steps.record(press.engine, name, Answer("neutral"), "ada", NOW)
    kept = press.rows(statements), press.rows(signals)
    with store.writing(press.engine) as connection:
        for table in (signals, statements):
            connection.execute(delete(table))
    assert steps.status(press.engine)["without_statement"] == 1
    assert len(steps.audit_labels(press.engine)) == 1
    with store.writing(press.engine) as connection:
        for table, rows in zip((statements, signals), kept, strict=True):
            connection.execute(insert(table), rows)
    assert steps.status(press.engine)["without_statement"] == 0


def test_status_tells_how_far_people_and_batches_are(press):
    press.add(4)
    steps.draw_week(press.engine, NOW)
    steps.record(press.engine, "s0000", Answer("neutral", seconds=8), "ada", NOW)
    told = steps.status(press.engine)
    assert told["batches"] == [{"purpose": "audit", "batch": "2025-W22", "drawn": 4, "answered": 1}]
    assert told["people"]["ada"]["audit"] == 1 and told["people"]["ada"]["median_seconds"] == 8
    assert json.dumps(told)


@pytest.mark.parametrize("form", ["csv", "jsonl", "label-studio"])
def test_labels_go_out_and_into_a_database_that_lost_them(press, form):
    names = press.add(3)
    steps.draw_week(press.engine, NOW, size=2)
    for name in names:
        steps.record(press.engine, name, Answer("restrictive", ("fintech",), "EU", "=1+1", True, 7.0), "ada", NOW)
        steps.record(press.engine, name, Answer("no_signal"), "bob", NOW)
    content, before = steps.export_labels(press.engine, form), press.rows(labels)
    assert steps.import_labels(press.engine, content, form, LATER) == {
        "imported": 0, "unchanged": 0, "known": 6, "unanswered": 0
    }  # fmt: skip
    with store.writing(press.engine) as connection:
        connection.execute(delete(labels))
    assert steps.import_labels(press.engine, content, form, LATER)["imported"] == 6
    assert press.rows(labels) == before
    assert steps.export_labels(press.engine, form) == content


@pytest.mark.parametrize("form", ["csv", "jsonl", "label-studio"])
def test_what_waits_goes_out_and_its_answers_come_in(press, form):
    press.add(2)
    steps.draw_week(press.engine, NOW)
    content = steps.export_labels(press.engine, form, waiting_for="ada")
    assert b"0.9" not in content
    assert steps.import_labels(press.engine, content, form, NOW, by="ada")["unanswered"] == 2
    if form != "label-studio":
        row = {"statement_id": "s0000", "text": "The office spoke of case 0000.", "stance": "neutral"}
        filled_in = {
            "csv": (",".join(row) + "\n" + ",".join(row.values())).encode(),
            "jsonl": json.dumps(row).encode(),
        }[form]
        assert steps.import_labels(press.engine, filled_in, form, NOW, by="ada")["imported"] == 1
        assert steps.import_labels(press.engine, filled_in, form, LATER, by="ada")["unchanged"] == 1
        assert [(row["purpose"], row["labelled_at"]) for row in press.rows(labels)] == [("audit", NOW)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nowhere,neutral,", "line 3: unknown statement 'nowhere': import into the database that it was exported from"),
        ("s0001,hostile,", "line 3: unknown stance 'hostile'"),
        ("s0001,neutral,audit", "line 3: statement s0001 was not drawn for an audit"),
        ("s0000,neutral,training", "line 3: ada answers statement s0000 in line 2 too"),
        ("s0000,restrictive,", "line 3: ada answers statement s0000 in line 2 too"),
    ],
)
def test_nothing_of_a_file_is_imported_where_a_line_cannot_be_taken(press, line, told):
    press.add(2)
    content = f"statement_id,stance,purpose\ns0000,neutral,\n{line}\n".encode()
    with pytest.raises(LabelError) as raised:
        steps.import_labels(press.engine, content, "csv", NOW, by="ada")
    assert told in str(raised.value) and "nothing was imported" in str(raised.value)
    assert press.rows(labels) == []


def test_columns_that_have_come_apart_are_noticed(press):
    press.add(2)
    content = b"statement_id,stance,text\ns0000,neutral,The office spoke of case 0001.\n"
    with pytest.raises(LabelError, match="line 2: its text is not that of statement s0000"):
        steps.import_labels(press.engine, content, "csv", NOW, by="ada")


def test_an_old_file_does_not_bring_back_what_was_changed_or_taken_back(press):
    [name] = press.add(1)
    steps.record(press.engine, name, Answer("neutral"), "ada", NOW)
    content = steps.export_labels(press.engine, "jsonl")
    steps.record(press.engine, name, Answer("restrictive"), "ada", LATER)
    assert steps.import_labels(press.engine, content, "jsonl", LATER)["known"] == 1
    steps.undo(press.engine, name, "ada", LATER)
    steps.undo(press.engine, name, "ada", LATER)
    assert steps.import_labels(press.engine, content, "jsonl", LATER)["known"] == 1
    assert steps.training_labels(press.engine) == []


def test_an_unknown_format_is_refused(press):
    with pytest.raises(LabelError, match="unknown format 'xlsx': one of csv, jsonl, label-studio"):
        steps.export_labels(press.engine, "xlsx")
    with pytest.raises(LabelError, match="unknown format 'xlsx'"):
        steps.import_labels(press.engine, b"", "xlsx", NOW)
