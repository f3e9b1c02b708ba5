"""Declarations as data: sources, authorities and sectors, read from TOML and checked.

Light enough for a DAG file: nothing but the standard library and pydantic is imported.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from datetime import date as Day
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from analysis.catalogue.authority import Authority, Holder, Office, read_authorities
from analysis.catalogue.declaration import Declaration, declare, load
from analysis.errors import CatalogueError
from analysis.tables import SECTORS, Channel, Kind

FOLDER = Path(__file__).parent
AD_HOC_FOLDER = "folder"
"""Id of the source that stands for a folder named on the command line."""

__all__ = [
    "AD_HOC_FOLDER",
    "FOLDER",
    "Authority",
    "Holder",
    "Office",
    "Parser",
    "Sector",
    "Source",
    "authorities",
    "authority_named",
    "chosen_sources",
    "sectors",
    "sources",
]

PLACEHOLDERS = ("since", "until", "last", "day", "page", "offset")
"""What an address may hold: bounds of the period (`last` is the day before `until`), each day of it, page number and offset."""
NUMBERS = ("page", "offset")
EPOCHS = ("epoch_s", "epoch_ms")
NEEDED = ("languages", "expected_per_week", "confidence", "seen_in", "terms", "robots")
"""What the catalogue must tell of a source on the web, beside how to read it."""


class Parser(Declaration):
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
    text_field: str = Field("", description="Where the linked page is JSON, the path of its text, with points between names.")
    publisher: str = Field("", description="Name of the body that an entry is from, where one listing serves several.")
    date_format: str = Field("", description="strptime pattern, epoch_s or epoch_ms; empty: ISO and the usual forms.")
    time_zone: str = Field(
        "", description="IANA name of the zone in which moments without one are meant and days are counted; empty: UTC."
    )
    next: str = Field("", description="Address of the listing's next page, where each page names it.")
    more: str = Field("", description="What an API's answer holds only if another page follows, where pages are numbered.")
    first_page: int = Field(1, ge=0, description="Number of the first page, where the address holds {page}.")
    page_size: int = Field(0, ge=0, description="Entries a page, where the address holds {offset}.")

    @model_validator(mode="after")
    def _tells_full_days(self) -> Parser:
        if self.date_format and self.date_format not in EPOCHS and not _tells_day(self.date_format):
            raise ValueError(f"date_format {self.date_format!r} must be a strptime pattern of day, month and year, or {EPOCHS}")
        try:
            ZoneInfo(self.time_zone or "UTC")
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"time_zone {self.time_zone!r} is unknown: give an IANA name such as Asia/Shanghai") from error
        return self


def _tells_day(pattern: str) -> bool:
    moment = datetime(2025, 11, 23, tzinfo=UTC)
    try:
        return datetime.strptime(moment.strftime(pattern), pattern).date() == moment.date()  # noqa: DTZ007 - a day only
    except ValueError:
        return False


class Source(Declaration):
    """A publisher's feed, sitemap, list page or API, a folder of documents, or one into which its mails are put."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    kind: Kind
    address: str = Field(
        "",
        description="Web address of the listing; for a folder or mail its path from the project's root. A web address may hold "
        "{since}, {until}, {last}, {day}, {page} and {offset}.",
    )
    channel: Channel | None = Field(None, description="Empty: the folder's index tells it for each document.")
    is_state_affiliated: bool = Field(False, description="Press that belongs to a state, or whose editors a state appoints.")
    authority_id: str | None = None
    publisher: str | None = None
    languages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = Field(
        (), description="Hosts that its entries may lead to, or its mails come from, subdomains included."
    )
    accept: str = Field(
        "", pattern=r"^([\w.+-]+/[\w.+*-]+)?$", description="Media type to ask its listing for; empty: the server's choice."
    )
    empty_status: tuple[Literal[204, 404, 410], ...] = Field(
        (), description="Statuses by which it says that a day has no listing, where its address holds {day}."
    )
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
        return self.kind not in ("folder", "mail")

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
            names = _placeholders(self.address)
            if self.empty_status and "day" not in names:
                raise ValueError("empty_status is for an address that holds {day}: remove it, or ask for each day")
        if self.kind == "mail" and not (self.address and self.channel and self.hosts):
            raise ValueError(
                "a source of kind mail needs an address (its folder), a channel and hosts (of its senders): add them"
            )
        if self.kind in ("list_page", "api") and not all(parser.rows for parser in self.parsers):
            raise ValueError(f"a source of kind {self.kind} needs a [[source.parser]] with rows")
        if self.is_state_affiliated and self.channel != "press":
            raise ValueError('is_state_affiliated is said of press only: set channel = "press" or remove it')
        return self


