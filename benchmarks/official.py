"""Official documents read as a collector reads them: `python -m benchmarks.official CORPUS [--misses]`.

Prints, for `CORPUS/official`, dates, titles, languages and characters that are right, beside what trafilatura, pdfium and
mammoth give as they come. With `--misses` each miss is named after the table, by kind of fault and file.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from analysis.collect.documents import language_code
from analysis.collect.extract import extract
from analysis.errors import UnreadableError

TODAY = date(2026, 11, 25)
"""The day on which the corpus was gathered."""


@dataclass
class Reading:
    """What one reader made of a document; `refusal` is the reason where it gave no text."""

    text: str = ""
    title: str | None = None
    day: date | None = None
    language: str | None = None
    refusal: str | None = None


@dataclass
class Score:
    """Counts of one reader, and its misses by kind."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    misses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, figure: str, is_right: bool, miss: str) -> None:
        self.asked[figure] += 1
        self.right[figure] += is_right
        if not is_right:
            self.misses[figure].append(miss)

    def share(self, figure: str) -> float:
        return self.right[figure] / self.asked[figure] if self.asked[figure] else 1.0


def main(corpus: Path, shows_misses: bool = False) -> None:
    folder = corpus / "official"
    scores = {"ours": Score(), "peer": Score()}
    readers: dict[str, Callable[[bytes, dict], Reading]] = {"ours": read_ours, "peer": read_peer}
    for row in rows(folder):
        content = (folder / row["file"]).read_bytes()
        for name, read in readers.items():
            judge(row, read(content, row), folder, scores[name])
    for line in table(scores["ours"], scores["peer"]):
        sys.stdout.write(line + "\n")
    if shows_misses:
        for figure, misses in scores["ours"].misses.items():
            sys.stdout.write("".join(f"\n{figure}: {miss}" for miss in misses) + "\n")


def rows(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "index.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_ours(content: bytes, row: dict[str, Any]) -> Reading:
    try:
        found = extract(content, Path(row["file"]).name, TODAY, text_field=row.get("text_field"))
    except UnreadableError as error:
        return Reading(refusal=error.reason)
    return Reading(found.text, found.title, found.published_on, language_code(found.language))


def read_peer(content: bytes, row: dict[str, Any]) -> Reading:
    """Return what the libraries give as they come, with no rule around them; a JSON document by the field its index names."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    try:
        text, title, day = _peer_parts(content, row)
    except Exception as error:
        return Reading(refusal=f"{type(error).__name__}")
    import py3langid

    return Reading(text, title, day, language_code(py3langid.classify(text[:4000])[0]))


def _peer_parts(content: bytes, row: dict[str, Any]) -> tuple[str, str | None, date | None]:
    kind = row["format"].split()[0]
    if content[:4] == b"%PDF":
        import pypdfium2

        with pypdfium2.PdfDocument(content) as pdf:
            pages = [page.get_textpage().get_text_bounded() for page in pdf]
            return "\n".join(pages), pdf.get_metadata_dict().get("Title") or None, None
    if kind == "docx":
        import mammoth

        return mammoth.extract_raw_text(io.BytesIO(content)).value, None, None
    text = content.decode("utf-8", "replace")
    if kind == "html":
        from trafilatura import bare_extraction

        page = bare_extraction(text, with_metadata=True)
        found = page.as_dict() if page else {}
        day = found.get("date")
        return found.get("text") or "", found.get("title"), date.fromisoformat(day) if day else None
    return ("" if content[:2] == b"PK" else text), None, None


def judge(row: dict[str, Any], found: Reading, folder: Path, score: Score) -> None:
    """Count what one reader made of one document."""
    subject, kind = row["file"], row["file"].split("/")[0]
    if found.refusal:
        score.add("a text or a stated refusal", True, subject)
        if kind != "dropfolder":
            score.add("read at all, outside the drop folder", False, f"{subject}: {found.refusal}")
    else:
        score.add("a text or a stated refusal", bool(found.text.strip()), subject)
    if row["date"] and row["date_precision"] == "day":
        is_exact = str(found.day) == row["date"]
        score.add("date exact", is_exact, f"{subject}: {found.day} for {row['date']}")
        if spells(raw_text(folder / row["file"]), date.fromisoformat(row["date"])):
            score.add(SPELLED, is_exact, f"{subject}: {found.day} for {row['date']}")
    elif not found.refusal:
        is_spelled = found.day is None or spells(found.text, found.day)
        score.add("undated left empty, or dated by its own words", is_spelled, f"{subject}: {found.day}")
        score.add("undated left empty", found.day is None, f"{subject}: {found.day}")
    if not found.refusal:
        score.add("not after today", found.day is None or found.day <= TODAY, f"{subject}: {found.day}")
    if not found.refusal and row["language"]:
        score.add("language", found.language == row["language"], f"{subject}: {found.language} for {row['language']}")
    if row["title"] and not found.refusal:
        is_same = joined(found.title) == joined(row["title"])
        score.add(f"title, {kind}", is_same, f"{subject}: {found.title!r} for {row['title']!r}")
        score.add("title", is_same, subject)
    if kind == "dropfolder" and row.get("text_file"):
        expected = characters((folder / row["text_file"]).read_text(encoding="utf-8"))
        share = (expected & characters(found.text)).total() / expected.total()
        score.asked["characters"] += expected.total()
        score.right["characters"] += (expected & characters(found.text)).total()
        if share < 0.99:
            score.misses["characters"].append(f"{subject}: {share:.3f} {found.refusal or ''}")


def characters(text: str) -> Counter[str]:
    return Counter(re.sub(r"\s+", "", text))


def joined(title: str | None) -> str:
    return " ".join((title or "").split())


def spells(text: str, day: date) -> bool:
    """Return whether a text holds the numbers of a day close together, so that the date is its own."""
    numerals = str.maketrans("〇○零一二三四五六七八九", "000123456789")
    forms = (
        rf"{day.year}\D{{0,4}}0?{day.month}\D{{0,4}}0?{day.day}(?!\d)",
        rf"(?<!\d)0?{day.day}\D{{1,20}}{day.year}",
        rf"{day:%b}[a-z]{{0,6}}\.?\s0?{day.day}\D{{1,20}}{day.year}",
    )
    return any(re.search(form, text) or re.search(form, text.translate(numerals)) for form in forms)


def raw_text(path: Path) -> str:
    """Return a file's own letters, its markup included."""
    content = path.read_bytes()
    return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8", "replace")


SPELLED = "date exact, of days that the file spells"
GOALS = {
    "date exact": 0.97,
    SPELLED: 0.97,
    "undated left empty, or dated by its own words": 1.0,
    "not after today": 1.0,
    "a text or a stated refusal": 1.0,
    "characters": 0.97,
}


def table(ours: Score, peer: Score) -> Iterator[str]:
    """Give the lines of the table: figure, ours, peer, goal and verdict."""
    yield f"{'figure':50} {'ours':>16} {'peer':>16}  goal"
    for figure in [*GOALS, "undated left empty", "language", "title", *sorted(f for f in ours.asked if f.startswith("title,"))]:
        goal = GOALS.get(figure)
        verdict = "" if goal is None else f"  {goal:.2f} {'PASS' if ours.share(figure) >= goal else 'MISS'}"
        yield f"{figure:50} {told(ours, figure)} {told(peer, figure)}{verdict}"


def told(score: Score, figure: str) -> str:
    return f"{score.share(figure):6.3f} {score.right[figure]:4}/{score.asked[figure]:<4}".rjust(16)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--misses" in sys.argv[2:])
