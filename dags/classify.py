"""Splits documents into statements and judges each.

**Reads** `documents` without statements or without signals of the current model, which is trained first if none is
there.

**Writes** `statements`, `signals`, `signal_sectors`, `models`; what breaks a rule becomes a row of `rejected`.

**If it fails**, read the task's log: a damaged model file is mended by `policy-signals train`. Then clear the task:
it takes up what is missing and changes no other row.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from policy_signals_airflow.assets import DOCUMENTS, SIGNALS


@dag(
    dag_display_name="2 · Classify",
    description="Splits documents into statements and judges the stance of each.",
    doc_md=__doc__,
    schedule=[DOCUMENTS],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["policy", "classify"],
    default_args={"owner": "policy-signals"},
)
def classify():
    @task(inlets=[DOCUMENTS], outlets=[SIGNALS], execution_timeout=timedelta(hours=2))
    def classify_statements(outlet_events) -> dict:
        from analysis import steps
        from policy_signals_airflow.connection import airflow_settings

        counts = steps.classify(airflow_settings(), datetime.now(UTC))
        outlet_events[SIGNALS].extra = counts
        return counts

    classify_statements()


classify()
