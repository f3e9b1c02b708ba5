"""The sentences of a report, made from its figures: the same figures always give the same words.

A verb of change stands only where the 90 % intervals of this 13-week window and of the one that ended 13 weeks earlier
do not overlap, which is stricter than an interval of the change that excludes 0. Verbs speak of statements, never of a
government.
"""

from __future__ import annotations

from analysis.catalogue import sectors
from analysis.report.edition import HEADLINE_WEEKS, Cell, Edition, Figure, cells, leading_cells

SPEAKERS = {"official": "official statements", "press": "statements in the press"}
NO_LEAN = "No clear lean this week"
REASONS = {
    "too_few_stories": "too few stories",
    "no_signal_mass": "hardly a statement with a position",
    "too_few_effective": "few stories",
    "one_date": "all of one day",
    "sources_not_healthy": "sources did not answer",
    "interval_too_wide": "wide interval",
    "audit_too_small": "too few statements audited by people",
    "no_evaluation": "the model was not evaluated",
    "drift_alarm": "the alarm for drift rings",
    "ill_conditioned": "the model does not tell the stances apart well enough",
    "no_official_figure": "no official figure",
    "no_press_figure": "no figure of the press",
}
"""Why there is no figure, no corrected one, or why one is thin: it does not pass the publish gate."""


def headline(edition: Edition) -> str:
    """Return the report's first sentence: its surest finding, or that there is none."""
    found = findings(edition)
    if found:
        return finding(found[0])
    if not edition.counts["documents"]:
        return "No documents yet: nothing has been collected"
    with_figure = len(leading_cells(edition))
    if not with_figure:
        return f"{NO_LEAN}: too few statements for a figure"
    return f"{NO_LEAN}: {counted(with_figure, 'figure')}, and no interval excludes 0"


def findings(edition: Edition, limit: int = 5) -> list[Cell]:
    """Return the cells that changed or lean, the surest first."""
    return [cell for cell in leading_cells(edition) if cell.certain_change or cell.certain_lean][:limit]


def finding(cell: Cell) -> str:
    """Return what a cell says, with its figure and what it rests on."""
    return f"{topic(cell.jurisdiction, cell.sector)}: {claim(cell)}, {detail(cell)}"


def claim(cell: Cell) -> str:
    """Return a cell's finding without its topic and figures."""
    speakers = SPEAKERS[cell.channel]
    if cell.figure is None:
        return f"{speakers} give no figure"
    if cell.earlier and cell.certain_change:
        return f"{speakers} turned {_direction(cell.figure, cell.earlier)}"
    return f"{speakers} lean {cell.figure.lean}" if cell.figure.lean else f"{speakers} show no clear lean"


def _direction(new: Figure, old: Figure) -> str:
    if new.balance > old.balance:
        return "more supportive" if new.balance > 0 else "less restrictive"
    return "more restrictive" if new.balance < 0 else "less supportive"


def detail(cell: Cell) -> str:
    """Return a cell's measure and what it rests on."""
    return f"{measure(cell)}, {counted(cell.statement_count, 'statement')} in {HEADLINE_WEEKS} weeks"


def measure(cell: Cell) -> str:
    """Return a cell's figure with its marks, the earlier one where it changed; the reason where there is none."""
    if cell.figure is None:
        return REASONS.get(cell.reason, cell.reason)
    start = f"from {number(cell.earlier.balance)} to " if cell.earlier and cell.certain_change else ""
    return start + estimate(cell.figure) + (", fragile" if cell.is_fragile else "") + thin(cell)


def correction(cell: Cell) -> str:
    """Return a cell's figure freed of the classifier's errors, or why there is none; nothing without a figure."""
    if cell.figure is None:
        return ""
    if cell.corrected:
        return f"corrected {estimate(cell.corrected)}"
    return f"not corrected: {REASONS.get(cell.corrected_reason, cell.corrected_reason)}"


def thin(cell: Cell) -> str:
    """Return what is to be said of a figure that does not pass the publish gate, such as `, thin: few stories`; or nothing."""
    return f", thin: {REASONS.get(cell.gate, cell.gate)}" if cell.figure and cell.gate else ""


def basis(edition: Edition) -> str:
    """Return the sentence that says how many figures there are and what they show."""
    every, leading = cells(edition), leading_cells(edition)
    if not every:
        return f"In the {HEADLINE_WEEKS} weeks to {day(edition.last_day)} no statement about a sector was found."
    weeks = f"In the {HEADLINE_WEEKS} weeks to {day(edition.last_day)},"
    series = f"{counted(len(every), 'series')} (jurisdiction, sector, official or press)"
    if not leading:
        return f"{weeks} none of {series} had enough statements for a figure."
    leans = [cell.figure.lean for cell in leading if cell.figure]
    supportive, restrictive = leans.count("supportive"), leans.count("restrictive")
    return (
        f"{weeks} {len(leading)} of {series} had enough statements for a figure: {supportive} on the supportive side, "
        f"{restrictive} on the restrictive side, {leans.count('')} without a clear lean."
    )


def subject(edition: Edition) -> str:
    """Return the subject of the week's mail."""
    return f"Policy signals {edition.week}: {headline(edition)}"


def topic(jurisdiction: str, sector: str) -> str:
    """Return the display name of a jurisdiction and a sector."""
    return f"{place(jurisdiction)} · {sector_name(sector)}"


def place(jurisdiction: str) -> str:
    """Return the display name of a jurisdiction; bodies that no country code names are supranational."""
    return jurisdiction or "Supranational"


def sector_name(sector: str) -> str:
    """Return the display name of a sector."""
    return sectors()[sector].label["en"]


def number(balance: float, digits: int = 2) -> str:
    """Return a balance with its sign and digits, such as +0.62."""
    rounded = round(balance, digits)
    return f"{rounded:+.{digits}f}".replace("-", "\N{MINUS SIGN}") if rounded else "0.00"


def estimate(figure: Figure) -> str:
    """Return a figure with its interval, such as +0.62 (0.41 to 0.80)."""
    return f"{number(figure.balance)} ({interval(figure)})"


def interval(figure: Figure) -> str:
    """Return a figure's interval, such as 0.41 to 0.80."""
    return f"{_end(figure.low)} to {_end(figure.high)}"


def _end(balance: float) -> str:
    return number(balance).removeprefix("+")


def day(value) -> str:
    """Return a date in words, such as 9 March 2025."""
    return f"{value.day} {value:%B %Y}"


def counted(count: int, thing: str) -> str:
    """Return a count with its noun, such as 1 statement or 1,200 statements."""
    return f"{count:,} {thing}" + ("" if count == 1 or thing.endswith("s") else "s")
