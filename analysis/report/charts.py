"""The figures that Plotly draws, and the picture in the mail.

Colour stands for the stance and for nothing else: blue for supportive, orange for restrictive, grey for neither.
Words, signs and dashes say the same, so that the charts can be read without colour.
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from analysis.report.edition import (
    HEADLINE_WEEKS,
    Cell,
    Edition,
    Figure,
    Week,
    cells,
    charted_from,
    leading_cells,
    runs,
)
from analysis.report.headline import SPEAKERS, estimate, number, place, sector_name, topic
from analysis.tables import CHANNELS, SECTORS

if TYPE_CHECKING:
    import plotly.graph_objects as go

log = logging.getLogger(__name__)

SUPPORTIVE, RESTRICTIVE, NEUTRAL = "#2f7dc4", "#d9731a", "#767676"
INK = "#1b1f24"
"""Colour of lines and words; the page replaces it by a light one on a dark ground."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SCALE = [[0, "#e8873a"], [0.5, "#f0f0ee"], [1, "#5a9fdc"]]
DASHES = {"official": "solid", "press": "dot"}
BAND_OPACITY = {"official": 0.30, "press": 0.16}
PICTURE_WIDTH, PICTURE_HEIGHT, PICTURE_SCALE, PICTURE_COLOURS = 600, 340, 2, 64
PICTURE_SECONDS = 60
ROW_HEIGHT = 38


def label(text: object) -> str:
    """Return a text as Plotly shows it letter by letter: no tags, no formulas, no control characters."""
    cleaned = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", str(text))
    # A text between dollar signs would be read as TeX, whose links nobody filters.
    cleaned = cleaned.replace("$", "\N{FULLWIDTH DOLLAR SIGN}")
    return cleaned.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def colour(figure: Figure | None) -> str:
    """Return the colour of a figure: of its lean when it has one, else grey."""
    lean = figure.lean if figure else ""
    return {"supportive": SUPPORTIVE, "restrictive": RESTRICTIVE, "": NEUTRAL}[lean]


def trend(edition: Edition, jurisdiction: str, sector: str) -> go.Figure:
    """Return the 13-week balance of a jurisdiction and sector over time: official and press with 90 % bands.

    Weeks without a figure are gaps.
    """
    import plotly.graph_objects as go

    figure = go.Figure(layout=_layout(margin={"l": 88, "r": 122, "t": 8, "b": 26}, height=210, hovermode="x"))
    ends: list[tuple[str, Week]] = []
    for channel in CHANNELS:
        split = runs(edition, jurisdiction, sector, channel)
        for low, high, shade in ((0, 1, SUPPORTIVE), (-1, 0, RESTRICTIVE)):
            figure.add_trace(go.Scatter(**_band(split, low, high), fillcolor=_faded(shade, BAND_OPACITY[channel])))
        figure.add_trace(go.Scatter(**_line(split, channel)))
        if split:
            ends.append((channel, split[-1][-1]))
    figure.add_trace(go.Scatter(**_end_points([week for _channel, week in ends])))
    marks = ticks(charted_from(edition), edition.last_day)
    figure.update_xaxes(range=[charted_from(edition), edition.last_day], type="date")
    figure.update_xaxes(tickvals=[day for day, _words in marks], ticktext=[words for _day, words in marks])
    figure.update_yaxes(**_stance_axis())
    for channel, week, height in spread(ends):
        figure.add_annotation(**_end_label(edition, channel, week, height))
    return figure


def ticks(start: date, end: date) -> list[tuple[date, str]]:
    """Return the days that the time axis names: a year at its start, between them a quarter or a half."""
    step = 3 if end - start < timedelta(weeks=60) else 6
    firsts = [date(year, month, 1) for year in range(start.year, end.year + 1) for month in range(1, 13, step)]
    inside = [day for day in firsts if start + timedelta(days=10) <= day <= end - timedelta(days=10)]
    return [(day, f"{day:%Y}" if day.month == 1 else f"{day:%b}") for day in inside]


def _layout(**changes: Any) -> dict[str, Any]:
    axis = {
        "fixedrange": True,
        "ticks": "",
        "tickangle": 0,
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "tickfont": {"size": 11},
    }
    return {
        "template": {},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": INK},
        "hoverlabel": {
            "font": {"family": FONT, "size": 12, "color": "#1b1f25"},
            "bgcolor": "#ffffff",
            "bordercolor": NEUTRAL,
        },
        "showlegend": False,
        "dragmode": False,
        "xaxis": axis,
        "yaxis": axis,
        **changes,
    }


def _stance_axis() -> dict[str, Any]:
    return {
        "range": [-1.04, 1.04],
        "tickvals": [-1, 0, 1],
        "ticktext": ["restrictive −1", "0", "supportive +1"],
        "zeroline": True,
        "zerolinecolor": NEUTRAL,
        "zerolinewidth": 1,
    }


