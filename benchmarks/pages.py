"""Web pages against what people and hand-written parsers read in them: `python -m benchmarks.pages CORPUS [-v]`.

Prints the text (tokens as multisets; four-word shingles for article-extraction-benchmark; passages for trafilatura's own set),
title and day of pages as this project reads them from bytes, beside trafilatura and htmldate in the same run; the CPU time of
both in turns, the peer's without title and day; and the walls: documents refused as one, and walls recognised. `-v` names both.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import trafilatura
from htmldate import find_date
from trafilatura.metadata import extract_metadata

from analysis.collect.extract import extract
from analysis.collect.extract.encoding import declared_encoding, decode
from analysis.collect.extract.extracted import Extracted
from analysis.collect.extract.html import read_html
from analysis.collect.extract.walls import REASONS
from analysis.collect.listing.entries import parse_day
from analysis.errors import UnreadableError

CPU_GOAL = 1.3
FALSE_GOAL = 0.002
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
TOKEN = re.compile(rf"[{CJK}]|(?:(?![{CJK}])[^\W_])+")
READABLE = (".html", ".md", ".txt", ".json")


@dataclass
class Reading:
    """What one reader made of a set of pages, by file, and its CPU time in seconds."""

    texts: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    days: dict[str, date | None] = field(default_factory=dict)
    cpu: float = 0.0


def main(corpus: Path, today: date, *, names_them: bool = False) -> None:
    """Print the table."""
    logging.disable(logging.CRITICAL)
    tell(f"{'figure':52} {'ours':>8} {'peer':>8}  goal")
    # What both load once, months and languages, is not counted.
    score_fundus(corpus / "pages" / "fundus", today, limit=20)
    pairs = [
        tell_fundus(*score_fundus(corpus / "pages" / "fundus", today)),
        tell_benchmark(corpus / "pages" / "article-extraction-benchmark", today),
        tell_passages(corpus / "pages" / "trafilatura", today),
        tell_htmldate(corpus / "pages" / "htmldate", today),
    ]
    ours, peer = (1000 * sum(pair[place].cpu for pair in pairs) / sum(len(pair[0].texts) for pair in pairs) for place in (0, 1))
    verdict = "PASS" if ours <= CPU_GOAL * peer else "MISS"
    tell(f"{f'CPU ms a page, {ours / peer:.2f} x bare trafilatura':52} {ours:8.1f} {peer:8.1f}  <= {CPU_GOAL} x {verdict}")
    tell_walls(corpus, today, names_them=names_them)


Pair = tuple[Reading, Reading]


def score_fundus(folder: Path, today: date, limit: int | None = None) -> tuple[Pair, dict[str, Any]]:
    """Return both readings of fundus, and its pages by file."""
    pages = {page["file"]: page for page in load(folder / "expected.json")["pages"][:limit]}
    return read_both(folder, {name: page["url"] for name, page in pages.items()}, today), pages


def tell_fundus(pair: Pair, pages: dict[str, Any]) -> Pair:
    """Print text, title and day of fundus; return the readings."""
    scores = [
        statistics.mean(token_score(reading.texts[name], page["body"]) for name, page in pages.items()) for reading in pair
    ]
    row("fundus: F1 of the text", scores, 0.955)
    titles = {name: " ".join(page["title"].split()) for name, page in pages.items()}
    row(f"fundus: exact titles of {len(pages)}", [equal(reading.titles, titles) for reading in pair], 185)
    days = {name: parse_day(page["publishing_date"]) for name, page in pages.items()}
    row(f"fundus: exact days of {len(pages)}", [equal(reading.days, days) for reading in pair], 197)
    return pair


def tell_benchmark(folder: Path, today: date) -> Pair:
    """Print the F1 of article-extraction-benchmark as it counts it itself; return the readings."""
    truth = {f"{name}.html.gz": page for name, page in load(folder / "ground-truth.json").items()}
    pair = read_both(folder, {name: page["url"] for name, page in truth.items()}, today)
    scores = [shingle_score((reading.texts[name], page["articleBody"]) for name, page in truth.items()) for reading in pair]
    row("article-extraction-benchmark: F1 of the text", scores, 0.96)
    return pair


def tell_passages(folder: Path, today: date) -> Pair:
    """Print the F1 of trafilatura's own set, over passages that must be in a text or must not; return the readings."""
    pages = {page["file"]: page for page in load(folder / "expected.json")["pages"].values() if page.get("file")}
    pair = read_both(folder, dict.fromkeys(pages, ""), today)
    scores = [passage_score(reading.texts, pages) for reading in pair]
    row("trafilatura's set: F1 of passages", scores, scores[1])
    return pair


