"""The pages under /policy-signals/: the latest report, those of former weeks, and what to do when there is none.

Airflow checks nothing for a plugin, so the application asks for a login itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_view
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Engine, inspect, select

from analysis.errors import PolicySignalsError
from analysis.store import open_engine, reading
from analysis.tables import reports
from policy_signals_airflow.connection import airflow_settings

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; frame-ancestors 'self'; base-uri 'none'; "
        "form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
WEEKS_LISTED = 12
STYLE = ":root { color-scheme: light dark } body { font: 16px/1.5 sans-serif; max-width: 40em; margin: 2em auto }"
NAVIGATION_STYLE = "font: 14px/1.5 sans-serif; padding: 8px 16px; border-bottom: 1px solid #767676"
SCRIPT = re.compile(r'src="[^"]*plotly\.min\.js"')
BODY = re.compile(r"<body[^>]*>")
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#4a7fb5" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"><path d="M3 12h18" stroke-dasharray="1 4"/>'
    '<path d="M3 17l5-8 5 5 8-10"/></svg>'
)


class Report(NamedTuple):
    """The newest edition of one week's report."""

    week_on: date
    headline: str
    page_path: str

    @property
    def week(self) -> str:
        return f"{self.week_on:%G-W%V}"


app = FastAPI(
    # These three would be served to anyone: the dependency below holds for routes only.
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    dependencies=[Depends(requires_access_view(AccessView.WEBSITE))],
)


@app.middleware("http")
async def add_headers(request: Request, call_next) -> Response:
    response = await call_next(request)
    response.headers.update(HEADERS)
    return response


@app.exception_handler(PolicySignalsError)
def tell_error(_request: Request, error: PolicySignalsError) -> Response:
    return HTMLResponse(_page("The reports cannot be read", f"<p>{escape(str(error))}</p>"), 503)


@app.exception_handler(HTTPException)
def tell_refusal(_request: Request, error: HTTPException) -> Response:
    texts = {401: "Log in to Airflow, then open this page again.", 403: "Your Airflow role does not show this page."}
    text = texts.get(error.status_code, error.detail)
    return HTMLResponse(_page("No page to show", f"<p>{escape(text)}</p>"), error.status_code)


@app.get("/")
def latest(request: Request) -> Response:
    """Answer with the report of the newest week."""
    newest = known_reports()
    return HTMLResponse(_report_page(request, newest[0], newest) if newest else _empty_page())


@app.get("/week/{week}")
def of_week(request: Request, week: str) -> Response:
    """Answer with the report of one ISO week, such as 2025-W10."""
    known = known_reports()
    for report in known:
        if report.week == week:
            return HTMLResponse(_report_page(request, report, known))
    raise HTTPException(404, f"There is no report of the week {week}.")


@app.get("/plotly.min.js")
def plotly_script() -> Response:
    """Answer with the script that draws the charts."""
    return Response(_plotly_script(), media_type="text/javascript")


@app.get("/icon.svg")
def icon() -> Response:
    """Answer with the picture beside the navigation entry."""
    return Response(ICON, media_type="image/svg+xml")


def known_reports() -> list[Report]:
    """Return the newest edition of each week's report, the newest week first."""
    engine = _engine(airflow_settings().database_url)
    query = select(reports.c.week_on, reports.c.headline, reports.c.page_path)
    newest_first = reports.c.week_on.desc(), reports.c.edition.desc(), reports.c.made_at.desc()
    with reading(engine) as connection:
        if not inspect(connection).has_table(reports.name):
            return []
        rows = connection.execute(query.order_by(*newest_first)).all()
    by_week: dict[date, Report] = {}
    for row in rows:
        by_week.setdefault(row.week_on, Report(*row))
    return list(by_week.values())


def report_file(home: Path, page_path: str) -> Path:
    """Return the file of a report's page; raises a 404 for one outside the reports folder, or not there."""
    folder = (home / "reports").resolve()
    path = (home / page_path).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise HTTPException(404, "This report's page is not in the reports folder: run `policy-signals report` again.")
    return path


@cache
def _engine(url: str) -> Engine:
    return open_engine(url)


@cache
def _plotly_script() -> str:
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()


def _report_page(request: Request, shown: Report, known: Sequence[Report]) -> str:
    root = escape(request.scope["root_path"])
    page = report_file(airflow_settings().home, shown.page_path).read_text(encoding="utf-8")
    page = SCRIPT.sub(f'src="{root}/plotly.min.js"', page)
    opening = BODY.search(page)
    end = opening.end() if opening else 0
    return page[:end] + _week_links(root, f"{request.url.scheme}://{request.url.netloc}{root}", shown, known) + page[end:]


def _week_links(root: str, address: str, shown: Report, known: Sequence[Report]) -> str:
    links = " ".join(
        f'<a href="{root}/week/{report.week}"{_current(report is shown)}>{report.week}</a>' for report in known[:WEEKS_LISTED]
    )
    # Airflow's frame opens no other page, so the address is given to be copied.
    return (
        f'<nav aria-label="Weeks" style="{NAVIGATION_STYLE}">'
        f"Weeks: {links}<br>Links to statements open only outside Airflow's frame: "
        f"<code>{escape(address)}/week/{shown.week}</code></nav>"
    )


def _current(is_current: bool) -> str:
    return ' aria-current="page"' if is_current else ""


def _empty_page() -> str:
    return _page(
        "No report yet",
        "<p>Switch on <b>1 · Collect</b> in Airflow: the other three follow it, and the latest week's report appears "
        "here.</p>"
        "<p>Or, in a terminal: <code>policy-signals run</code></p>",
    )


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{content}</body></html>"
    )
