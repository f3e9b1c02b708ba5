"""Loose files and passages, judged without a database of documents: what the reading verbs of the command line print."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from analysis import catalogue, store
from analysis.catalogue import Source
from analysis.classify.evaluate import sector_metrics, stance_metrics
from analysis.classify.features import Passage
from analysis.classify.model import Judgement, Model, judge
from analysis.classify.registry import load
from analysis.collect.documents import document_row, language_code
from analysis.collect.extract import extract, find_language
from analysis.collect.isolate import isolation
from analysis.collect.listing.entries import Entry
from analysis.collect.listing.feed import read_feed
from analysis.collect.listing.folder import read_index
from analysis.errors import ListingError, ModelError, PolicySignalsError, UnreadableError
from analysis.settings import Settings
from analysis.statements.attribute import attribute
from analysis.statements.split import Passage as Span
from analysis.steps.classify import current_model, statement_rows
from analysis.steps.place import open_place
from analysis.tables import STANCES, models

log = logging.getLogger(__name__)

CERTAINTY = 0.9
"""Probability that a set of stances holds together."""


def feed_lines(files: Sequence[Path], base_url: str) -> Iterator[dict[str, Any]]:
    """Give what each feed holds: file, format, entries and error."""
    with isolation() as isolated:
        for path in files:
            line: dict[str, Any] = {"file": str(path), "format": None, "entries": [], "error": None}
            try:
                found = isolated(read_feed, _bytes(path), base_url)
                yield {**line, "format": found.format, "entries": [_feed_entry(entry) for entry in found.entries]}
            except (ListingError, UnreadableError) as error:
                yield {**line, "error": str(error)}


def _feed_entry(entry: Entry) -> dict[str, Any]:
    moment = entry.published_at or entry.published_on
    return {
        "id": entry.entry_id,
        "url": entry.address,
        "title": entry.title,
        "published_at": moment.isoformat() if moment else None,
        "summary": entry.summary,
    }


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError("not_readable", f"the file cannot be read ({error.strerror})") from error


def extract_lines(files: Sequence[Path], now: datetime) -> Iterator[dict[str, Any]]:
    """Give what each file becomes: file, format, title, published_at, language, text, encoding, url and error.

    A date after `now` is left empty. What of a file could not be read is logged.
    """
    names = ("format", "title", "published_at", "language", "text", "encoding", "url")
    with isolation() as isolated:
        for path in files:
            line = {"file": str(path), **dict.fromkeys(names), "error": None}
            try:
                found = isolated(extract, _bytes(path), path.name, now.date())
            except UnreadableError as error:
                yield {**line, "error": error.reason}
                continue
            for note in found.notes:
                log.warning("%s: %s", path, note)
            if found.replacement_count:
                log.warning("%s: %d characters could not be decoded", path, found.replacement_count)
            moment = found.published_at or found.published_on
            is_past = found.published_on is not None and found.published_on <= now.date()
            line |= {name: getattr(found, name) for name in ("format", "title", "text", "encoding")}
            line |= {"published_at": moment.isoformat() if moment and is_past else None, "url": found.address}
            yield {**line, "language": language_code(found.language)}


def explain(settings: Settings, path: Path, content: bytes | None, now: datetime) -> dict[str, Any]:
    """Return one text explained: the document, and each statement with place, authority, sectors, stance and terms.

    `content` is given for text that stands in no file. What an index beside the file tells of it counts.
    Raises PolicySignalsError when there is no text.
    """
    name = "standard input" if content is not None else path.name
    entry = Entry() if content is not None else read_index(path.parent).get(path.resolve(), Entry())
    source = Source(id="read", name="One text", kind="folder")
    try:
        with isolation() as isolated:
            raw = _bytes(path) if content is None else content
            found = isolated(extract, raw, "text.txt" if content is not None else path.name, now.date(), None, entry.text_field)
    except UnreadableError as error:
        raise PolicySignalsError(f"{name}: {error.reason}") from error
    document = document_row(found, entry, source, "", now, catalogue.authority_named)
    told = ("document_id", "text", "language", "channel", "authority_id", "title")
    rows = statement_rows(**{key: document[key] for key in told})
    shown = ("title", "language", "channel", "publisher", "authority_id", "published_on", "date_flag", "address")
    return {
        "document": {"file": name, **{key: document[key] for key in shown}},
        "statements": _explained(settings, rows, now),
    }


def _explained(settings: Settings, rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    model = current_model(settings, open_place(settings), now)
    is_known = bool(rows) and rows[0]["language"] in model.languages
    judged_rows = [row for row in rows if is_known and row["turn"] != "question"]
    passages = [Passage(row["text"], row["language"], f"{row['before']} {row['after']}") for row in judged_rows]
    found = dict(zip([row["position"] for row in judged_rows], judge(model, passages), strict=True))
    shown = ("start", "end", "text", "turn", "asked_by", "authority_id", "attributed_by", "speaker", "is_quotation")
    return [
        {
            **{key: row[key] for key in shown},
            "jurisdiction": _jurisdiction(row["authority_id"]),
            **_judged(found.get(row["position"]), model),
        }
        for row in rows
    ]


def _jurisdiction(authority_id: str | None) -> str | None:
    return catalogue.authorities()[authority_id].jurisdiction if authority_id else None


def _judged(judgement: Judgement | None, model: Model) -> dict[str, Any]:
    """Return a judgement as it is printed; all empty for a question, and for a language that the model does not know."""
    if judgement is None:
        return {
            "stance": None,
            "probabilities": None,
            "stance_set": [],
            "sectors": [],
            "terms": [],
            "model_id": model.model_id,
        }
    return {
        "stance": judgement.stance,
        "probabilities": {name: round(value, 4) for name, value in judgement.probabilities.items()},
        "stance_set": stance_set(judgement.probabilities),
        "sectors": list(judgement.sectors),
        "terms": judgement.terms,
        "model_id": model.model_id,
    }


def stance_set(probabilities: dict[str, float]) -> list[str]:
    """Return the fewest stances that hold together with a probability of at least 0.9, the most probable first."""
    chosen, held = [], 0.0
    for stance, probability in sorted(probabilities.items(), key=lambda pair: -pair[1]):
        chosen.append(stance)
        held += probability
        if held >= CERTAINTY:
            break
    return chosen


def label_lines(settings: Settings, text: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Give the judgement of each passage of a JSON-lines text, in its order.

    Raises PolicySignalsError, naming the line, for one that is no passage.
    """
    raw = [_passage(line, number) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    model = current_model(settings, open_place(settings), now)
    languages = [language_code(row.get("language") or find_language(row["text"])) for row in raw]
    passages = [
        Passage(row["text"], language, f"{row.get('before') or ''} {row.get('after') or ''}")
        for row, language in zip(raw, languages, strict=True)
    ]
    known = [passage for passage in passages if passage.language in model.languages]
    judged = iter(judge(model, known))
    for row, passage in zip(raw, passages, strict=True):
        judgement = next(judged) if passage.language in model.languages else None
        yield {"id": row.get("id"), **_judged(judgement, model), **_attributed(row, passage.language)}


def _passage(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
        optional = (row.get(name) for name in ("language", "before", "after"))
        if isinstance(row["text"], str) and all(value is None or isinstance(value, str) for value in optional):
            return row
    except (ValueError, KeyError, TypeError):
        pass
    raise PolicySignalsError(f'line {number}: no passage: write {{"id": ..., "text": ...}} a line')


def _attributed(row: dict[str, Any], language: str) -> dict[str, Any]:
    """Return whose position a passage tells; the passage before it may name who goes on."""
    spans = [Span(0, 0, text) for text in (row.get("before") or "", row["text"])]
    found = attribute(spans, language, None)[-1]
    return {
        "jurisdiction": _jurisdiction(found.authority_id),
        "authority_id": found.authority_id,
        "speaker": found.speaker,
    }


def score(settings: Settings, labels: Path, model_id: str | None, now: datetime) -> dict[str, Any]:
    """Return the metrics of a model on a labelled file: stance with interval, by class, language and channel, and sectors.

    Passages in a language that the model does not know are counted apart. Raises ModelError for an unknown model or file.
    """
    model = _model(settings, model_id, now)
    labelled = _labelled(labels)
    rows = [row for row in labelled if row["language"] in model.languages]
    if not rows:
        raise ModelError(f"{labels}: no passage in a language of the model ({', '.join(model.languages)})")
    judgements = judge(model, [Passage(row["text"], row["language"]) for row in rows])
    probabilities = np.array([[judgement.probabilities[stance] for stance in STANCES] for judgement in judgements])
    parts = {
        "language": [row["language"] for row in rows],
        "channel": [row.get("channel") or row.get("kind") or "" for row in rows],
    }
    groups = [row.get("document") or str(number) for number, row in enumerate(rows)]
    stances = [row.get("stance") or row["label"] for row in rows]
    given = [list(judgement.sectors) for judgement in judgements]
    return {
        "model_id": model.model_id,
        "stance": stance_metrics(stances, probabilities, np.random.default_rng(0), groups, parts),
        "sectors": sector_metrics([row["sectors"] for row in rows], given) if all("sectors" in row for row in rows) else None,
        "passages_in_other_languages": len(labelled) - len(rows),
    }


def _labelled(path: Path) -> list[dict[str, Any]]:
    from analysis.classify.model import read_examples

    # Read once for its checks: each line's labels are known ones.
    examples = read_examples([path])
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return [{**line, "language": example.passage.language} for line, example in zip(lines, examples, strict=True)]


def _model(settings: Settings, model_id: str | None, now: datetime) -> Model:
    engine = open_place(settings)
    if model_id is None:
        return current_model(settings, engine, now)
    with store.reading(engine) as connection:
        path = connection.scalar(select(models.c.file_path).where(models.c.model_id == model_id))
    if path is None:
        raise ModelError(f"model {model_id} is unknown: the table models lists all")
    return load(settings.home / path)
