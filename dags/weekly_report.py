"""Makes the page and the mail of one week.

**Reads** `stance_index` and the statements behind it.

**Writes** `reports`, and the page and the mail (`.eml`) under `reports/` in the home; the page is shown under
**Signals**. With `send`, the mail goes through the connection `smtp_default` to every address of `to`, and `deliveries`
keeps what was sent, so that nobody gets a mail twice. Without `send` no mail leaves, and the task `send_report` is
shown as skipped. A mail whose delivery is in doubt fails the task and stays `sending` in `deliveries`.

**If it fails**, read the task's log and clear the task. A report that was already made is not made again, and who
already has the mail is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import Param, dag, task

from policy_signals_airflow.assets import STANCE_INDEX


@dag(
    dag_display_name="4 · Weekly report",
    description="Makes the page and the mail of one week.",
    doc_md=__doc__,
    schedule=[STANCE_INDEX],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["policy", "report"],
    default_args={"owner": "policy-signals"},
    params={
        "week": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-W\d{2}$",
            title="Week",
            description="ISO week such as 2025-W10. Empty: the latest week with a dated document.",
        ),
        "send": Param(
            False,
            type="boolean",
            title="Send",
            description="Send the mail to the addresses below. Off: nothing leaves this machine.",
            section="Delivery",
        ),
        "to": Param(
            [],
            type="array",
            items={"type": "string", "pattern": r"^[^@\s]+@[^@\s]+$"},
            title="To",
            description="Mail addresses, one a line.",
            section="Delivery",
        ),
    },
)
def weekly_report():
    @task(inlets=[STANCE_INDEX], execution_timeout=timedelta(hours=1))
    def make_report(params: dict) -> dict:
        from analysis import steps
        from policy_signals_airflow.connection import airflow_settings

        return steps.report(airflow_settings(), datetime.now(UTC), params["week"])

    @task(execution_timeout=timedelta(hours=1))
    def send_report(report: dict, params: dict) -> dict:
        from airflow.sdk.exceptions import AirflowSkipException

        from analysis import steps
        from policy_signals_airflow.connection import airflow_settings, mail_delivery
        from policy_signals_airflow.outcome import require_delivery

        if not params["send"]:
            raise AirflowSkipException("no mail leaves, because `send` is off")
        counts = steps.send(airflow_settings(), datetime.now(UTC), report["week"], params["to"], mail_delivery())
        require_delivery(counts["failed"], counts["in_doubt"])
        return counts

    send_report(make_report())


weekly_report()
