"""`policy-signals labels`: what people are asked, what they answer, and what is made of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.errors import LabelError
from analysis.settings import settings
from analysis.terminal import AsJson, print_counts, print_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

labels_app = typer.Typer(no_args_is_help=True, help="Labels from people: audits, the learning queue, answers, files.")

Statement = Annotated[str, typer.Argument(help="Id of a statement.")]
By = Annotated[str, typer.Option("--by", help="Who answers.")]
Purpose = Annotated[str, typer.Option(help="audit or training.")]
Readers = Annotated[list[str], typer.Option("--reader", help="A person who may read; several times for several.")]
Form = Annotated[str | None, typer.Option("--format", help="csv, jsonl or label-studio; else by the file's ending.")]


def _engine() -> Engine:
    from analysis.steps.place import open_place

    return open_place(settings())


@labels_app.command("audit", epilog="Example: policy-signals labels audit --week 2025-W10")
def audit(
    week: Annotated[str | None, typer.Option(help="ISO week that is over; else the last one.")] = None,
    size: Annotated[int, typer.Option(min=1, help="Statements of each language and channel.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Draw the random audit sample of a week, once: some statements of each language and channel."""
    from analysis.steps.labels import draw_week

    print_counts(draw_week(_engine(), datetime.now(UTC), week, size), as_json)


@labels_app.command("queue", epilog="Example: policy-signals labels queue --size 50")
def queue(
    size: Annotated[int, typer.Option(min=1, help="Statements to draw.")] = 50,
    batch: Annotated[str | None, typer.Option(help="Name of the round; else today's date. A round is drawn once.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a round of the learning queue: small margins, disagreement of voters, and a random part."""
    from analysis.steps.labels import fill_queue

    print_counts(fill_queue(_engine(), datetime.now(UTC), size, batch), as_json)


@labels_app.command("open", epilog="Example: policy-signals labels open --by ada@example.org")
def open_(by: By, limit: Annotated[int, typer.Option(min=1, help="Statements at most.")] = 50) -> None:
    """Print what a person is asked, a JSON line each; nothing in it tells what a model or another reader says."""
    from analysis.steps.labels import open_items

    for item in open_items(_engine(), by, limit):
        print_json(asdict(item))


@labels_app.command(
    "answer", epilog="Example: policy-signals labels answer 0a1b --stance neutral --sector fintech --by ada@example.org"
)
def answer(
    statement: Statement,
    stance: Annotated[str, typer.Option(help="supportive, neutral, restrictive or no_signal.")],
    by: By,
    sector: Annotated[list[str] | None, typer.Option(help="A sector; several times for several.")] = None,
    jurisdiction: Annotated[str, typer.Option(help="ISO 3166 code or EU; empty for none.")] = "",
    note: Annotated[str, typer.Option(help="A remark.")] = "",
    unsure: Annotated[bool, typer.Option("--unsure", help="Say that the answer is doubtful.")] = False,
    as_json: AsJson = False,
) -> None:
    """Record a person's answer; a later one of the same person takes its place, and both stay."""
    from analysis.classify.labelling.answers import Answer
    from analysis.steps.labels import record

    given = Answer(stance, tuple(sector or ()), jurisdiction, note, unsure)
    row = record(_engine(), statement, given, by, datetime.now(UTC))
    print_counts({name: row[name] for name in ("label_id", "statement_id", "stance", "purpose", "version")}, as_json)


@labels_app.command("undo", epilog="Example: policy-signals labels undo 0a1b --by ada@example.org")
def undo(statement: Statement, by: By, as_json: AsJson = False) -> None:
    """Take back a person's last answer to a statement; the one before it counts again."""
    from analysis.steps.labels import undo as take_back

    before = take_back(_engine(), statement, by, datetime.now(UTC))
    print_counts({"statement_id": statement, "stance": before.stance if before else None}, as_json)


@labels_app.command(
    "second", epilog="Example: policy-signals labels second --reader bob@example.org --purpose audit --share 0.2"
)
def second(
    reader: Readers,
    purpose: Purpose = "audit",
    share: Annotated[float, typer.Option(help="Share of all labelled statements that is to have a second reader.")] = 0.2,
    as_json: AsJson = False,
) -> None:
    """Give a random share of labelled statements to second readers, who see no answer and are never the first."""
    from analysis.steps.labels import assign_second

    print_counts(assign_second(_engine(), reader, purpose, datetime.now(UTC), share), as_json)


@labels_app.command("third", epilog="Example: policy-signals labels third --reader cleo@example.org --purpose audit")
def third(reader: Readers, purpose: Purpose = "audit", as_json: AsJson = False) -> None:
    """Give what readers differ on to third readers, whose answer decides."""
    from analysis.steps.labels import assign_third

    print_counts(assign_third(_engine(), reader, purpose, datetime.now(UTC)), as_json)


@labels_app.command("agreement", epilog="Example: policy-signals labels agreement --purpose audit")
def agreement(purpose: Annotated[str | None, typer.Option(help="audit or training; else both.")] = None) -> None:
    """Print how far readers agree as JSON: raw, kappa, alpha with its interval; by class, language and channel."""
    from analysis.steps.labels import measure_agreement

    print_json(measure_agreement(_engine(), purpose))


@labels_app.command("status", epilog="Example: policy-signals labels status")
def status() -> None:
    """Print who has done how much, how far each batch is, and what is disputed, as JSON."""
    from analysis.steps.labels import status as of_labels

    print_json(of_labels(_engine()))


@labels_app.command("export", epilog="Example: policy-signals labels export labels.csv")
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="File to write.")],
    form: Form = None,
    waiting_for: Annotated[str | None, typer.Option(help="Write what waits for this person, unanswered, instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the answers that count, or what waits for a person, as CSV, JSON lines or Label Studio tasks."""
    from analysis.steps.labels import export_labels

    content = export_labels(_engine(), form or _form(file), waiting_for)
    file.write_bytes(content)
    print_counts({"file": str(file), "bytes": len(content)}, as_json)


@labels_app.command("import", epilog="Example: policy-signals labels import answers.csv --by ada@example.org")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File to read.")],
    form: Form = None,
    by: Annotated[str | None, typer.Option(help="Who answered where the file does not tell.")] = None,
    person: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER=NAME", help="Whom a user's number of Label Studio means.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record the answers of a file: all of them or, where one cannot be taken, none."""
    from analysis.steps.labels import import_labels

    numbers = dict(map(_numbered, person or ()))
    counts = import_labels(_engine(), file.read_bytes(), form or _form(file), datetime.now(UTC), by, numbers)
    print_counts(counts, as_json)


def _form(file: Path) -> str:
    from analysis.steps.labels import FORMATS

    if file.suffix.lower() not in FORMATS:
        raise LabelError(f"{file.name}: no format ends in {file.suffix!r}: end it in {', '.join(FORMATS)} or give --format")
    return FORMATS[file.suffix.lower()]


def _numbered(words: str) -> tuple[int, str]:
    number, _, name = words.partition("=")
    if not number.isdecimal() or not name:
        raise LabelError(f"--person {words!r}: give a number and a name, as in 3=ada@example.org")
    return int(number), name


@labels_app.command("interface", epilog="Example: policy-signals labels interface > interface.xml")
def interface() -> None:
    """Print the labelling interface to paste into a Label Studio project."""
    from analysis.classify.labelling.label_studio import interface as of_label_studio

    typer.echo(of_label_studio(), nl=False)
