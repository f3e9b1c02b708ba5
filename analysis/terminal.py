"""What is said in a terminal: JSON for programs on standard output, words for people on standard error."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

people = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]


def print_json(result: Any) -> None:
    """Print a value as one line of JSON."""
    # A file name need not be Unicode: what UTF-8 cannot hold is printed as JSON escapes it.
    words = json.dumps(result, ensure_ascii=False, default=str)
    typer.echo(words.encode("utf-8", "backslashreplace").decode("utf-8"))


def print_counts(result: dict[str, Any], as_json: bool) -> None:
    """Print a step's counts for a program, or in a line for a person."""
    if as_json:
        print_json(result)
    else:
        people.print(" · ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in result.items()), markup=False)


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
