"""Loose files and passages, judged without a database of documents: what the reading verbs of the command line print."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from analysis import catalogue
from analysis.catalogue import Source
from analysis.classify.evaluate import jurisdiction_metrics, rule_metrics, sector_metrics, stance_metrics
from analysis.classify.features import Passage
from analysis.classify.model import Judgement, Model, judge
from analysis.collect.documents import document_row, language_code
from analysis.collect.extract import extract, find_language
from analysis.collect.isolate import isolation
from analysis.collect.listing.entries import Entry
from analysis.collect.listing.feed import read_feed
from analysis.collect.listing.folder import read_index
from analysis.errors import ListingError, ModelError, PolicySignalsError, UnreadableError
from analysis.settings import Settings
from analysis.statements.attribute import Attribution, attribute
from analysis.statements.jurisdiction import jurisdiction
from analysis.statements.split import split
from analysis.steps.classify import statement_rows
from analysis.steps.models import current_model, keep_evaluation, model_of
from analysis.steps.place import open_place
from analysis.tables import CHANNELS, STANCES

log = logging.getLogger(__name__)


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
    told = ("document_id", "text", "language", "channel", "authority_id", "title", "published_on")
    rows = statement_rows(**{key: document[key] for key in told})
    shown = ("title", "language", "channel", "publisher", "authority_id", "published_on", "date_flag", "address")
    return {
        "document": {"file": name, **{key: document[key] for key in shown}},
        "statements": _explained(settings, rows, now),
    }


def _explained(settings: Settings, rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    model = current_model(settings, open_place(settings), now)
    is_known = bool(rows) and rows[0]["language"] in model.judged_languages
    judged_rows = [row for row in rows if is_known and row["turn"] != "question"]
    passages = [Passage(row["text"], row["language"], row["before"], row["after"]) for row in judged_rows]
    found = dict(zip([row["position"] for row in judged_rows], judge(model, passages), strict=True))
    shown = (
        "start", "end", "text", "turn", "asked_by", "authority_id", "office_id", "attributed_by", "speaker",
        "is_quotation", "quote_start", "quote_end", "jurisdiction", "jurisdiction_by", "act",
    )  # fmt: skip
    return [
        {
            **{key: row[key] for key in shown},
            **_judged(found.get(row["position"]), model),
        }
        for row in rows
    ]


def _judged(judgement: Judgement | None, model: Model) -> dict[str, Any]:
    """Return a judgement as it is printed; all empty for a question, and for a language that the model does not know."""
    if judgement is None:
        return {
            "stance": None,
            "probabilities": None,
            "stance_set": [],
            "rule_stance": None,
            "sectors": [],
            "terms": [],
            "model_id": model.model_id,
        }
    return {
        "stance": judgement.stance,
        "probabilities": {name: round(value, 4) for name, value in judgement.probabilities.items()},
        "stance_set": list(judgement.stance_set),
        "rule_stance": judgement.rule_stance,
        "sectors": list(judgement.sectors),
        "terms": judgement.terms,
        "model_id": model.model_id,
    }


def label_lines(settings: Settings, text: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Give the judgement of each passage of a JSON-lines text, in its order.

    What is not judged, because the model does not know its language, is told in a warning. Raises PolicySignalsError, naming
    the line, for one that is no passage.
    """
    raw = [_passage(line, number) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    model = current_model(settings, open_place(settings), now)
    languages = [language_code(row.get("language") or find_language(row["text"])) for row in raw]
    passages = [
        Passage(row["text"], language, row.get("before") or "", row.get("after") or "")
        for row, language in zip(raw, languages, strict=True)
    ]
    known = [passage for passage in passages if passage.language in model.judged_languages]
    judged = iter(judge(model, known))
    for row, passage in zip(raw, passages, strict=True):
        judgement = next(judged) if passage.language in model.judged_languages else None
        if judgement is None:
            known_ones = ", ".join(model.judged_languages)
            log.warning(
                "passage %s: not judged, its language is %s: name one of %s", row.get("id"), passage.language, known_ones
            )
        yield {"id": row.get("id"), **_judged(judgement, model), **_attributed(row, passage.language)}


def _passage(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
        optional = (row.get(name) for name in ("language", "before", "after"))
        if isinstance(row["text"], str) and all(value is None or isinstance(value, str) for value in optional):
            return row
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise PolicySignalsError(f'line {number}: no passage: write {{"id": ..., "text": ...}} a line')


def _attributed(row: dict[str, Any], language: str) -> dict[str, Any]:
    """Return whose position a passage tells; the passage before it may name who goes on.

    Where nothing in it tells the jurisdiction, the one that most texts of its language are from is given.
    """
    # Half of a surrogate pair is no character, and no sentence is found around it.
    text, earlier = (words.encode("utf-8", "replace").decode("utf-8") for words in (row["text"], row.get("before") or ""))
    before, spans = split(earlier, language), split(text, language)
    told = attribute([*before, *spans], language, None)[len(before) :]
    found = next((one for one in told if one.authority_id), told[-1] if told else Attribution(None, "none", None, False))
    place = jurisdiction(text, language, found.authority_id, is_loose=True)
    return {
        "jurisdiction": place.code,
        "jurisdiction_by": place.by if place.code else None,
        "authority_id": found.authority_id,
        "office_id": found.office_id,
        "attributed_by": found.by,
        "speaker": found.speaker,
    }


def score(settings: Settings, labels: Path, model_id: str | None, now: datetime) -> dict[str, Any]:
    """Return the metrics of a model on a labelled file: stance with intervals, by class, language, kind and channel; sectors;
    jurisdictions where the file names one. The registry keeps them.

    Passages in a language that the model does not know are counted apart. Raises ModelError for an unknown model or file.
    """
    engine = open_place(settings)
    model = model_of(settings, engine, model_id) if model_id else current_model(settings, engine, now)
    labelled = _labelled(labels)
    rows = [row for row in labelled if row["language"] in model.languages]
    if not rows:
        raise ModelError(f"{labels}: no passage in a language of the model ({', '.join(model.languages)})")
    judgements = judge(model, [row["passage"] for row in rows])
    figures = {
        "stance": _stance_metrics(rows, judgements),
        "rule": rule_metrics(
            [row.get("stance") or row["label"] for row in rows],
            [judgement.stance for judgement in judgements],
            [judgement.rule_stance for judgement in judgements],
        ),
        "sectors": _sector_metrics(rows, judgements),
        "jurisdiction": jurisdiction_metrics(
            [row.get("jurisdiction") for row in rows],
            [_attributed(row, row["language"])["jurisdiction"] if row.get("jurisdiction") else None for row in rows],
        ),
        "passages_in_other_languages": len(labelled) - len(rows),
    }
    keep_evaluation(settings, model.model_id, hashlib.sha256(labels.read_bytes()).hexdigest(), figures)
    return {"model_id": model.model_id, **figures}


def _stance_metrics(rows: Sequence[dict[str, Any]], judgements: Sequence[Judgement]) -> dict[str, Any]:
    parts = {
        "language": [row["language"] for row in rows],
        "kind": [str(row.get("kind") or "") for row in rows],
        "channel": [_channel(row) for row in rows],
    }
    return stance_metrics(
        [row.get("stance") or row["label"] for row in rows],
        np.array([[judgement.probabilities[stance] for stance in STANCES] for judgement in judgements]),
        np.random.default_rng(0),
        [row["group"] for row in rows],
        {name: values for name, values in parts.items() if any(values)},
        [judgement.stance_set for judgement in judgements],
    )


def _channel(row: dict[str, Any]) -> str:
    """Return the channel that a labelled line names; some files call it the kind."""
    return next((row[name] for name in ("channel", "kind") if row.get(name) in CHANNELS), "")


def _sector_metrics(rows: Sequence[dict[str, Any]], judgements: Sequence[Judgement]) -> dict[str, Any] | None:
    if not all(isinstance(row.get("sectors"), list) for row in rows):
        return None
    return sector_metrics([row["sectors"] for row in rows], [list(judgement.sectors) for judgement in judgements])


def _labelled(path: Path) -> list[dict[str, Any]]:
    from analysis.classify.training import read_examples

    # Read once for its checks: each line's labels are known ones.
    examples = read_examples([path])
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return [
        {**line, "language": example.passage.language, "passage": example.passage, "group": example.group}
        for line, example in zip(lines, examples, strict=True)
    ]