def tell_htmldate(folder: Path, today: date) -> Pair:
    """Print the exact days of htmldate's set; return the readings."""
    pages = load(folder / "expected.json")["pages"]
    pair = read_both(folder, {page["file"]: address for address, page in pages.items()}, today)
    days = {page["file"]: parse_day(page["date"]) for page in pages.values()}
    row(f"htmldate: exact days of {len(days)}", [equal(reading.days, days) for reading in pair], 355)
    return pair


def read_both(folder: Path, addresses: Mapping[str, str], today: date) -> Pair:
    """Return this project's reading of the files and that of the peers, made in turns."""
    ours, peer = Reading(), Reading()
    for name, address in addresses.items():
        content = gzip.decompress((folder / name).read_bytes())
        markup = decode(content, declared_encoding(content))[0]
        found, cpu = timed(lambda content=content: read_or_refuse(content, today))
        ours.cpu += cpu
        ours.texts[name], ours.titles[name], ours.days[name] = found.text, found.title or "", found.published_on
        bare, cpu = timed(lambda markup=markup: trafilatura.bare_extraction(markup, with_metadata=False))
        peer.cpu += cpu
        peer.texts[name] = getattr(bare, "text", None) or ""
        told = extract_metadata(markup)
        peer.titles[name] = " ".join((told.title or "").split())
        peer.days[name] = day_of_peer(markup, address, today)
    return ours, peer


def read_or_refuse(content: bytes, today: date) -> Extracted:
    """Return a page as this project reads it, without text where it refuses it."""
    try:
        return read_html(content, today)
    except UnreadableError:
        return Extracted("html", "")


def day_of_peer(markup: str, address: str, today: date) -> date | None:
    """Return the day that htmldate finds."""
    tree = trafilatura.load_html(markup)
    options = {"extensive_search": True, "original_date": True, "url": address or None, "max_date": today.isoformat()}
    return parse_day(find_date(tree, **options)) if tree is not None else None


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """Return a function's result and its CPU seconds."""
    begun = time.process_time()
    return function(), time.process_time() - begun


def token_score(text: str, expected: str) -> float:
    """Return the F1 of tokens as multisets, each CJK character being one."""
    found, wanted = (Counter(TOKEN.findall(words.lower())) for words in (text, expected))
    return 2 * (found & wanted).total() / (found.total() + wanted.total() or 1)


