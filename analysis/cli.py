"""The steps from a terminal: machine output on standard output, words for people on standard error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from analysis.cli_labels import labels_app
from analysis.cli_models import models_app
from analysis.errors import PolicySignalsError
from analysis.settings import settings
from analysis.terminal import AsJson, people
from analysis.terminal import print_counts as _counts
from analysis.terminal import print_json as _print

if TYPE_CHECKING:
    from pandas import DataFrame

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
database = typer.Typer(no_args_is_help=True, help="The database: migrations and integrity.")
sources_app = typer.Typer(no_args_is_help=True, help="The catalogue of sources.")
app.add_typer(database, name="database")
app.add_typer(sources_app, name="sources")
app.add_typer(labels_app, name="labels")
app.add_typer(models_app, name="models")

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Id of a source; several times for several.", metavar="ID")]
Folder = Annotated[Path | None, typer.Option(help="Read this folder and no declared source.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no server: leave sources on the web out.")]
Week = Annotated[str | None, typer.Option(help="ISO week, as in 2025-W10; else the latest with a dated document.")]
Files = Annotated[list[Path], typer.Argument(help="Files to read.")]
Input = Annotated[Path, typer.Option("--input", help="File with a JSON object a line; - for standard input.", allow_dash=True)]


def main() -> None:
    """Run the command line; end with 1 and one clear line where something failed."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        app()
    except PolicySignalsError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error}: check that the place exists, may be written and has room")
    except Exception as error:
        # Loaded late: it takes longer than most verbs' help.
        from sqlalchemy.exc import DBAPIError

        if not isinstance(error, DBAPIError):
            raise
        _fail(f"the database failed ({error.orig}): check that it can be reached and may be written, then run it again")


def _fail(words: str) -> NoReturn:
    people.print(f"policy-signals: {' '.join(words.split())}", markup=False)
    sys.exit(1)


