"""Labels as files: CSV and JSON lines; each line is one person's answer to one statement."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analysis.classify.labelling.answers import Answer, person, text_key
from analysis.errors import LabelError
from analysis.tables import PURPOSES

COLUMNS = (
    "statement_id", "language", "channel", "published_on", "publisher", "title", "before", "text", "after", "stance", "sectors",
    "jurisdiction", "note", "is_unsure", "labelled_by", "labelled_at", "seconds", "purpose", "inclusion_probability",
)  # fmt: skip
NEEDED = ("statement_id", "stance")
SAID = ("stance", "sectors", "jurisdiction", "note", "is_unsure")
SHOWN_ERRORS = 10
FORMULA = re.compile(r"'*[=+\-@]")
"""What a spreadsheet may take for a formula, with the apostrophes that were put before it."""
IDENTIFIER = re.compile(r"[0-9A-Za-z-]{1,24}")
YES, NO = ("true", "yes", "1"), ("false", "no", "0", "")


@dataclass(frozen=True)
class Line:
    """An answer from a file; `place` tells where it stands there, `text_key` which text was shown, if that is told."""

    place: str
    statement_id: str
    answer: Answer
    labelled_by: str
    labelled_at: datetime | None = None
    purpose: str | None = None
    text_key: str | None = None


@dataclass(frozen=True)
class Parsed:
    """The answers of a file, and how many of its statements have none."""

    lines: tuple[Line, ...]
    unanswered: int


def to_csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows with the COLUMNS as CSV in UTF-8 with a byte order mark, as spreadsheets want it.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it, which `from_csv` takes away.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row.get(name)) for name in COLUMNS] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    words = " ".join(value) if isinstance(value, list | tuple) else _plain(value)
    return f"'{words}" if FORMULA.match(words) else words


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def to_json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows with the COLUMNS as a JSON object a line, which `train --labels` reads too."""
    shown = ({name: row.get(name) for name in COLUMNS} for row in rows)
    return "".join(json.dumps(row, ensure_ascii=False, default=_plain) + "\n" for row in shown).encode()


def from_csv(content: bytes, by: str | None = None) -> Parsed:
    """Return the answers of a CSV file, separated by commas, semicolons or tabs; `by` answered where no column tells who.

    Raises LabelError, naming lines and cures, when any of it cannot be taken.
    """
    told = decoded(content)
    header = told.partition("\n")[0]
    reader = csv.reader(io.StringIO(told, newline=""), delimiter=max(",;\t", key=header.count))
    rows, last = [], 0
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _check_header(names)
        last = reader.line_num
        for cells in reader:
            place, last = f"line {last + 1}", reader.line_num
            if any(cells):
                rows.append((place, _named(names, cells, place)))
    except csv.Error as error:
        raise LabelError(f"line {last + 1}: no CSV ({error}): save it as CSV in UTF-8") from error
    return gathered(rows, by)


def _check_header(names: Sequence[str]) -> None:
    if missing := [name for name in NEEDED if name not in names]:
        raise LabelError(f"line 1: the column {', '.join(missing)} is missing: the first line must name the columns")
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise LabelError(f"line 1: the column {', '.join(doubled)} stands twice: leave one")


def _named(names: Sequence[str], cells: Sequence[str], place: str) -> dict[str, Any]:
    if len(cells) != len(names):
        raise LabelError(f"{place}: {len(cells)} cells under {len(names)} columns: a cell with a separator needs quotes")
    bare = [cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell for cell in cells]
    row: dict[str, Any] = dict(zip(names, bare, strict=True))
    if "sectors" in row:
        row["sectors"] = row["sectors"].replace(",", " ").split()
    return {name: value for name, value in row.items() if value}


