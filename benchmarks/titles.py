"""Titles of pages against those that parsers and catalogues gave: `python -m benchmarks.titles CORPUS`.

Prints how many titles of this project and of trafilatura are exact, blanks joined, on the pages of `CORPUS/pages/fundus`, also
in two halves by publisher, and on the web pages of `CORPUS/official`, whose titles were mostly taken from the head with the
name of the site.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import trafilatura
from trafilatura.metadata import extract_metadata

from analysis.collect.extract.encoding import decode
from analysis.collect.extract.title import find_title

GOAL = 185


class Case(NamedTuple):
    """A page, its expected title and its publisher."""

    markup: str
    title: str
    publisher: str


class Outcome(NamedTuple):
    """Whether the titles of this project and of the peer are exact."""

    ours: bool
    peer: bool


def fundus_cases(corpus: Path) -> Iterator[Case]:
    """Give the pages of fundus."""
    folder = corpus / "pages" / "fundus"
    for page in json.loads((folder / "expected.json").read_text(encoding="utf-8"))["pages"]:
        yield Case(markup_of(folder / page["file"]), joined(page["title"]), page["publisher"])


def official_cases(corpus: Path) -> Iterator[Case]:
    """Give the web pages among the official documents that have a title."""
    folder = corpus / "official"
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        if document["format"] == "html" and document["title"]:
            yield Case(markup_of(folder / document["file"]), joined(document["title"]), document["publisher"])


def markup_of(file: Path) -> str:
    """Return the text of a packed page."""
    return decode(gzip.decompress(file.read_bytes()))[0]


def compare(case: Case) -> Outcome:
    """Return how both do on a page."""
    tree = trafilatura.load_html(case.markup)
    ours = find_title(tree) if tree is not None else None
    return Outcome(joined(ours) == case.title, joined(extract_metadata(case.markup).title) == case.title)


def half(publisher: str) -> int:
    """Return in which of two halves a publisher is, always the same one."""
    return hashlib.sha256(publisher.encode()).digest()[0] % 2


def joined(text: str | None) -> str:
    """Return a text with its blanks joined."""
    return " ".join((text or "").split())


def main(corpus: Path) -> None:
    """Print the table."""
    press = [(case, compare(case)) for case in fundus_cases(corpus)]
    official = [compare(case) for case in official_cases(corpus)]
    sys.stdout.write(f"{'exact titles':36} {'ours':>5} {'trafilatura':>12}  goal\n")
    tell("fundus", [outcome for _, outcome in press], GOAL)
    for part in (0, 1):
        tell(f"fundus, half {part + 1} of the publishers", [outcome for case, outcome in press if half(case.publisher) == part])
    tell("official", official)


def tell(name: str, outcomes: list[Outcome], goal: int | None = None) -> None:
    """Print one figure, of which more is better."""
    ours, peer = sum(outcome.ours for outcome in outcomes), sum(outcome.peer for outcome in outcomes)
    verdict = "" if goal is None else f"  >= {goal} {'PASS' if ours >= goal else 'MISS'}"
    sys.stdout.write(f"{f'{name}, of {len(outcomes)}':36} {ours:5} {peer:12}{verdict}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
