"""Days of publication against what people and hand-written parsers found: `python -m benchmarks.dates CORPUS`.

Prints for `CORPUS/pages/fundus`, `CORPUS/pages/htmldate` and the web pages of `CORPUS/official` how many days of this project
and of htmldate (extensive, original date) are exact, which answers are wrong and how, and the CPU time of both.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import trafilatura
from htmldate import find_date
from htmldate.meta import reset_caches
from lxml.html import HtmlElement

from analysis.collect.extract.encoding import decode
from analysis.collect.extract.published import find_published_on, is_spelled
from analysis.collect.listing.entries import parse_day

GOALS = {"fundus": 197, "htmldate": 355}
OFFICIAL_SHARE = 0.97
GOAL_CPU = 1.0
"""Times the CPU of htmldate alone."""


@dataclass(frozen=True)
class Case:
    """A page with its expected day, None for a page without one."""

    markup: str
    address: str
    expected: date | None
    crawled_on: date | None = None


@dataclass(frozen=True)
class Score:
    """Counts of one finder over one set of pages, and its CPU time in seconds."""

    answers: tuple[date | None, ...]
    cpu: float

    def exact(self, cases: list[Case]) -> int:
        """Return how many answers are the expected day."""
        return sum(answer == case.expected for answer, case in zip(self.answers, cases, strict=True))

    def faults(self, cases: list[Case], today: date) -> str:
        """Return the counts of what is not exact, in words."""
        pairs = [*zip(self.answers, cases, strict=True)]
        wrong = [(answer, case) for answer, case in pairs if answer and answer != case.expected]
        none = sum(answer is None and case.expected is not None for answer, case in pairs)
        future = sum(answer > today for answer, _ in wrong)
        crawl = sum(answer == case.crawled_on for answer, case in wrong)
        return f"none {none}, wrong {len(wrong)} (after today {future}, day of crawl {crawl})"


Finder = Callable[[HtmlElement, Case, date], date | None]


def find_ours(tree: HtmlElement, case: Case, today: date) -> date | None:
    """Return the day that this project finds."""
    return find_published_on(tree, case.markup, case.address, today)


def find_peers(tree: HtmlElement, case: Case, today: date) -> date | None:
    """Return the day that htmldate finds."""
    found = find_date(tree, extensive_search=True, original_date=True, url=case.address, max_date=today.isoformat())
    return parse_day(found)


def measure(find: Finder, cases: list[Case], today: date) -> Score:
    """Return the answers and the CPU time of a finder; parsing is not counted."""
    reset_caches()
    answers, cpu = [], 0.0
    for case in cases:
        tree = trafilatura.load_html(case.markup)
        begun = time.process_time()
        answers.append(find(tree, case, today) if tree is not None else None)
        cpu += time.process_time() - begun
    return Score(tuple(answers), cpu)


def fundus_cases(corpus: Path) -> Iterator[Case]:
    """Give the pages of fundus; the day is that of the moment its parser gave."""
    folder = corpus / "pages" / "fundus"
    for page in json.loads((folder / "expected.json").read_text(encoding="utf-8"))["pages"]:
        crawled_on = parse_day(page["crawl_date"])
        yield Case(markup_of(folder / page["file"]), page["url"], parse_day(page["publishing_date"]), crawled_on)


def htmldate_cases(corpus: Path) -> Iterator[Case]:
    """Give the pages of htmldate's own evaluation."""
    folder = corpus / "pages" / "htmldate"
    for address, page in json.loads((folder / "expected.json").read_text(encoding="utf-8"))["pages"].items():
        yield Case(markup_of(folder / page["file"]), address, parse_day(page["date"]))


def official_cases(corpus: Path) -> Iterator[Case]:
    """Give the web pages among the official documents whose day is known, or known not to be told."""
    folder = corpus / "official"
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        if document["format"] == "html" and document["date_precision"] in ("day", None):
            yield Case(markup_of(folder / document["file"]), document["address"], parse_day(document["date"]))


def markup_of(file: Path) -> str:
    """Return the text of a packed page."""
    return decode(gzip.decompress(file.read_bytes()))[0]


def main(corpus: Path, today: date) -> None:
    """Print the table."""
    tell(f"{'figure':44} {'ours':>8} {'htmldate':>8}  goal")
    sets = {"fundus": [*fundus_cases(corpus)], "htmldate": [*htmldate_cases(corpus)], "official": [*official_cases(corpus)]}
    for find in (find_ours, find_peers):
        # What both load once, months and languages, is not counted.
        measure(find, sets["htmldate"][:40], today)
    scores = {name: (measure(find_ours, cases, today), measure(find_peers, cases, today)) for name, cases in sets.items()}
    for name, goal in GOALS.items():
        found, found_by_peer = (score.exact(sets[name]) for score in scores[name])
        row(f"{name}: exact days of {len(sets[name])}", found, found_by_peer, goal)
    tell_official(sets["official"], *scores["official"])
    cpu, cpu_of_peer = (1000 * sum(pair[place].cpu for pair in scores.values()) for place in (0, 1))
    count = sum(map(len, sets.values()))
    verdict = "PASS" if cpu <= GOAL_CPU * cpu_of_peer else "MISS"
    tell(f"{'CPU ms a page':44} {cpu / count:8.2f} {cpu_of_peer / count:8.2f}  <= {GOAL_CPU} x htmldate {verdict}")
    for name, pair in scores.items():
        for who, score in zip(("ours", "htmldate"), pair, strict=True):
            tell(f"{name}, {who}: {score.faults(sets[name], today)}")


def tell_official(cases: list[Case], ours: Score, peer: Score) -> None:
    """Print the figures of official pages, also without those whose labelled first of a month stands nowhere on the page."""
    dated = [place for place, case in enumerate(cases) if case.expected]
    spelled = [place for place in dated if (day := cases[place].expected) and is_spelled(day, cases[place].markup)]
    undated = [place for place, case in enumerate(cases) if not case.expected]
    for name, places, share in (
        ("dated", dated, OFFICIAL_SHARE),
        ("dated, and spelled on the page", spelled, OFFICIAL_SHARE),
        ("no day known, none told", undated, 1),
    ):
        found, found_by_peer = (
            sum(score.answers[place] == cases[place].expected for place in places) for score in (ours, peer)
        )
        row(f"official: {name}, of {len(places)}", found, found_by_peer, share * len(places))


def row(figure: str, found: int, found_by_peer: int, goal: float) -> None:
    """Print one figure, of which more is better."""
    tell(f"{figure:44} {found:8} {found_by_peer:8}  >= {goal:.0f} {'PASS' if found >= goal else 'MISS'}")


def tell(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.now(UTC).date())
