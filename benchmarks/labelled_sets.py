"""Readers of the public labelled sets that a recipe is scored on; none of them may enter training of the product."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

SEEDS = (5768, 78516, 944601)
"""Of the published splits of FOMC and CoCoHD."""
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TARGET = "targetmention"
"""What stands for the mention that a sentiment is towards."""
WINDOW = 6
"""Words on either side of the target that are told apart by their place."""


@dataclass(frozen=True)
class Texts:
    """Texts with their labels; `marks` are tokens that tell more of each text."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    marks: tuple[tuple[str, ...], ...] = ()


def sheet_rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of the first sheet of an Excel workbook, keyed by the cells of its first row."""
    with zipfile.ZipFile(file) as archive:
        shared = [_text(entry) for entry in _elements(archive, "xl/sharedStrings.xml", "si")]
        rows = [_cells(row, shared) for row in _elements(archive, "xl/worksheets/sheet1.xml", "row")]
    return [{name: row.get(column, "") for column, name in rows[0].items()} for row in rows[1:]]


def _elements(archive: zipfile.ZipFile, member: str, name: str) -> Iterator[Any]:
    if member in archive.namelist():
        yield from etree.fromstring(archive.read(member)).iter(SHEET + name)


def _cells(row: Any, shared: list[str]) -> dict[str, str]:
    """Return the cells of a row by the letters of their column."""
    found = {}
    for cell in row.iter(SHEET + "c"):
        value = cell.findtext(SHEET + "v") or ""
        if cell.get("t") == "s":
            value = shared[int(value)]
        elif cell.get("t") == "inlineStr":
            value = _text(cell)
        found[cell.get("r").rstrip("0123456789")] = value
    return found


def _text(element: Any) -> str:
    return "".join(part.text or "" for part in element.iter(SHEET + "t"))


def fomc(folder: Path, name: str, seed: int) -> tuple[Texts, Texts]:
    """Return the training and the test sentences of a FOMC set (`combine`, `split-combine`)."""
    files = (f"training_data/lab-manual-{name}-train-{seed}.xlsx", f"test_data/lab-manual-{name}-test-{seed}.xlsx")
    train, test = (_from_sheet(folder / file, "sentence") for file in files)
    return train, test


def cocohd(folder: Path, name: str, seed: int) -> tuple[Texts, Texts]:
    """Return the training and the test sentences of a CoCoHD task (`IncDec`, `relevancy`)."""
    train, test = (_from_sheet(folder / part / f"{name}-{part}-{seed}.xlsx", "sentences") for part in ("train", "test"))
    return train, test


def _from_sheet(file: Path, column: str) -> Texts:
    rows = sheet_rows(file)
    return Texts(tuple(row[column] for row in rows), tuple(str(int(float(row["label"]))) for row in rows))


def sib200(folder: Path, language: str) -> tuple[Texts, Texts]:
    """Return the training and the test sentences of SIB-200 in a language (`eng_Latn`)."""

    def read(part: str) -> Texts:
        lines = (folder / language / f"{part}.tsv").read_text(encoding="utf-8").split("\n")[1:]
        rows = [line.split("\t") for line in lines if line]
        return Texts(tuple(row[2] for row in rows), tuple(row[1] for row in rows))

    return read("train"), read("test")


def umsab(folder: Path, language: str) -> tuple[Texts, Texts]:
    """Return the training and the test tweets of UMSAB in a language (`english`)."""

    def read(part: str) -> Texts:
        labels = (folder / language / f"{part}_labels.txt").read_text(encoding="utf-8").split()
        texts = (folder / language / f"{part}_text.txt").read_text(encoding="utf-8").split("\n")
        return Texts(tuple(texts[: len(labels)]), tuple(labels))

    return read("train"), read("test")


def newsmtsc(folder: Path, part: str) -> Texts:
    """Return the sentences of a part of NewsMTSC (`train`, `devtest_rw`), once for each target, which is masked.

    The marks are the words next to the target with their side, and with their distance.
    """
    texts, labels, marks = [], [], []
    for line in (folder / f"{part}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for target in row["targets"]:
            before, after = row["sentence_normalized"][: target["from"]], row["sentence_normalized"][target["to"] :]
            texts.append(f"{before}{TARGET}{after}")
            labels.append(str(int(target["polarity"])))
            marks.append(tuple(_near_words(before, after)))
    return Texts(tuple(texts), tuple(labels), tuple(marks))


def _near_words(before: str, after: str) -> Iterator[str]:
    for side, words in (("left", before.lower().split()[::-1]), ("right", after.lower().split())):
        for distance, word in enumerate(words[:WINDOW], 1):
            yield f"{side} {word}"
            yield f"{side} {min(distance, 3)} {word}"
