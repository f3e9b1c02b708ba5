"""Titles of pages against those that hand-written parsers gave: `python -m benchmarks.titles CORPUS`.

Prints the share of exact titles of this project and of trafilatura, on the pages of `CORPUS/pages/fundus`.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import trafilatura
from trafilatura.metadata import extract_metadata

from analysis.collect.extract.title import find_title

GOAL = 185


def main(corpus: Path) -> None:
    folder = corpus / "pages" / "fundus"
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["pages"]
    ours = peers = 0
    for case in cases:
        text = gzip.decompress((folder / case["file"]).read_bytes()).decode("utf-8", "replace")
        expected = " ".join(case["title"].split())
        tree = trafilatura.load_html(text)
        ours += find_title(tree) == expected
        peers += " ".join((extract_metadata(text).title or "").split()) == expected
    verdict = "PASS" if ours >= GOAL else "MISS"
    sys.stdout.write(f"exact titles of {len(cases)}: ours {ours}, trafilatura {peers}, goal {GOAL}: {verdict}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
