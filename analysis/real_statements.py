"""The feature rows of the real statements, written anew from the documents: `python -m analysis.real_statements CORPUS`.

CORPUS is the folder that the field `file` of `classify/examples/real/references.jsonl` starts from.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from analysis.classify.features import Passage
from analysis.classify.real import read_references, text_hash, write_features
from analysis.collect.extract import extract
from analysis.errors import ModelError, PolicySignalsError
from analysis.statements.split import split


def passages_of(references: Sequence[dict[str, Any]], corpus: Path, today: date) -> Iterator[Passage]:
    """Give the passage that each reference names, read from the documents in a folder.

    Raises ModelError for a document that is missing, and for a statement that does not stand in it any more.
    """
    texts: dict[tuple[str, str | None], str] = {}
    for reference in references:
        place = (reference["file"], reference["field"])
        if place not in texts:
            texts = {place: _text(corpus, *place, today)}
        yield _passage(texts[place], reference)


def _text(corpus: Path, file: str, field: str | None, today: date) -> str:
    path = corpus / file
    try:
        return extract(path.read_bytes(), path.name, today, None, field).text
    except (OSError, PolicySignalsError) as error:
        raise ModelError(f"{file} cannot be read ({error}): name the folder that holds the documents") from error


def _passage(text: str, reference: dict[str, Any]) -> Passage:
    language, places = reference["language"], [place for place, character in enumerate(text) if not character.isspace()]
    flat, length = "".join(text.split()), reference["character_count"]
    # Near the place where it stood first: another version of the extraction moves a statement by little.
    likely = sorted(range(len(flat) - length + 1), key=lambda first: abs(places[first] - reference["start"]))
    first = next((first for first in likely if text_hash(flat[first : first + length]) == reference["text_hash"]), None)
    if first is None:
        raise ModelError(
            f"{reference['file']}: the statement at {reference['start']} does not stand in it any more: label it anew"
        )
    start, end = places[first], places[first + length - 1] + 1
    passages = split(text, language)
    before = [passage.text for passage in passages if passage.end <= start]
    after = [passage.text for passage in passages if passage.start >= end]
    return Passage(text[start:end], language, before[-1] if before else "", after[0] if after else "")


def main() -> None:
    """Write the feature rows of the real statements anew."""
    parser = argparse.ArgumentParser(description="Write the feature rows of the real statements anew.")
    parser.add_argument("corpus", type=Path, help="folder that the field `file` of the references starts from")
    corpus = parser.parse_args().corpus
    references = read_references()
    write_features(list(passages_of(references, corpus, datetime.now(UTC).date())), references)


if __name__ == "__main__":
    main()
