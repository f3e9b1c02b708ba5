"""What declarations of all kinds have in common: how a file is read and how what is wrong in it is told."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.errors import CatalogueError


class Declaration(BaseModel):
    """One declared thing; what its kind does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)


Declared = TypeVar("Declared", bound=Declaration)


def load(path: Path) -> dict:
    """Return a file's declarations as they stand.

    Raises CatalogueError for what is no TOML in UTF-8.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: no TOML in UTF-8 ({error}): mend it at that place") from error


def declare(model: type[Declared], raw: object, path: Path) -> Declared:
    """Return one declaration, checked.

    Raises CatalogueError with file, subject and place of the first mistake.
    """
    if not isinstance(raw, dict):
        raise CatalogueError(f"{path.name}: {raw!r} stands where a declaration should: begin each with a line of [[...]]")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "declaration"
        raise CatalogueError(f"{path.name}: {raw.get('id', 'a declaration')}: {place}: {first['msg']}") from error