def _line(split: list[list[Week]], channel: str) -> dict[str, Any]:
    weeks = [week for run in split for week in (*run, None)]
    hover = [f"{label(channel)}: <b>{estimate(week.figure)}</b>, n {week.statement_count}" if week else "" for week in weeks]
    return {
        "x": [week.week_on if week else None for week in weeks],
        "y": [week.figure.balance if week else None for week in weeks],
        "mode": "lines+markers" if any(len(run) == 1 for run in split) else "lines",
        "marker": {"size": 4, "color": INK},
        "line": {"color": INK, "width": 2, "dash": DASHES[channel]},
        "connectgaps": False,
        "text": hover,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _band(split: list[list[Week]], low: float, high: float) -> dict[str, Any]:
    x: list[date | None] = []
    y: list[float | None] = []
    for run in split:
        edge = outline(run, low, high)
        x += [day for day, _value in edge] + [None]
        y += [value for _day, value in edge] + [None]
    return {"x": x, "y": y, "fill": "toself", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}


def outline(run: list[Week], low: float = -1, high: float = 1) -> list[tuple[date, float]]:
    """Return the outline of a run's interval, cut to [low, high]: its upper edge and back along its lower one."""
    if len(run) == 1:
        # One week alone would have no width.
        only = run[0]
        run = [only._replace(week_on=only.week_on + timedelta(days=days)) for days in (-3, 3)]
    upper = [(week.week_on, min(max(week.figure.high, low), high)) for week in run]
    lower = [(week.week_on, min(max(week.figure.low, low), high)) for week in run]
    return upper + lower[::-1]


def spread(ends: list[tuple[str, Week]], gap: float = 0.24) -> list[tuple[str, Week, float]]:
    """Return the ends of the lines with the height of their labels, moved apart where they would touch."""
    ordered = sorted(ends, key=lambda end: end[1].figure.balance)
    heights = [week.figure.balance for _channel, week in ordered]
    if len(heights) == 2 and heights[1] - heights[0] < gap:
        middle = min(max(sum(heights) / 2, -1 + gap / 2), 1 - gap / 2)
        heights = [middle - gap / 2, middle + gap / 2]
    return [(channel, week, height) for (channel, week), height in zip(ordered, heights, strict=True)]


def _end_points(weeks: list[Week]) -> dict[str, Any]:
    shades = [colour(week.figure) for week in weeks]
    return {
        "x": [week.week_on for week in weeks],
        "y": [week.figure.balance for week in weeks],
        "mode": "markers",
        "marker": {"size": 9, "color": shades, "line": {"color": INK, "width": 1.2}},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _end_label(edition: Edition, channel: str, week: Week, height: float) -> dict[str, Any]:
    return {
        "x": 1,
        "xref": "paper",
        "xshift": 6,
        "y": height,
        "text": f"{label(end_name(edition, channel, week))} <b>{number(week.figure.balance)}</b>",
        "showarrow": False,
        "xanchor": "left",
        "font": {"size": 11.5},
    }


def end_name(edition: Edition, channel: str, week: Week) -> str:
    """Return the name at a line's end; a line that ended earlier says so."""
    return channel if week.week_on == edition.week_on else f"{channel}, earlier"


def _faded(shade: str, opacity: float) -> str:
    red, green, blue = (int(shade[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def matrix(edition: Edition, channel: str) -> tuple[list[str], list[str], dict[tuple[str, str], Cell]]:
    """Return a channel's jurisdictions and sectors that have a figure somewhere, and its cells by both."""
    found = {(cell.jurisdiction, cell.sector): cell for cell in cells(edition) if cell.channel == channel}
    with_figure = [key for key, cell in found.items() if cell.figure]
    jurisdictions = sorted({jurisdiction for jurisdiction, _sector in with_figure}, key=lambda name: (not name, name))
    return jurisdictions, [sector for sector in SECTORS if any(sector == key[1] for key in with_figure)], found


def heat_map(edition: Edition, channel: str) -> go.Figure | None:
    """Return the 13-week balance by jurisdiction and sector, with counts, or None without any figure."""
    import plotly.graph_objects as go

    jurisdictions, names, found = matrix(edition, channel)
    if not names:
        return None
    grid = [[found.get((jurisdiction, sector)) for jurisdiction in jurisdictions] for sector in names]
    height = ROW_HEIGHT * len(names) + 34
    figure = go.Figure(layout=_layout(margin={"l": 158, "r": 4, "t": 30, "b": 4}, height=height))
    figure.add_trace(
        go.Heatmap(
            x=[label(place(jurisdiction)) for jurisdiction in jurisdictions],
            y=[label(sector_name(sector)) for sector in names],
            z=[[cell.figure.balance if cell and cell.figure else None for cell in row] for row in grid],
            text=[[_cell_text(cell) for cell in row] for row in grid],
            customdata=[[_cell_hover(cell) for cell in row] for row in grid],
            texttemplate="%{text}",
            hovertemplate="%{customdata}<extra></extra>",
            textfont={"size": 11, "color": "#15181d"},
            zmin=-1,
            zmax=1,
            colorscale=SCALE,
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    for row, across in enumerate(grid):
        for column, cell in enumerate(across):
            if cell is None or cell.figure is None:
                _mark_empty(figure, column, row, f"n {cell.statement_count}" if cell else "")
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(side="top", type="category")
    return figure


def _mark_empty(figure: go.Figure, column: int, row: int, words: str) -> None:
    figure.add_shape(
        type="rect",
        x0=column - 0.47,
        x1=column + 0.47,
        y0=row - 0.46,
        y1=row + 0.46,
        fillcolor="rgba(128,128,128,0.13)",
        line={"width": 0},
        layer="below",
    )
    figure.add_annotation(x=column, y=row, text=words, showarrow=False, font={"size": 10, "color": NEUTRAL})


def _cell_text(cell: Cell | None) -> str:
    if cell is None or cell.figure is None:
        return ""
    shown = number(cell.figure.balance)
    return f"{f'<b>{shown}</b>' if cell.figure.lean else shown}<br>n {cell.statement_count}"


def _cell_hover(cell: Cell | None) -> str:
    if cell is None or cell.figure is None:
        return ""
    name = label(topic(cell.jurisdiction, cell.sector))
    return f"{name}<br>{label(SPEAKERS[cell.channel])}<br><b>{estimate(cell.figure)}</b>, n {cell.statement_count}"


def overview(edition: Edition, limit: int = 8) -> go.Figure | None:
    """Return the leading cells as points with intervals, hollow where they stood before; None without any figure."""
    import plotly.graph_objects as go

    shown = leading_cells(edition)[:limit][::-1]
    if not shown:
        return None
    figure = go.Figure(layout=_layout(margin={"l": 232, "r": 62, "t": 34, "b": 30}, paper_bgcolor="#ffffff"))
    rows = list(range(len(shown)))
    now = [cell.figure for cell in shown if cell.figure]
    for row, (_balance, low, high) in enumerate(now):
        line = {"color": colour(now[row]), "width": 5}
        figure.add_trace(go.Scatter(x=[low, high], y=[row, row], mode="lines", line=line, opacity=0.45))
    before = [cell.earlier.balance if cell.earlier else None for cell in shown]
    hollow = {"size": 9, "color": "#ffffff", "line": {"color": NEUTRAL, "width": 1.5}}
    figure.add_trace(go.Scatter(x=before, y=rows, mode="markers", marker=hollow))
    solid = {"size": 11, "color": [colour(one) for one in now]}
    figure.add_trace(go.Scatter(x=[one.balance for one in now], y=rows, mode="markers", marker=solid))
    for row, one in enumerate(now):
        text = f"<b>{number(one.balance)}</b>"
        figure.add_annotation(x=1, xref="paper", xshift=8, xanchor="left", y=row, text=text, showarrow=False)
    figure.update_yaxes(tickvals=rows, ticktext=[_row_name(cell) for cell in shown], range=[-0.7, len(shown) - 0.3])
    figure.update_xaxes(**_stance_axis())
    figure.update_layout(title={"text": _OVERVIEW_TITLE, "font": {"size": 12, "color": NEUTRAL}, "x": 0.02, "y": 0.97})
    return figure


_OVERVIEW_TITLE = f"Balance over {HEADLINE_WEEKS} weeks with 90 % interval; hollow: {HEADLINE_WEEKS} weeks before"


def _row_name(cell: Cell) -> str:
    return f"{label(topic(cell.jurisdiction, cell.sector))}, {label(cell.channel)}"


def picture(figure: go.Figure) -> bytes | None:
    """Return a figure as a small PNG, or None and a warning in the log where no browser draws it within a minute."""
    from choreographer.errors import DevtoolsProtocolError
    from kaleido.errors import KaleidoError

    try:
        with ThreadPoolExecutor(1) as thread:
            # A thread of its own, because the caller may have an event loop already.
            drawn = thread.submit(lambda: asyncio.run(asyncio.wait_for(_draw(figure), PICTURE_SECONDS))).result()
        return _fewer_colours(drawn)
    except (KaleidoError, DevtoolsProtocolError, RuntimeError, OSError, ValueError) as error:
        log.warning("the mail carries a table in place of its picture (%s): install chromium", error or type(error).__name__)
        return None


async def _draw(figure: go.Figure) -> bytes:
    import kaleido

    options = {"format": "png", "width": PICTURE_WIDTH, "height": PICTURE_HEIGHT, "scale": PICTURE_SCALE}
    # Without `mathjax` kaleido would load a script from another host.
    return await kaleido.calc_fig(figure.to_dict(), options, kopts={"timeout": PICTURE_SECONDS, "mathjax": False})


def _fewer_colours(png: bytes) -> bytes:
    from PIL import Image

    smaller = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(PICTURE_COLOURS).save(smaller, "PNG", optimize=True)
    return smaller.getvalue()
