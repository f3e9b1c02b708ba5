"""The stance index and its evidence to the page and the mail of one week."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, RowMapping, func, select

from analysis import store
from analysis.errors import PolicySignalsError
from analysis.index.weights import declared_weights
from analysis.settings import Settings
from analysis.steps.index import counted_signals, is_dated, latest, latest_points, monday
from analysis.steps.place import check, open_place, write
from analysis.tables import (
    STANCES,
    authorities,
    content_id,
    documents,
    models,
    rejected,
    reports,
    shift_stories,
    shifts,
    signal_sectors,
    signals,
    source_state,
    sources,
    stance_gaps,
    statements,
)

if TYPE_CHECKING:
    from analysis.report.edition import Edition

LANGUAGE = "en"
FOLDER = Path("reports")
EVIDENCE = [
    *(statements.c[name] for name in ("statement_id", "text", "before", "after", "language", "speaker", "authority_id")),
    authorities.c.name.label("authority"),
    authorities.c.jurisdiction,
    signal_sectors.c.sector,
    signals.c.stance,
    *(signals.c[stance] for stance in STANCES),
    signals.c.terms,
    *(documents.c[name] for name in ("channel", "title", "publisher", "published_on", "address", "reference")),
]


def report(settings: Settings, now: datetime, week: str | None = None) -> dict[str, str]:
    """Make the page and the mail of a week, else of the latest week with a dated document, and return where they are.

    A week whose figures did not change since its newest edition keeps that one. A database without any document has a
    report of the current week. Raises PolicySignalsError for a week that is none, or has not begun.
    """
    from analysis.report.edition import figures_hash

    engine = open_place(settings)
    with store.reading(engine) as connection:
        week_on = _begun_week(week, now.date()) if week else latest_week(connection, now.date())
        edition = assemble(connection, week_on, now.date())
        of_week = select(reports).where(reports.c.week_on == week_on).order_by(reports.c.edition.desc())
        newest = connection.execute(of_week).mappings().first()
    digest = figures_hash(edition)
    # Figures that come back after others are a new edition: whoever looks for the newest one is to find them.
    made = dict(newest) if newest and newest["figures_hash"] == digest else {}
    if not made or not all((settings.home / made[name]).is_file() for name in ("page_path", "mail_path")):
        number = made["edition"] if made else newest["edition"] + 1 if newest else 1
        report_id = made["report_id"] if made else content_id(week_on, LANGUAGE, digest, number)
        made = _make(settings, edition, report_id, digest, number, now)
        with store.writing(engine) as connection:
            write(connection, reports, check(reports, [made], edition.week, now))
    return {
        "week": edition.week,
        "headline": made["headline"],
        "report": str(settings.home / made["page_path"]),
        "mail": str(settings.home / made["mail_path"]),
    }


def _make(settings: Settings, edition: Edition, report_id: str, digest: str, number: int, now: datetime) -> dict[str, Any]:
    """Write the files of an edition and return its row of `reports`."""
    from plotly.offline import get_plotlyjs

    from analysis.report.charts import overview, picture
    from analysis.report.headline import headline
    from analysis.report.mail import compose
    from analysis.report.page import render

    folder = settings.home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{edition.week}-edition-{number}"
    chart = overview(edition)
    mail = compose(edition, settings.sender or "policy-signals@localhost", picture(chart) if chart else None)
    (folder / f"{name}.html").write_text(render(edition), encoding="utf-8")
    (folder / f"{name}.eml").write_bytes(bytes(mail))
    script = folder / "plotly.min.js"
    if not script.is_file():
        script.write_text(get_plotlyjs(), encoding="utf-8")
    return {
        "report_id": report_id,
        "week_on": edition.week_on,
        "language": LANGUAGE,
        "edition": number,
        "headline": headline(edition),
        "figures_hash": digest,
        "page_path": (FOLDER / f"{name}.html").as_posix(),
        "mail_path": (FOLDER / f"{name}.eml").as_posix(),
        "made_at": now,
    }


def _begun_week(week: str, today: date) -> date:
    week_on = parse_week(week)
    if week_on > today:
        raise PolicySignalsError(f"week {week} has not begun: name one up to {week_name(monday(today))}")
    return week_on


def parse_week(week: str) -> date:
    """Return the Monday of an ISO week such as 2025-W10. Raises PolicySignalsError for anything else."""
    match = re.fullmatch(r"([1-9]\d{3})-W(\d{2})", week)
    try:
        if match:
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        pass
    raise PolicySignalsError(f"week {week!r} is none: write it as in 2025-W10")


def week_name(week_on: date) -> str:
    """Return the ISO week of a Monday, as in 2025-W10."""
    year, week, _ = week_on.isocalendar()
    return f"{year}-W{week:02d}"


def latest_week(connection: Connection, today: date) -> date:
    """Return the Monday of the latest week with a document dated up to today; this week when there is none."""
    dated = select(func.max(documents.c.published_on)).where(documents.c.is_latest, is_dated(today))
    return monday(connection.scalar(dated) or today)


def assemble(connection: Connection, week_on: date, today: date) -> Edition:
    """Return all that the page and mail of a week show, of documents dated up to today."""
    from analysis.report.edition import HEADLINE_WEEKS, Edition

    model = connection.execute(select(models).where(models.c.status == "current")).mappings().first()
    model_id = model["model_id"] if model else ""
    points = store.read(connection, latest_points(model_id, scope="jurisdiction"))
    first_day, last_day = week_on - timedelta(weeks=HEADLINE_WEEKS - 1), min(week_on + timedelta(days=6), today)
    return Edition(
        week_on=week_on,
        week=week_name(week_on),
        points=points[points["week_on"] <= week_on].reset_index(drop=True),
        evidence=_evidence(connection, model_id, first_day, last_day),
        gaps=_gaps(connection, model_id, week_on, HEADLINE_WEEKS),
        shifts=_shifts(connection, model_id, week_on),
        shift_stories=_shift_stories(connection, model_id, week_on),
        weights=pd.DataFrame(declared_weights().rows()),
        is_over=week_on + timedelta(weeks=1) <= today,
        documents_by_week=_documents_by_week(connection, last_day),
        rejected=_rejected(connection),
        sources=_sources(connection),
        counts=table_counts(connection),
        model=_model(model),
    )


def _evidence(connection: Connection, model_id: str, first_day: date, last_day: date) -> pd.DataFrame:
    counted = counted_signals(model_id, EVIDENCE, last_day)
    return store.read(connection, counted.where(documents.c.published_on >= first_day, signals.c.stance != "no_signal"))


def _gaps(connection: Connection, model_id: str, week_on: date, weeks: int) -> pd.DataFrame:
    """Return the gaps of the lines of jurisdictions that have one in the window that ends with the week."""
    found = store.read(connection, latest(stance_gaps, model_id, scope="jurisdiction", since=week_on))
    is_asked = (found["week_on"] == week_on) & (found["window_weeks"] == weeks) & found["gap"].notna()
    return found[is_asked].reset_index(drop=True)


def _shifts(connection: Connection, model_id: str, week_on: date) -> pd.DataFrame:
    query = select(shifts, authorities.c.name.label("authority")).join(
        authorities, authorities.c.authority_id == shifts.c.authority_id, isouter=True
    )
    return store.read(connection, query.where(shifts.c.model_id == model_id, shifts.c.week_on == week_on))


def _shift_stories(connection: Connection, model_id: str, week_on: date) -> pd.DataFrame:
    """Return the stories that moved the week's shifts, each with its first document as it now is."""
    is_first = (
        (documents.c.story_id == shift_stories.c.story_id) & documents.c.is_latest & (documents.c.story_reason == "first")
    )
    shown = (documents.c[name] for name in ("title", "publisher", "published_on", "address", "reference"))
    query = select(shift_stories, *shown).join_from(shift_stories, shifts).join(documents, is_first, isouter=True)
    return store.read(connection, query.where(shifts.c.model_id == model_id, shifts.c.week_on == week_on))


