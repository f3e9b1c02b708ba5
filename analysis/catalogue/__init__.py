"""Declarations as data: sources, authorities and sectors, read from TOML and checked.

Light enough for a DAG file: nothing but the standard library and pydantic is imported.
"""

from __future__ import annotations

import tomllib
from datetime import date as Day
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analysis.errors import CatalogueError
from analysis.tables import SECTORS, Channel, Kind, Level

FOLDER = Path(__file__).parent
AD_HOC_FOLDER = "folder"
"""Id of the source that stands for a folder named on the command line."""


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


PLACEHOLDERS = ("since", "until", "last", "day", "page", "offset")
"""What an address may hold: bounds of the period (`last` is the day before `until`), each day of it, page number and offset."""
NEEDED = ("languages", "expected_per_week", "confidence", "seen_in", "terms", "robots")
"""What the catalogue must tell of a source on the web, beside how to read it."""
Declared = TypeVar("Declared", bound=_Declaration)


class Parser(_Declaration):
    """How a listing is read, in one version.

    For a list page each field is a CSS selector with `::text` or `::attr(name)`, for an API a JMESPath expression; `rows` finds
    the entries, the others are looked up inside each. Feeds and sitemaps need none of them.
    """

    version: int = Field(1, ge=1)
    valid_from: Day | None = Field(None, description="First day on which a listing is read this way; empty: from the start.")
    valid_until: Day | None = Field(None, description="Day from which it is not; empty: to this day.")
    rows: str = ""
    link: str = ""
    title: str = ""
    date: str = ""
    id: str = ""
    summary: str = ""
    text: str = Field("", description="The whole text, where the listing itself holds it.")
    publisher: str = Field("", description="Name of the body that an entry is from, where one listing serves several.")
    date_format: str = Field("", description="strptime pattern, epoch_s or epoch_ms; empty: ISO and the usual forms.")
    next: str = Field("", description="Address of the listing's next page, where each page names it.")
    first_page: int = Field(1, ge=0, description="Number of the first page, where the address holds {page}.")
    page_size: int = Field(0, ge=0, description="Entries a page, where the address holds {offset}.")


class Source(_Declaration):
    """A publisher's feed, sitemap, list page or API, or a folder of documents."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    kind: Kind
    address: str = Field(
        "",
        description="Web address of the listing; for a folder its path from the project's root. An address may hold {since}, "
        "{until}, {last}, {day}, {page} and {offset}.",
    )
    channel: Channel | None = Field(None, description="Empty: the folder's index tells it for each document.")
    is_state_affiliated: bool = Field(False, description="Press that belongs to a state, or whose editors a state appoints.")
    authority_id: str | None = None
    publisher: str | None = None
    languages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = Field((), description="Hosts that its entries may lead to, subdomains included.")
    text: Literal["page", "entry"] = Field("page", description="Whether the text is the linked page, or the entry itself.")
    date_order: Literal["DMY", "MDY", "YMD"] | None = Field(
        None, description="Order of day, month and year in dates of digits that its list page gives."
    )
    cadence: Literal["daily", "weekly"] = "daily"
    pace_seconds: float = Field(1.0, ge=1.0, description="Least time between two requests to a host.")
    expected_per_week: float | None = Field(None, gt=0, description="Documents a week in ordinary weeks.")
    terms: str = Field("", description="What its terms say of use, with the day on which they were read, if they were.")
    robots: str = Field("", description="What its robots.txt says, with the day on which it was read, if it was.")
    confidence: Literal["high", "medium", "low"] | None = Field(None, description="That the address is right.")
    seen_in: str = Field("", description="Where the address was seen.")
    verified_on: Day | None = Field(None, description="Day on which it was last seen answering; empty: never called.")
    note: str = ""
    parsers: tuple[Parser, ...] = Field((Parser(),), alias="parser", min_length=1)

    @property
    def is_on_the_web(self) -> bool:
        return self.kind != "folder"

    def parser_on(self, day: Day) -> Parser:
        """Return the parser that is valid on a day.

        Raises CatalogueError when none is.
        """
        for parser in self.parsers:
            if (parser.valid_from or day) <= day and (parser.valid_until is None or day < parser.valid_until):
                return parser
        raise CatalogueError(f"source {self.id}: no parser is valid on {day}: add one to its declaration")

    @model_validator(mode="after")
    def _is_complete(self) -> Source:
        if self.is_on_the_web:
            if not self.address.startswith(("http://", "https://")):
                raise ValueError(f"a {self.kind} needs an address that begins with http:// or https://")
            if not (self.channel and self.hosts):
                raise ValueError("a source on the web needs a channel and hosts: add them")
            if unknown := sorted(_placeholders(self.address) - set(PLACEHOLDERS)):
                raise ValueError(f"the address holds {{{unknown[0]}}}: only {', '.join(PLACEHOLDERS)} can be filled in")
        if self.kind in ("list_page", "api") and not all(parser.rows for parser in self.parsers):
            raise ValueError(f"a source of kind {self.kind} needs a [[source.parser]] with rows")
        if self.is_state_affiliated and self.channel != "press":
            raise ValueError('is_state_affiliated is said of press only: set channel = "press" or remove it')
        return self


def _placeholders(address: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(address) if name is not None}


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
            if missing := [name for name in NEEDED if source.is_on_the_web and not getattr(source, name)]:
                raise CatalogueError(f"{path.name}: source {source.id} lacks {', '.join(missing)}: add what is known of it")
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