def from_json_lines(content: bytes, by: str | None = None) -> Parsed:
    """Return the answers of a file with a JSON object a line; `by` answered where a line does not tell who.

    Raises LabelError, naming lines and cures, when any of it cannot be taken.
    """
    rows = []
    for number, line in enumerate(decoded(content).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise LabelError(f"line {number}: no JSON ({error}): give one object a line") from error
        if not isinstance(row, dict):
            raise LabelError(f"line {number}: {type(row).__name__} is no answer: give one object a line")
        rows.append((f"line {number}", {name: value for name, value in row.items() if value is not None}))
    return gathered(rows, by)


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Raises LabelError when it is none.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelError(f"byte {error.start + 1}: no UTF-8: save the file in UTF-8") from error


def gathered(rows: Iterable[tuple[str, Mapping[str, Any]]], by: str | None) -> Parsed:
    """Return the answers of rows, each with its place in the file.

    Raises LabelError for all rows that cannot be taken together, the first ten in words.
    """
    lines: list[Line] = []
    errors: list[str] = []
    first: dict[tuple[str, str, str | None], str] = {}
    unanswered = 0
    for place, row in rows:
        try:
            if row.get("statement_id") and not any(row.get(name) for name in SAID):
                unanswered += 1
                continue
            line = _line(place, row, by)
            if (earlier := first.setdefault((line.statement_id, line.labelled_by, line.purpose), place)) != place:
                raise LabelError(f"{line.labelled_by} answers statement {line.statement_id} in {earlier} too: leave one")
            lines.append(line)
        except LabelError as error:
            errors.append(f"{place}: {error}")
    refuse(errors)
    return Parsed(tuple(lines), unanswered)


def refuse(errors: Sequence[str]) -> None:
    """Raise LabelError with the first errors and the number of all, where there is any."""
    if errors:
        more = f"; and {len(errors) - SHOWN_ERRORS} more" if len(errors) > SHOWN_ERRORS else ""
        raise LabelError(f"nothing was imported: {'; '.join(errors[:SHOWN_ERRORS])}{more}")


def _line(place: str, row: Mapping[str, Any], by: str | None) -> Line:
    if missing := [name for name in NEEDED if not row.get(name)]:
        raise LabelError(f"{', '.join(missing)} is missing: every line names the statement and its stance")
    who = row.get("labelled_by") or by
    if not who:
        raise LabelError("nobody is named in labelled_by: name who answered there, or for all lines at the import")
    if (purpose := row.get("purpose")) not in (*PURPOSES, None):
        raise LabelError(f"unknown purpose {purpose!r}: one of {', '.join(PURPOSES)}, or nothing")
    answer = Answer(
        _text(row, "stance"),
        _sectors(row.get("sectors", [])),
        _text(row, "jurisdiction"),
        _text(row, "note"),
        _truth(row.get("is_unsure", "")),
        _told(row.get("seconds"), _seconds),
    )
    statement_id, moment, text = _text(row, "statement_id"), _told(row.get("labelled_at"), _moment), row.get("text")
    if not IDENTIFIER.fullmatch(statement_id):
        raise LabelError(f"{statement_id[:40]!r} is no identifier of a statement: keep it as it was exported")
    key = text_key(text) if isinstance(text, str) and text else None
    return Line(place, statement_id, answer, person(_as_text("labelled_by")(who)), moment, purpose, key)


def _told(value: Any, read: Callable[[Any], Any]) -> Any:
    return None if value is None else read(value)


def _text(row: Mapping[str, Any], name: str) -> str:
    return _as_text(name)(row.get(name, ""))


def _as_text(name: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise LabelError(f"{name} {value!r}: give it as text")
        return value.strip()

    return read


def _sectors(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    if not isinstance(value, list) or not all(isinstance(sector, str) for sector in value):
        raise LabelError(f"sectors {value!r}: give a list of names")
    return tuple(value)


def _truth(value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in YES + NO:
        raise LabelError(f"is_unsure {value!r}: give true or false")
    return word in YES


def _seconds(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise LabelError(f"seconds {value!r}: give a number") from error


def _moment(value: Any) -> datetime:
    cure = "write it as 2025-06-02T09:30:00+00:00, or leave it out"
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise LabelError(f"labelled_at {value!r} is no moment: {cure}") from error
    if moment.tzinfo is None:
        raise LabelError(f"labelled_at {value!r} has no time zone: {cure}")
    return moment
