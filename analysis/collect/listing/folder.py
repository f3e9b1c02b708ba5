"""Folders of documents to entries, with what their index tells."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from analysis.collect.listing.entries import Entry, one_line, parse_day
from analysis.errors import ListingError

INDEX_NAME = "index.jsonl"
INDEX_FIELDS = (
    "file", "address", "title", "date", "date_precision", "language", "publisher", "channel", "authority_id", "reference",
    "kind", "text_field",
)  # fmt: skip


def list_folder(folder: Path) -> Iterator[Entry]:
    """Give an entry for each file below the folder, in the order of their paths; a folder that cannot be listed has its own.

    What the folder's index tells (`index.jsonl` in it, or beside it) comes along; links are not followed.
    Raises ListingError when the folder is missing or cannot be listed, or its index cannot be read.
    """
    paths = sorted(_paths(folder))
    known = read_index(folder)
    for path in paths:
        relative = path.relative_to(folder).as_posix()
        yield replace(known.get(Path(os.path.realpath(path)), Entry()), file_path=relative)


def _paths(folder: Path) -> Iterator[Path]:
    """Give whatever lies below the folder and is no folder itself, and folders that cannot be listed."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as found:
                for item in found:
                    if item.is_dir(follow_symlinks=False):
                        waiting.append(place / item.name)
                    else:
                        yield place / item.name
        except OSError as error:
            if place == folder:
                raise ListingError(
                    f"{folder} is not a folder that can be listed ({error.strerror}): name one that holds documents"
                ) from error
            yield place


def read_index(folder: Path) -> dict[Path, Entry]:
    """Return what an index in the folder, or beside it, tells of each file.

    Raises ListingError, naming the line, when an index is not what it should be.
    """
    entries: dict[Path, Entry] = {}
    for place in (folder.resolve().parent, folder.resolve()):
        index = place / INDEX_NAME
        for number, line in enumerate(_lines(index), start=1):
            if line.strip():
                path, entry = _index_line(line, place, f"{index.name}, line {number}")
                entries[path] = entry
    return entries


def _lines(index: Path) -> list[bytes]:
    try:
        return index.read_bytes().split(b"\n") if index.is_file() else []
    except OSError as error:
        raise ListingError(f"{index.name} cannot be read ({error.strerror}): mend its permissions") from error


def _index_line(line: bytes, place: Path, subject: str) -> tuple[Path, Entry]:
    try:
        raw = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ListingError(f"{subject}: not JSON in UTF-8 ({error}): mend or remove the line") from error
    if not isinstance(raw, dict):
        raise ListingError(f"{subject}: not a JSON object: mend or remove the line")
    for name in INDEX_FIELDS:
        if not isinstance(raw.get(name), str | None):
            raise ListingError(f"{subject}: {name} is not a text: put its value between quotation marks or remove it")
    try:
        return Path(os.path.realpath(place / (raw.get("file") or ""))), _index_entry(raw)
    except ValueError as error:
        raise ListingError(f"{subject}: no file can have this name ({error}): mend or remove the line") from error


def _index_entry(raw: dict) -> Entry:
    is_exact = raw.get("date_precision") in (None, "day")
    return Entry(
        address=one_line(raw.get("address")),
        title=one_line(raw.get("title")),
        published_on=parse_day(raw.get("date")) if is_exact else None,
        date_is_decided="date" in raw,
        language=one_line(raw.get("language")),
        publisher=one_line(raw.get("publisher")),
        channel=one_line(raw.get("channel")),
        authority_id=one_line(raw.get("authority_id")),
        reference=one_line(raw.get("reference")),
        kind=one_line(raw.get("kind")),
        text_field=one_line(raw.get("text_field")),
    )
