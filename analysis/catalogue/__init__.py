"""Declarations as data: sources, authorities and sectors, read from TOML and checked.

Light enough for a DAG file: nothing but the standard library and pydantic is imported.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analysis.errors import CatalogueError
from analysis.tables import SECTORS, Channel, Level

FOLDER = Path(__file__).parent
AD_HOC_FOLDER = "folder"
"""Id of the source that stands for a folder named on the command line."""


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Declared = TypeVar("Declared", bound=_Declaration)


class Source(_Declaration):
    """A publisher's feed or a folder of documents."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    kind: Literal["folder", "feed"]
    address: str = Field("", description="Web address of a feed; for a folder its path from the project's root.")
    channel: Channel | None = Field(None, description="Empty: the folder's index tells it for each document.")
    authority_id: str | None = None
    publisher: str | None = None
    languages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = Field((), description="Hosts that its entries may lead to, subdomains included.")
    verified_on: date | None = Field(None, description="Day on which it was last seen answering; empty: never called.")
    note: str = ""

    @model_validator(mode="after")
    def _feed_is_complete(self) -> Source:
        if self.kind == "feed" and not (self.address.startswith(("http://", "https://")) and self.channel and self.hosts):
            raise ValueError("a feed needs an http(s) address, a channel and hosts")
        return self


class Authority(_Declaration):
    """A public body that can set policy, with the names that texts give it, by language."""

    id: str = Field(pattern=r"^[a-z]{2,3}-[a-z0-9-]+$")
    jurisdiction: str = Field(pattern=r"^([A-Z]{2})?$")
    level: Level
    names: dict[str, tuple[str, ...]]
    heads: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.names["en"][0]


class Sector(_Declaration):
    """A field of technology, with the terms and names that point to it, by language."""

    label: dict[str, str]
    meaning: str
    terms: dict[str, tuple[str, ...]]
    names: tuple[str, ...] = ()
    names_zh: tuple[str, ...] = ()


@cache
def sources() -> dict[str, Source]:
    """Return every declared source by id, in the order of the files.

    Raises CatalogueError for a declaration that is wrong or stands twice.
    """
    declared: dict[str, Source] = {}
    for path in sorted((FOLDER / "sources").glob("*.toml")):
        for raw in _load(path).get("source", []):
            source = _declare(Source, raw, path)
            if source.id in declared or source.id == AD_HOC_FOLDER:
                raise CatalogueError(f"{path.name}: source {source.id} is declared twice or reserved: give it another id")
            if source.authority_id and source.authority_id not in authorities():
                raise CatalogueError(
                    f"{path.name}: source {source.id} names the authority {source.authority_id}, which authorities.toml lacks"
                )
            declared[source.id] = source
    return declared


@cache
def authorities() -> dict[str, Authority]:
    """Return every declared authority by id.

    Raises CatalogueError for a declaration that is wrong or stands twice, and for a name that two bodies share.
    """
    path = FOLDER / "authorities.toml"
    declared: dict[str, Authority] = {}
    owner: dict[str, str] = {}
    for raw in _load(path)["authority"]:
        authority = _declare(Authority, raw, path)
        if authority.id in declared:
            raise CatalogueError(f"{path.name}: authority {authority.id} is declared twice")
        declared[authority.id] = authority
        for name in dict.fromkeys(name.lower() for names in authority.names.values() for name in names):
            if owner.setdefault(name, authority.id) != authority.id:
                raise CatalogueError(f"{path.name}: {name!r} names {owner[name]} and {authority.id}: leave it with one of them")
    return declared


@cache
def authority_named(name: str | None) -> str | None:
    """Return the id of the authority that has exactly this name in any language, None when none has."""
    owners = {
        known.lower(): authority.id
        for authority in authorities().values()
        for names in authority.names.values()
        for known in names
    }
    return owners.get(" ".join((name or "").split()).lower())


@cache
def sectors() -> dict[str, Sector]:
    """Return every sector by name, in the order of the annotation guide."""
    path = FOLDER / "sectors.toml"
    declared = {name: _declare(Sector, raw, path) for name, raw in _load(path).items()}
    if set(declared) != set(SECTORS):
        raise CatalogueError(f"{path.name}: the sectors are not those of tables.py: {sorted(set(declared) ^ set(SECTORS))}")
    return {name: declared[name] for name in SECTORS}


def chosen_sources(wanted: str | list[str]) -> list[Source]:
    """Return the sources of these ids, `all` for every one.

    Raises CatalogueError for an id that the catalogue lacks.
    """
    ids = [part.strip() for part in wanted.split(",")] if isinstance(wanted, str) else list(wanted)
    declared = sources()
    if ids == ["all"]:
        return list(declared.values())
    unknown = [name for name in ids if name not in declared]
    if unknown or not ids:
        raise CatalogueError(
            f"unknown source {', '.join(unknown) or '(none named)'}: `policy-signals sources list` names them all"
        )
    return [declared[name] for name in ids]


def _load(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def _declare(model: type[Declared], raw: dict, path: Path) -> Declared:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "declaration"
        raise CatalogueError(f"{path.name}: {raw.get('id', 'a declaration')}: {place}: {first['msg']}") from error
