"""Computes the stance index and all that stands beside it.

**Reads** `signals` of the current model with their statements and documents, people's audits, and the checks of drift.

**Writes** `stance_index` and `stance_gaps`: a balance with its interval and counts, for each week, window, authority or
jurisdiction or sector, and channel. Then `volumes`, `silences`, `novelties`, `amplifications`, `language_changes` and
`instrument_changes`; `deeds` and `speaker_stances`; at last `shifts`, `shift_stories` and `regimes`. A figure that has not
changed is not written again.

**If it fails**, read the task's log and clear the task: each is computed anew from the signals, and earlier figures stay.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from policy_signals_airflow.assets import SIGNALS, STANCE_INDEX


@dag(
    dag_display_name="3 · Index",
    description="Computes the stance index with its intervals, deeds and shifts.",
    doc_md=__doc__,
    schedule=[SIGNALS],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["policy", "index"],
    default_args={"owner": "policy-signals"},
)
def index():
    @task(inlets=[SIGNALS], outlets=[STANCE_INDEX], execution_timeout=timedelta(hours=2))
    def compute_index(outlet_events) -> dict:
        from analysis import steps
        from policy_signals_airflow.connection import airflow_settings

        counts = steps.trends(airflow_settings(), datetime.now(UTC))
        outlet_events[STANCE_INDEX].extra = counts
        return counts

    compute_index()


index()