def _documents_by_week(connection: Connection, last_day: date) -> pd.DataFrame:
    query = select(documents.c.published_on, documents.c.channel).where(documents.c.is_latest, is_dated(last_day))
    dated = store.read(connection, query)
    dated["week_on"] = [monday(day) for day in dated["published_on"]]
    return dated.groupby(["week_on", "channel"]).size().reset_index(name="document_count")


def _rejected(connection: Connection) -> pd.DataFrame:
    count, example = func.count().label("count"), func.min(rejected.c.reason).label("reason")
    columns = (rejected.c.stage, rejected.c.rule, rejected.c.severity)
    return store.read(connection, select(*columns, count, example).group_by(*columns).order_by(*columns))


def _sources(connection: Connection) -> pd.DataFrame:
    """Return the sources that were ever asked: what is only declared says nothing of the week's coverage."""
    is_of_source = (documents.c.source_id == sources.c.source_id) & documents.c.is_latest
    query = (
        select(
            sources.c.source_id, sources.c.name, sources.c.kind, source_state.c.state,
            func.count(documents.c.document_id).label("document_count"),
            func.max(documents.c.published_on).label("published_on"),
        )
        .join_from(sources, source_state)
        .join(documents, is_of_source, isouter=True)
        .group_by(sources.c.source_id, sources.c.name, sources.c.kind, source_state.c.state)
        .order_by(sources.c.source_id)
    )  # fmt: skip
    return store.read(connection, query)


def table_counts(connection: Connection) -> dict[str, int]:
    """Return how many documents, statements, signals and rejections the tables hold."""
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in (documents, statements, signals, rejected)
    }


def _model(model: RowMapping | None) -> dict[str, Any]:
    if model is None:
        return {"model_id": "", "example_count": 0, "metrics": {}, "trained_at": None}
    shown = ("model_id", "example_count", "trained_at")
    return {**{name: model[name] for name in shown}, "metrics": json.loads(model["metrics"])}
