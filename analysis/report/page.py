"""The page of one week: one HTML file that says the same with and without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from analysis.report import charts, drawing, evidence, movement
from analysis.report.edition import (
    HEADLINE_WEEKS,
    Cell,
    Edition,
    anchor,
    cells,
    figures_hash,
    leading_cells,
    leading_pairs,
    missing,
    records,
    runs,
)
from analysis.report.headline import (
    SPEAKERS,
    basis,
    claim,
    correction,
    counted,
    day,
    detail,
    estimate,
    finding,
    findings,
    headline,
    measure,
    place,
    sector_name,
    topic,
)
from analysis.report.templates import template
from analysis.tables import CHANNELS, PROVISIONAL_WEEKS, SEVERITIES

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

QUOTATIONS = 60
NARROW_MAP = 4
"""Columns of a map that fit into half the page."""
STATES = {
    "got": "brought new documents",
    "unchanged": "nothing new",
    "empty": "empty",
    "failed": "failed",
    "": "not asked yet",
}
SEVERITY_WORDS = {"critical": "not counted", "warning": "counted, with a flaw", "info": "nothing is lost by it"}


class Chart(NamedTuple):
    """A chart in its three forms: what Plotly draws, the still picture, and (in the template) the table."""

    source: Markup
    still: Markup
    width: int


def render(edition: Edition) -> str:
    """Return the page as HTML; the same edition always gives the same text.

    The script `plotly.min.js` is expected beside the page; without it, still pictures show.
    """
    groups = evidence.by_cell(edition, QUOTATIONS)
    anchors = {cell.key for cell, _quotations in groups}
    return template("page.html").render(
        edition=edition,
        headline=headline(edition),
        basis=basis(edition),
        provisional_until=edition.last_day + timedelta(weeks=PROVISIONAL_WEEKS),
        found=findings(edition),
        ink=charts.INK,
        maps=_maps(edition),
        shifts=movement.shifts(edition),
        gaps=movement.gaps(edition),
        weights=movement.weights(edition),
        cards=[_card(edition, *pair, anchors) for pair in leading_pairs(edition)],
        scarce=[]
        if leading_cells(edition)
        else sorted(cells(edition), key=lambda cell: (-cell.statement_count, cell.key))[:12],
        groups=[(cell, anchor(*cell.key), finding(cell), quotations) for cell, quotations in groups],
        quotation_count=sum(len(quotations) for _cell, quotations in groups),
        evidence_count=len(edition.evidence),
        documents_still=_own(drawing.documents_still(edition)),
        weeks=_document_weeks(edition),
        rejected=_rejected(edition.rejected),
        sources=_sources(edition.sources),
        model=_model(edition.model),
        hash=figures_hash(edition),
        **{word.__name__: word for word in (claim, correction, counted, day, detail, measure, place, sector_name, topic)},
    )


def _chart(figure: go.Figure, still: str, width: int = 0) -> Chart:
    # Nothing in a script element may look like its end or like a comment.
    source = figure.to_json().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Chart(_own(source), _own(still), width)


def _own(written: str) -> Markup:
    """What this package wrote and escaped itself, kept from a second escape."""
    return Markup(written)  # noqa: S704


def _maps(edition: Edition) -> list[dict[str, Any]]:
    shown = []
    for channel in CHANNELS:
        figure = charts.heat_map(edition, channel)
        if figure is None:
            continue
        jurisdictions, names, found = charts.matrix(edition, channel)
        width = drawing.NAMES + drawing.COLUMN * len(jurisdictions)
        shown.append(
            {
                "title": SPEAKERS[channel].capitalize(),
                "is_wide": len(jurisdictions) > NARROW_MAP,
                "chart": _chart(figure, drawing.heat_still(edition, channel), width),
                "jurisdictions": jurisdictions,
                "rows": [(sector, [_entry(found.get((name, sector))) for name in jurisdictions]) for sector in names],
            }
        )
    return shown


def _entry(cell: Cell | None) -> str:
    if cell is None:
        return "none"
    if cell.figure is None:
        return f"not enough, n {cell.statement_count}"
    marks = "".join([", fragile" if cell.is_fragile else "", ", thin" if cell.gate else ""])
    corrected = f", corrected {estimate(cell.corrected)}" if cell.corrected else ""
    return f"{estimate(cell.figure)}{marks}{corrected}, n {cell.statement_count}"


def _card(edition: Edition, jurisdiction: str, sector: str, anchors: set[tuple[str, str, str]]) -> dict[str, Any]:
    here = [cell for cell in leading_cells(edition) if (cell.jurisdiction, cell.sector) == (jurisdiction, sector)]
    absent = [cell for cell in cells(edition) if not cell.figure and (cell.jurisdiction, cell.sector) == (jurisdiction, sector)]
    by_week: dict[Any, dict[str, str]] = {}
    for channel in CHANNELS:
        for week in (week for run in runs(edition, jurisdiction, sector, channel) for week in run):
            by_week.setdefault(week.week_on, {})[channel] = f"{estimate(week.figure)}, n {week.statement_count}"
    return {
        "topic": topic(jurisdiction, sector),
        "title": claim(here[0])[0].upper() + claim(here[0])[1:],
        "lines": [(cell, anchor(*cell.key) if cell.key in anchors else "") for cell in here + absent],
        "chart": _chart(charts.trend(edition, jurisdiction, sector), drawing.trend_still(edition, jurisdiction, sector)),
        "weeks": [
            (f"{week:%G-W%V}", *(by_week[week].get(channel, "–") for channel in CHANNELS))
            for week in sorted(by_week, reverse=True)
        ],
    }


def _document_weeks(edition: Edition) -> list[tuple[Any, ...]]:
    counts: dict[Any, dict[str, int]] = {}
    for row in records(edition.documents_by_week):
        if row["week_on"] <= edition.week_on:
            counts.setdefault(row["week_on"], {})[row["channel"]] = int(row["document_count"])
    latest = sorted(counts, reverse=True)[: HEADLINE_WEEKS * 2]
    return [(f"{week:%G-W%V}", *(counts[week].get(channel, 0) for channel in CHANNELS)) for week in latest]


def _rejected(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = [{**row, "meaning": SEVERITY_WORDS[row["severity"]]} for row in records(frame)]
    return sorted(rows, key=lambda row: (SEVERITIES.index(row["severity"]), -row["count"], row["stage"], row["rule"]))


def _sources(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for row in records(frame):
        state = "" if missing(row["state"]) else row["state"]
        latest = "" if missing(row["published_on"]) else day(row["published_on"])
        count = 0 if missing(row["document_count"]) else int(row["document_count"])
        rows.append({**row, "state": STATES[state], "has_failed": state == "failed", "latest": latest, "document_count": count})
    return sorted(rows, key=lambda row: (-row["document_count"], row["source_id"]))


def _model(model: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the model's quality in words and rows, or None where there is no model."""
    metrics = model["metrics"] or {}
    if missing(model["model_id"]) or not model["model_id"] or "macro_f1" not in metrics:
        return None
    trained = model["trained_at"]
    return {
        "model_id": model["model_id"],
        "example_count": model["example_count"],
        "trained": "" if missing(trained) else day(trained) if hasattr(trained, "day") else str(trained)[:10],
        "macro_f1": metrics["macro_f1"],
        "low": metrics["macro_f1_low"],
        "high": metrics["macro_f1_high"],
        "calibration": metrics["expected_calibration_error"],
        "by_stance": list(metrics["f1"].items()),
        "by_language": sorted(metrics.get("language", {}).items()),
    }