def shingle_score(texts: Iterable[tuple[str, str]]) -> float:
    """Return the F1 of the mean precision and recall of four-word shingles, found beside expected."""
    precisions, recalls = [], []
    for text, expected in texts:
        found, wanted = shingles(text), shingles(expected)
        common = (found & wanted).total()
        if found:
            precisions.append(common / found.total())
        if wanted:
            recalls.append(common / wanted.total())
    precision, recall = statistics.mean(precisions), statistics.mean(recalls)
    return 2 * precision * recall / (precision + recall)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Return the runs of four words in a text; of a shorter one, all its words."""
    words = re.findall(r"\w+", text)
    runs = (tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3)))
    return Counter(run for run in runs if run)


def passage_score(texts: Mapping[str, str], pages: Mapping[str, Any]) -> float:
    """Return the F1 over all passages that must stand in the texts and those that must not."""
    right = wrong = missing = 0
    for name, page in pages.items():
        text = " ".join(texts[name].split())
        found = sum(passage in text for passage in page["with"])
        right, missing = right + found, missing + len(page["with"]) - found
        wrong += sum(passage in text for passage in page["without"])
    return 2 * right / (2 * right + wrong + missing)


def equal(found: Mapping[str, Any], expected: Mapping[str, Any]) -> int:
    """Return how many answers are the expected ones."""
    return sum(found[name] == value for name, value in expected.items())


def tell_walls(corpus: Path, today: date, *, names_them: bool) -> None:
    """Print how many documents of the corpus are refused as walls, and how many of its known walls are recognised."""
    walls, documents = known_walls(corpus), 0
    hits, false = Counter[bool](), []
    for file, content in readable(corpus):
        is_wall = content in walls
        rule = refusal(content, file, today)
        documents += not is_wall
        if is_wall:
            hits[rule in REASONS] += 1
        elif rule in REASONS:
            false.append(f"{rule} {file.relative_to(corpus)}")
    share = len(false) / documents
    verdict = "PASS" if share <= FALSE_GOAL else "MISS"
    tell(f"{f'walls: refused of {documents} documents':52} {len(false):8} {'-':>8}  <= {FALSE_GOAL:.1%} {verdict}")
    verdict = "PASS" if not hits[False] else "MISS"
    tell(f"{f'walls: recognised of {hits.total()} known ones':52} {hits[True]:8} {'-':>8}  all {verdict}")
    for line in false if names_them else ():
        tell(line)


def known_walls(corpus: Path) -> set[bytes]:
    """Return the contents that labels call a placeholder of what is to come or a paywall stub."""
    rows = (json.loads(line) for line in (corpus / "official" / "index.jsonl").read_text(encoding="utf-8").splitlines())
    names = [corpus / "official" / row["file"] for row in rows if any("placeholder" in flag for flag in row.get("flags") or ())]
    pairs = (json.loads(line) for line in (corpus / "duplicates" / "pairs.jsonl").read_text(encoding="utf-8").splitlines())
    names += [corpus / "duplicates" / "docs" / pair[side] for pair in pairs if pair["kind"] == "paywall stubs" for side in "ab"]
    # The scraper's JSON beside a page tells the same.
    beside = (name.with_name(name.name.replace(".html", ".json")) for name in names)
    return {unpacked(name) for name in (*names, *beside) if name.exists()}


def readable(corpus: Path) -> Iterator[tuple[Path, bytes]]:
    """Give the files of pages, official documents, press and duplicates that hold one document each as text."""
    labels = {"expected.json", "ground-truth.json", "README.md"}
    for folder in ("pages", "official", "press", "duplicates/docs"):
        for file in sorted((corpus / folder).rglob("*")):
            if file.is_file() and file.name not in labels and file.name.removesuffix(".gz").endswith(READABLE):
                yield file, unpacked(file)


def refusal(content: bytes, file: Path, today: date) -> str | None:
    """Return the rule by which this project refuses a file; None for a document."""
    try:
        extract(content, file.name.removesuffix(".gz"), today)
    except UnreadableError as error:
        return error.rule
    return None


def unpacked(file: Path) -> bytes:
    """Return what a file holds, packed or not."""
    content = file.read_bytes()
    return gzip.decompress(content) if file.suffix == ".gz" else content


def load(file: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(file.read_text(encoding="utf-8"))


def row(figure: str, scores: list[float], goal: float) -> None:
    """Print one figure, ours and the peer's, of which more is better."""
    shown = [f"{score:8.4f}" if isinstance(score, float) else f"{score:8}" for score in scores]
    tell(f"{figure:52} {' '.join(shown)}  >= {goal:.4g} {'PASS' if scores[0] >= goal else 'MISS'}")


def tell(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.now(UTC).date(), names_them="-v" in sys.argv[2:])
