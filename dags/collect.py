"""Reads what the sources list and stores what is new.

**Reads** the sources of the catalogue (`policy-signals sources list`): folders, feeds, sitemaps, list pages and APIs.

**Writes** `documents` and `stories`; `fetches`, a row for every request; `source_state`, the health of each source. What cannot
be read becomes a row of `rejected` with its reason. Running it again stores no document twice.

**If it fails**, every chosen source failed: the task's log names each. One failed source of several is an error line in
the log, and the run goes on; it is asked again after an hour, and later the more often it failed. `policy-signals sources
check` says what to mend. Nothing that was stored is lost.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronDataIntervalTimetable, Param, dag, task

from analysis.catalogue import chosen_sources, sources
from analysis.settings import settings
from policy_signals_airflow.assets import DOCUMENTS

CATALOGUE = sources()


@dag(
    dag_display_name="1 · Collect",
    description="Reads the sources and stores new documents.",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("0 6 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    # Collecting asks other people's servers, so a person switches it on.
    is_paused_upon_creation=True,
    tags=["policy", "collect"],
    default_args={"owner": "policy-signals"},
    params={
        "sources": Param(
            [source.id for source in chosen_sources(settings().sources)],
            type="array",
            items={"type": "string", "enum": list(CATALOGUE)},
            minItems=1,
            examples=list(CATALOGUE),
            values_display={source.id: source.name for source in CATALOGUE.values()},
            title="Sources",
            description="Which sources to read.",
        ),
        "offline": Param(
            False,
            type="boolean",
            title="Offline",
            description="Read folders only and ask no server.",
        ),
    },
)
def collect():
    @task(outlets=[DOCUMENTS], retries=1, retry_delay=timedelta(minutes=5), execution_timeout=timedelta(hours=2))
    def collect_documents(params: dict, outlet_events) -> dict:
        from analysis import steps
        from policy_signals_airflow.connection import airflow_settings
        from policy_signals_airflow.outcome import require_an_answer

        counts = steps.collect(airflow_settings(), datetime.now(UTC), params["sources"], offline=params["offline"])
        require_an_answer(params["sources"], counts["failed_sources"])
        outlet_events[DOCUMENTS].extra = counts
        return counts

    collect_documents()


collect()
