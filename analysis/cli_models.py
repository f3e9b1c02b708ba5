"""`policy-signals models`: what is registered, how a challenger compares, who makes a model current."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from analysis.settings import settings
from analysis.terminal import AsJson, print_counts, print_json

models_app = typer.Typer(no_args_is_help=True, help="The registry of models: comparison, promotion, rollback, cards, drift.")

Model = Annotated[str, typer.Argument(metavar="ID", help="Id of a registered model.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]
Reason = Annotated[str, typer.Option(help="Why.")]
Labels = typer.Option(exists=True, dir_okay=False, help="Frozen evaluation: a labelled file that no model was trained on.")


@models_app.command("list", epilog="Example: policy-signals models list")
def list_() -> None:
    """Print every registered model with status, figures and who promoted it, a JSON line each."""
    from analysis.steps.models import list_models

    for line in list_models(settings()):
        print_json(line)


@models_app.command("compare", epilog="Example: policy-signals models compare --labels labelled.jsonl")
def compare(
    labels: Annotated[Path, Labels],
    model: Annotated[str | None, typer.Option(help="Id of a model; else the newest challenger.")] = None,
) -> None:
    """Print as JSON whether a challenger may take the current model's place, why, and the figures; change nothing."""
    from analysis.steps.models import compare as of_models

    print_json(of_models(settings(), labels, model))


@models_app.command(
    "promote", epilog="Example: policy-signals models promote m-0a1b --labels labelled.jsonl --by ada --reason 'more French'"
)
def promote(
    model: Model,
    by: By,
    reason: Reason,
    labels: Annotated[Path | None, Labels] = None,
    despite: Annotated[str | None, typer.Option(help="Why, although the comparison cannot tell.")] = None,
) -> None:
    """Make a model current, if it is not worse on the frozen evaluation and better on people's newest labels."""
    from analysis.steps.models import promote as of_models

    print_json(of_models(settings(), model, by, reason, datetime.now(UTC), labels, despite))


@models_app.command("rollback", epilog="Example: policy-signals models rollback --by ada --reason 'too many bans in French'")
def rollback(by: By, reason: Reason, as_json: AsJson = False) -> None:
    """Make the model current again that the current one replaced: one step."""
    from analysis.steps.models import roll_back

    print_counts(roll_back(settings(), by, reason, datetime.now(UTC)), as_json)


@models_app.command("card", epilog="Example: policy-signals models card m-0a1b")
def card(model: Model) -> None:
    """Print a model's card as Markdown: purpose, data, figures with intervals, limits."""
    from analysis.steps.models import model_card

    typer.echo(model_card(settings(), model), nl=False)


@models_app.command("drift", epilog="Example: policy-signals models drift --week 2025-W10")
def drift(
    week: Annotated[str | None, typer.Option(help="ISO week; else the last two that are over.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure whether a week's statements are still like those of the half year before; the table checks keeps it."""
    from analysis.steps.drift import measure_drift

    print_counts(measure_drift(settings(), datetime.now(UTC), week), as_json)
