"""The charts as still pictures (SVG) inside the page: what shows without JavaScript, and in print."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

from analysis.report.charts import end_name, matrix, outline, spread, ticks
from analysis.report.edition import CHARTED_WEEKS, Cell, Edition, Week, charted_from, records, runs
from analysis.report.headline import number, place, sector_name
from analysis.tables import CHANNELS

WIDTH, HEIGHT = 480, 210
LEFT, RIGHT, TOP, BOTTOM = 98, 104, 10, 26
NAMES, COLUMN, ROW, HEAD, EDGE = 158, 62, 38, 30, 16
BARS_HEIGHT = 96


def trend_still(edition: Edition, jurisdiction: str, sector: str) -> str:
    """Return the chart of `charts.trend` as SVG."""
    start = charted_from(edition)
    days = (edition.last_day - start).days

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - start).days / days, 1)

    parts = [_frame(), *(_text(x(day), HEIGHT - 8, words, "middle") for day, words in ticks(start, edition.last_day))]
    ends = []
    for channel in CHANNELS:
        split = runs(edition, jurisdiction, sector, channel)
        for run in split:
            for side, low, high in (("supportive", 0, 1), ("restrictive", -1, 0)):
                edge = " ".join(f"{x(day)},{_y(value)}" for day, value in outline(run, low, high))
                parts.append(f'<polygon class="{side} {channel}" points="{edge}"/>')
            middle = " ".join(f"{x(week.week_on)},{_y(week.figure.balance)}" for week in run)
            parts.append(f'<polyline class="{channel}" points="{middle}"/>')
        if split:
            ends.append((channel, split[-1][-1]))
    for channel, week, height in spread(ends):
        parts.append(_end(edition, channel, week, height, x(week.week_on)))
    return _svg(WIDTH, HEIGHT, parts)


def _y(balance: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - balance) / 2, 1)


def _svg(width: float, height: float, parts: list[str]) -> str:
    # The table under each chart says the same to who cannot see it.
    return f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{"".join(parts)}</svg>'


def _text(x: float, y: float, words: str, classes: str = "") -> str:
    return f'<text x="{x}" y="{y}" class="{classes}">{escape(words)}</text>'


def _frame() -> str:
    words = ((1, "supportive +1"), (0, "0"), (-1, "restrictive −1"))
    names = "".join(_text(LEFT - 6, _y(value) + 4, name, "right") for value, name in words)
    return f'{names}<line class="zero" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(0)}" y2="{_y(0)}"/>'


def _end(edition: Edition, channel: str, week: Week, height: float, x: float) -> str:
    lean = week.figure.lean or "neutral"
    point = f'<circle class="{lean}" cx="{x}" cy="{_y(week.figure.balance)}" r="4.5"/>'
    words = f"{end_name(edition, channel, week)} {number(week.figure.balance)}"
    return point + _text(WIDTH - RIGHT + 8, _y(height) + 4, words)


def heat_still(edition: Edition, channel: str) -> str:
    """Return the chart of `charts.heat_map` as SVG, or nothing without any figure."""
    jurisdictions, names, found = matrix(edition, channel)
    if not names:
        return ""
    parts = []
    for column, jurisdiction in enumerate(jurisdictions):
        parts.append(_text(NAMES + COLUMN * (column + 0.5), HEAD - 10, place(jurisdiction), "middle"))
    for row, sector in enumerate(names):
        parts.append(_text(NAMES - 8, HEAD + ROW * (row + 0.5) + 4, sector_name(sector), "right"))
        for column, jurisdiction in enumerate(jurisdictions):
            parts.append(_tile(found.get((jurisdiction, sector)), NAMES + COLUMN * column, HEAD + ROW * row))
    return _svg(NAMES + COLUMN * len(jurisdictions) + EDGE, HEAD + ROW * len(names), parts)


def _tile(cell: Cell | None, x: float, y: float) -> str:
    place_of = f'x="{x + 1}" y="{y + 1}" width="{COLUMN - 2}" height="{ROW - 2}"'
    middle = x + COLUMN / 2
    if cell is None or cell.figure is None:
        words = f"n {cell.statement_count}" if cell else ""
        return f'<rect class="empty" {place_of}/>' + _text(middle, y + ROW / 2 + 4, words, "middle faint")
    weight = "middle onlight" + (" strong" if cell.figure.lean else "")
    return (
        f'<rect fill="{_shade(cell.figure.balance)}" {place_of}/>'
        + _text(middle, y + ROW / 2 - 2, number(cell.figure.balance), weight)
        + _text(middle, y + ROW / 2 + 11, f"n {cell.statement_count}", "middle onlight")
    )


def _shade(balance: float) -> str:
    """The colour of the scale of `charts.heat_map` at a balance."""
    neutral, end = (240, 240, 238), ((90, 159, 220) if balance > 0 else (232, 135, 58))
    mixed = (round(a + (b - a) * min(abs(balance), 1)) for a, b in zip(neutral, end, strict=True))
    return f"rgb({','.join(map(str, mixed))})"


def documents_still(edition: Edition) -> str:
    """Return the documents of each week as bars, official below and press on top, or nothing where there are none."""
    first = edition.week_on - timedelta(weeks=CHARTED_WEEKS - 1)
    counts = {
        (row["week_on"], row["channel"]): int(row["document_count"])
        for row in records(edition.documents_by_week)
        if first <= row["week_on"] <= edition.week_on
    }
    weeks = [first + timedelta(weeks=number) for number in range(CHARTED_WEEKS)]
    most = max((sum(counts.get((week, channel), 0) for channel in CHANNELS) for week in weeks), default=0)
    if not most:
        return ""
    width, height, base = (WIDTH * 2 - 60) / CHARTED_WEEKS, BARS_HEIGHT - 32, BARS_HEIGHT - 20
    parts = [_text(34, 16, str(most), "right"), _text(34, base, "0", "right")]
    for position, week in enumerate(weeks):
        bottom = float(base)
        for channel in CHANNELS:
            size = round(height * counts.get((week, channel), 0) / most, 1)
            bottom = round(bottom - size, 1)
            if size:
                x = round(40 + width * position, 1)
                parts.append(f'<rect class="bar {channel}" x="{x}" y="{bottom}" width="{width - 1:.1f}" height="{size}"/>')
    parts += [
        _text(40, BARS_HEIGHT - 4, f"{first:%b %Y}"),
        _text(WIDTH * 2 - 20, BARS_HEIGHT - 4, f"{edition.week_on:%b %Y}", "right"),
    ]
    return _svg(WIDTH * 2 - 16, BARS_HEIGHT, parts)