def _placeholders(address: str) -> set[str]:
    """Return the names of what is to be filled into an address. Raises ValueError for what cannot be filled in."""
    try:
        pieces = list(Formatter().parse(address))
    except ValueError as error:
        raise ValueError(f"the address has a brace too many or too few ({error}): write %7B and %7D for its own") from error
    if any("{" in literal or "}" in literal for literal, *_ in pieces):
        raise ValueError("the address has braces of its own: write %7B and %7D for them")
    if "{" in urlsplit(address).netloc:
        raise ValueError("the address has something to be filled in where its host stands: name the host")
    for _, name, form, conversion in pieces:
        if name is not None and name not in PLACEHOLDERS:
            raise ValueError(f"the address holds {{{name}}}: only {', '.join(PLACEHOLDERS)} can be filled in")
        if name and (conversion or not _fits(name, form or "")):
            raise ValueError(
                f"the address gives {{{name}}} a form that it cannot take ({form or conversion!r}): "
                "a day takes one like %Y%m%d, a number one like 02d"
            )
    return {name for _, name, _, _ in pieces if name}


def _fits(name: str, form: str) -> bool:
    """Return whether a number or day of an address can be given this form."""
    if name in NUMBERS:
        return re.fullmatch(r"(0[1-9])?d?", form) is not None
    rest = re.sub(r"%-?[YymdjBbFGVu]", "", form)
    return not form or (rest != form and not set(rest) & set("%{}"))


class Sector(Declaration):
    """A field of technology, with the terms and names that point to it, by language."""

    label: dict[str, str]
    meaning: str
    terms: dict[str, tuple[str, ...]]
    names: tuple[str, ...] = ()
    names_zh: tuple[str, ...] = ()
    hints: dict[str, tuple[str, ...]] = {}
    hint_names: tuple[str, ...] = ()
    exclusions: dict[str, tuple[str, ...]] = {}


@cache
def sources() -> dict[str, Source]:
    """Return every declared source by id, in the order of the files.

    Raises CatalogueError for a declaration that is wrong or stands twice.
    """
    declared: dict[str, Source] = {}
    for path in sorted((FOLDER / "sources").glob("*.toml")):
        for raw in load(path).get("source", []):
            source = declare(Source, raw, path)
            if source.id in declared or source.id == AD_HOC_FOLDER:
                raise CatalogueError(f"{path.name}: source {source.id} is declared twice or reserved: give it another id")
            if source.authority_id and source.authority_id not in authorities():
                raise CatalogueError(
                    f"{path.name}: source {source.id} names the authority {source.authority_id}, which the catalogue lacks"
                )
            if missing := [name for name in NEEDED if source.is_on_the_web and not getattr(source, name)]:
                raise CatalogueError(f"{path.name}: source {source.id} lacks {', '.join(missing)}: add what is known of it")
            declared[source.id] = source
    return declared


@cache
def authorities() -> dict[str, Authority]:
    """Return every declared authority by id.

    Raises CatalogueError for a declaration that is wrong by itself or beside the others.
    """
    return read_authorities(FOLDER / "authorities")


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
    declared = {name: declare(Sector, raw, path) for name, raw in load(path).items()}
    if set(declared) != set(SECTORS):
        raise CatalogueError(
            f"{path.name}: the sectors are not those of analysis/tables: {sorted(set(declared) ^ set(SECTORS))}"
        )
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
