"""All steps in order, without Airflow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from analysis import catalogue, store
from analysis.errors import FetchError
from analysis.settings import Settings
from analysis.steps.classify import classify
from analysis.steps.collect import collect
from analysis.steps.drift import measure_drift
from analysis.steps.index import count_points
from analysis.steps.models import is_ready
from analysis.steps.place import open_place
from analysis.steps.receive import Period
from analysis.steps.report import report, table_counts
from analysis.steps.trends import trends


def run(
    settings: Settings,
    now: datetime,
    source_ids: list[str] | None = None,
    folder: Path | None = None,
    offline: bool = False,
    since: date | None = None,
    until: date | None = None,
    say: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Collect, classify, index, report, measure drift; return what the tables hold, the headline and where the report is.

    `say` is told in a line what each step wrote. Raises FetchError, before a report is made, when every source that was
    tried failed.
    """
    tell = say or (lambda words: None)
    collected = collect(settings, now, source_ids, folder, offline, Period(since, until))
    tell(f"collected  {collected['documents']} new documents, {collected['copies']} copies, {collected['rejected']} rejected")
    failed = collected["failed_sources"]
    if failed:
        tell(f"failed     {', '.join(failed)}: the lines above say why")
    tried = _tried_sources(settings, source_ids, folder, offline)
    if tried and tried <= set(failed):
        raise FetchError(f"nothing could be collected: {', '.join(failed)} failed; the lines above say why")
    if not is_ready(settings, open_place(settings)):
        tell("training   the classifier, from the project's examples: about two minutes, once")
    classified = classify(settings, now)
    tell(f"classified {classified['statements']} new statements, {classified['signals']} signals")
    told = trends(settings, now)
    tell(f"indexed    {told['index_points']} new figures, {told['shifts']} new shifts")
    made = report(settings, now)
    for words in measure_drift(settings, now)["breached"]:
        tell(f"drift      {words}")
    with store.reading(open_place(settings)) as connection:
        counts = table_counts(connection)
        points = count_points(connection)
    if failed and not counts["documents"]:
        raise FetchError(f"nothing could be collected: {', '.join(failed)} failed")
    names = ("documents", "statements", "signals", "rejected")
    return {
        **{name: counts[name] for name in names},
        "index_points": points,
        "report": made["report"],
        "mail": made["mail"],
        "headline": made["headline"],
    }


def _tried_sources(settings: Settings, source_ids: list[str] | None, folder: Path | None, offline: bool) -> set[str]:
    if folder:
        return {catalogue.AD_HOC_FOLDER}
    chosen = catalogue.chosen_sources(source_ids or settings.sources)
    return {source.id for source in chosen if not (offline and source.is_on_the_web)}