@app.command(epilog="Example: policy-signals run --folder examples/archive --offline")
def run(
    since: Day = None,
    until: Day = None,
    source: Sources = None,
    folder: Folder = None,
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Collect, classify, index and report, in this order; print what the tables then hold."""
    from analysis.steps.run import run as run_all

    result = run_all(
        settings(), datetime.now(UTC), source, folder, offline, _day(since), _day(until), _say if not as_json else None
    )
    _print({name: value for name, value in result.items() if name != "headline"}) if as_json else _conclude(result)


def _say(words: str) -> None:
    people.print(words, markup=False)


def _conclude(result: dict[str, Any]) -> None:
    people.print(f"\n{result['headline']}\n", markup=False)
    names = ("documents", "statements", "signals", "rejected", "index_points")
    people.print(" · ".join(f"{name.replace('_', ' ')} {result[name]}" for name in names), markup=False)
    for name in ("report", "mail"):
        people.print(f"{name:8}{result[name]}", markup=False)
    people.print(f"tables  {settings().database_url}", markup=False)


def _day(moment: datetime | None):
    return moment.date() if moment else None


@app.command(epilog="Example: policy-signals collect --source sample --offline")
def collect(
    since: Day = None,
    until: Day = None,
    source: Sources = None,
    folder: Folder = None,
    offline: Offline = False,
    from_archive: Annotated[
        bool, typer.Option("--from-archive", help="Ask nobody: read again what was received before.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the sources and store what is new. Ends with 1 when a source failed."""
    from analysis import steps
    from analysis.steps.receive import Period

    if from_archive:
        return _counts(steps.collect_from_archive(settings(), datetime.now(UTC), source), as_json)
    result = steps.collect(settings(), datetime.now(UTC), source, folder, offline, Period(_day(since), _day(until)))
    _counts(result, as_json)
    if result["failed_sources"]:
        raise PolicySignalsError(f"failed: {', '.join(result['failed_sources'])}; the lines above say why")
    return None


@app.command(epilog="Example: policy-signals classify")
def classify(as_json: AsJson = False) -> None:
    """Split new documents into statements and judge those that the current model has not judged."""
    from analysis import steps

    _counts(steps.classify(settings(), datetime.now(UTC)), as_json)


@app.command(epilog="Example: policy-signals index; policy-signals index --as-of 2025-03-06 --json")
def index(
    as_of: Day = None,
    revisions: Annotated[bool, typer.Option("--revisions", help="Show how far figures moved later.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute the index with its gaps, volumes, deeds and shifts; what changed is written as a new vintage.

    With --as-of the points known at the end of that day, with --revisions the mean change of a figure by its age in weeks: as
    a table, or as JSON lines.
    """
    from analysis import steps

    if as_of is not None and revisions:
        raise typer.BadParameter("--as-of and --revisions show different things: give one of them")
    if as_of is None and not revisions:
        _counts(steps.trends(settings(), datetime.now(UTC)), as_json)
        return
    known = steps.index_revisions(settings()) if as_of is None else steps.index_as_of(settings(), as_of.date())
    _rows(known, as_json)


def _rows(frame: DataFrame, as_json: bool) -> None:
    """Print a frame: a JSON object a line, or a table."""
    shown = frame.astype(object).where(frame.notna(), None if as_json else "")
    if as_json:
        rows = shown.to_dict("records")
        sys.stdout.write("".join(json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in rows))
    elif frame.empty:
        people.print("nothing was known")
    else:
        sys.stdout.write(shown.to_string(index=False) + "\n")


@app.command(epilog="Example: policy-signals report --week 2025-W10")
def report(week: Week = None, as_json: AsJson = False) -> None:
    """Make the page and the mail of a week. Nothing is sent."""
    from analysis import steps

    result = steps.report(settings(), datetime.now(UTC), week)
    _print(result) if as_json else people.print("\n".join(result.values()), markup=False)


@app.command(epilog="Example: policy-signals send --week 2025-W10 --to desk@example.org")
def send(
    week: Annotated[str, typer.Option(help="ISO week of a report that was made.")],
    to: Annotated[list[str], typer.Option(help="Recipient; several times for several.")],
    as_json: AsJson = False,
) -> None:
    """Send the mail of a week through POLICY_SIGNALS_SMTP, to each recipient once. Ends with 1 when one may lack it."""
    from analysis import steps
    from analysis.report.delivery import smtp_delivery

    result = steps.send(settings(), datetime.now(UTC), week, to, smtp_delivery(settings().smtp))
    _counts(result, as_json)
    unsure = [f"{words}: {', '.join(names)}" for words, names in _undelivered(result).items() if names]
    if unsure:
        raise PolicySignalsError(f"{'; '.join(unsure)}; the table deliveries says why")


def _undelivered(result: dict[str, Any]) -> dict[str, list[str]]:
    return {"not taken": result["failed"], "in doubt, and not sent again": result["in_doubt"]}


@app.command(epilog="Example: policy-signals feed saved-feed.xml --base-url https://example.org/feed.xml")
def feed(
    files: Files,
    base_url: Annotated[str, typer.Option("--base-url", help="Address that relative links are resolved against.")] = "",
) -> None:
    """Print what feeds hold, a JSON line a file. Ends with 1 when one is no feed."""
    from analysis.loose import feed_lines

    _print_lines(feed_lines(files, base_url))


@app.command(epilog="Example: policy-signals extract page.html paper.pdf")
def extract(files: Files) -> None:
    """Print what pages and documents become, a JSON line a file. Ends with 1 when one gave no text."""
    from analysis.loose import extract_lines

    _print_lines(extract_lines(files, datetime.now(UTC)))


def _print_lines(lines) -> None:
    errors = 0
    for line in lines:
        _print(line)
        errors += bool(line["error"])
    if errors:
        raise PolicySignalsError(f"{errors} of the files could not be read: see `error` in their lines")


@app.command(epilog="Example: policy-signals read article.txt")
def read(
    file: Annotated[Path, typer.Argument(help="Text, page or document; - for text on standard input.", allow_dash=True)],
) -> None:
    """Explain one text: statements with place, authority, speaker, sectors, stance, probabilities and deciding terms."""
    from analysis.loose import explain

    _print(explain(settings(), file, sys.stdin.buffer.read() if str(file) == "-" else None, datetime.now(UTC)))


@app.command(epilog="Example: policy-signals pairs --input pairs.jsonl")
def pairs(source: Input) -> None:
    """Judge pairs of files, `{"a", "b"}` a line, named relative to the input: one text or not, and why; a JSON line each."""
    from analysis.pairs import pair_lines

    folder = Path() if str(source) == "-" else source.parent
    for line in pair_lines(_input_text(source), folder, datetime.now(UTC)):
        _print(line)


@app.command(
    epilog="""Example: echo '{"id": "1", "text": "The regulator fined the platform."}' | policy-signals label --input -"""
)
def label(source: Input) -> None:
    """Classify loose passages, `{"id", "text", "language"?, "before"?, "after"?}` a line; a JSON line each."""
    from analysis.loose import label_lines

    for line in label_lines(settings(), _input_text(source), datetime.now(UTC)):
        _print(line)


def _input_text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicySignalsError(f"{path} cannot be read ({error}): name a UTF-8 file of JSON lines") from error


@app.command(epilog="Example: policy-signals train")
def train(
    labels: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Labelled file; else the project's examples and people's labels."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the model into this folder and do not register it.")] = None,
    without_vectors: Annotated[bool, typer.Option("--without-vectors", help="Let no sentence vectors vote.")] = False,
) -> None:
    """Fit a challenger on labelled statements, current at once where no model is; print its held-out metrics as JSON."""
    from analysis import steps

    _print(steps.train(settings(), datetime.now(UTC), labels or (), out, not without_vectors))


@app.command(epilog="Example: policy-signals evaluate --labels labelled.jsonl")
def evaluate(
    labels: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="File with text, stance (or label), language and sectors a line."),
    ],
    model: Annotated[str | None, typer.Option(help="Id of a model; else the current one.")] = None,
) -> None:
    """Score a model on a labelled file it was not trained on; print metrics with intervals as JSON."""
    from analysis.loose import score

    _print(score(settings(), labels, model, datetime.now(UTC)))


@sources_app.command("list", epilog="Example: policy-signals sources list")
def sources_list() -> None:
    """Print every declared source, a JSON line each."""
    from analysis.catalogue import sources

    for source in sources().values():
        _print(source.model_dump(mode="json", by_alias=True))


@sources_app.command("check", epilog="Example: policy-signals sources check us-fed-press")
def sources_check(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Sources to look at; else all on the web.")] = None,
) -> None:
    """Look once at sources on the web, politely, and print what to mend, a JSON line each. Ends with 1 when one failed."""
    from analysis.steps.check_sources import check_sources

    failed = []
    for line in check_sources(settings(), datetime.now(UTC), ids):
        _print(line)
        failed += [line["id"]] if line["error"] else []
    if failed:
        raise PolicySignalsError(f"failed: {', '.join(failed)}; `mend` in their lines says what to do")


@database.command("upgrade", epilog="Example: policy-signals database upgrade")
def database_upgrade(as_json: AsJson = False) -> None:
    """Make the database, or bring it to the newest revision."""
    from analysis import store

    _counts({"revision": store.upgrade(store.open_engine(settings().database_url))}, as_json)


@database.command("check", epilog="Example: policy-signals database check")
def database_check(as_json: AsJson = False) -> None:
    """Check that every row leads back and statements are verbatim; print row counts. Ends with 1 when something is broken."""
    from analysis.steps.integrity import check_database

    result = check_database(settings())
    if as_json:
        _print(result)
    else:
        _counts({"revision": result["revision"], **result["rows"]}, False)
    if result["broken"]:
        raise PolicySignalsError("; ".join(f"{rule}: {count} rows" for rule, count in result["broken"].items()))
