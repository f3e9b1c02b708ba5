from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from judged_press import MONDAY, Press, filled
from sqlalchemy import insert, update

from analysis import store
from analysis.classify.labelling.answers import Answer
from analysis.steps import labels
from analysis.steps.reliability import classifier_errors, healthy_by_week
from analysis.tables import STANCES, checks, fetches, models, signals, sources

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
MEANS = {stance: [0.7 if stance == other else 0.1 for other in STANCES] for stance in STANCES}


@pytest.fixture
def press(engine) -> Press:
    return Press(engine)


def change_model(press, **values) -> None:
    with store.writing(press.engine) as connection:
        connection.execute(update(models).where(models.c.model_id == "m-1").values(**values))


def test_audited_answers_come_with_their_week_weight_and_the_models_own_probabilities(press):
    press.add(40)
    labels.draw_week(press.engine, NOW)
    for item in labels.open_items(press.engine, "ada", 100)[:6]:
        labels.record(press.engine, item.statement_id, Answer("restrictive"), "ada", NOW)
    found = classifier_errors(press.engine, "m-1").audit
    assert len(found) == 6
    assert set(found["week_on"]) == {date(2025, 5, 26)}
    assert set(found["stance"]) == {"restrictive"}
    assert found["weight"].tolist() == [4.0] * 6
    assert found["no_signal"].tolist() == [0.9] * 6
    assert found["document_id"].nunique() == 6
    # Another model has read only one of them, and says something else.
    name = "s" + found["document_id"].iloc[0][1:]
    with store.writing(press.engine) as connection:
        connection.execute(insert(models), [filled(models, model_id="m-2", status="challenger", metrics="{}")])
        shares = dict(zip(STANCES, (0.1, 0.2, 0.3, 0.4), strict=True))
        connection.execute(insert(signals), [filled(signals, statement_id=name, model_id="m-2", **shares)])
    (other,) = classifier_errors(press.engine, "m-2").audit.to_dict("records")
    assert [other[stance] for stance in STANCES] == [0.1, 0.2, 0.3, 0.4]


def test_without_an_audit_an_evaluation_or_a_measurement_nothing_is_known(press):
    found = classifier_errors(press.engine, "m-1")
    assert found.audit.empty and found.alarms.empty
    assert found.frozen is None


@pytest.mark.parametrize(
    ("metrics", "evaluation", "first"),
    [
        ({"composed": {"mean_probabilities": MEANS}}, None, 0.7),
        ({"composed": {"mean_probabilities": MEANS}, "real": {"macro_f1": 0.5}}, None, 0.7),
        ({"composed": {}, "real": {"mean_probabilities": MEANS}}, {"stance": {"macro_f1": 0.5}}, 0.7),
        ({"composed": {}}, {"stance": {"mean_probabilities": MEANS}}, 0.7),
    ],
)
def test_the_frozen_matrix_is_that_of_the_stored_figures(press, metrics, evaluation, first):
    change_model(press, metrics=json.dumps(metrics), evaluation=json.dumps(evaluation) if evaluation else None)
    found = classifier_errors(press.engine, "m-1").frozen
    assert found == pytest.approx(0.6 * np.eye(4) + 0.1)
    assert found[0, 0] == first


def test_alarms_are_those_of_all_sources_by_week_and_language(press):
    told = [
        ("2025-W21 all all", "critical", False),
        ("2025-W21 all all", "info", True),
        ("2025-W21 all fr", "info", True),
        ("2025-W22 all fr", "warning", False),
        ("2025-W22 paper en", "critical", False),
        ("m-1", "critical", False),
    ]
    rows = [
        filled(checks, check_id=f"c{n}", table_name="signals", partition=name, severity=severity, is_met=is_met, rule=str(n))
        for n, (name, severity, is_met) in enumerate(told)
    ]
    with store.writing(press.engine) as connection:
        connection.execute(insert(checks), rows)
    found = classifier_errors(press.engine, "m-1").alarms
    assert sorted(map(tuple, found.itertuples(index=False))) == [
        (date(2025, 5, 19), "all", True),
        (date(2025, 5, 19), "fr", False),
        (date(2025, 5, 26), "fr", False),
    ]


def test_a_source_that_died_lowers_the_share_of_healthy_ones_from_the_second_week_on(press):
    with store.writing(press.engine) as connection:
        connection.execute(insert(sources), [filled(sources, source_id="feed", name="Feed")])
        rows = [
            filled(
                fetches, fetch_id=f"l{source}{week}", source_id=source, role="listing", outcome=outcome,
                fetched_at=MONDAY + timedelta(weeks=week, days=1),
            )
            for week in range(5)
            for source, outcome in (("paper", "got"), ("feed", "got" if week < 2 else "failed"))
            if not (source == "feed" and week == 4)
        ]  # fmt: skip
        connection.execute(insert(fetches), rows)
    with store.reading(press.engine) as connection:
        found = healthy_by_week(connection, (MONDAY + timedelta(weeks=4, days=2)).date())
    assert found.to_dict() == {
        pd.Timestamp(MONDAY.date()) + pd.Timedelta(weeks=week): share for week, share in enumerate((1.0, 1.0, 1.0, 0.5, 0.5))
    }


def test_without_a_request_no_week_is_told(press):
    press.add(3)
    with store.reading(press.engine) as connection:
        assert healthy_by_week(connection, NOW.date()).empty
