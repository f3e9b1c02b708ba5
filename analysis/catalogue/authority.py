"""Public bodies, their offices and who held them: what is declared of each, and what must fit together over all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date as Day
from itertools import combinations
from pathlib import Path

from pydantic import Field, model_validator

from analysis.catalogue.declaration import Declaration, declare, load
from analysis.errors import CatalogueError
from analysis.tables import SUPRANATIONAL, Branch, Level, Rank


class Holder(Declaration):
    """A person in an office; the first name is shown, the others are spellings of it."""

    names: tuple[str, ...] = Field(min_length=1)
    since: Day | None = Field(None, description="First day in office; empty: not known.")
    until: Day | None = Field(None, description="Last day in office; empty: still there, or not known.")

    def in_office(self, day: Day | None) -> bool:
        """Return whether the person held the office on a day, as far as its ends are known; True without a day."""
        return day is None or ((self.since or day) <= day <= (self.until or day))

    def overlaps(self, other: Holder) -> bool:
        """Return whether two periods share more than a day of change; an end that is not known bounds nothing."""
        return (self.since or Day.min) < (other.until or Day.max) and (other.since or Day.min) < (self.until or Day.max)

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Holder:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"{self.names[0]} leaves before coming: since {self.since} must not be after until {self.until}")
        return self


class Office(Declaration):
    """An office of a body, with the titles by which texts call it, by language."""

    id: str
    rank: Rank
    title: dict[str, tuple[str, ...]]
    holders: tuple[Holder, ...] = Field((), alias="holder")


class Authority(Declaration):
    """A public body that can set policy, with the names that texts give it, by language."""

    id: str = Field(pattern=r"^[a-z]{2,3}-[a-z0-9-]+$")
    jurisdiction: str = Field(pattern=r"^([A-Z]{2})?$")
    level: Level
    branch: Branch | None = Field(None, description="Power of the state that it belongs to.")
    parent: str | None = Field(None, description="Id of the body that it belongs to.")
    names: dict[str, tuple[str, ...]]
    offices: tuple[Office, ...] = Field((), alias="office")

    @property
    def name(self) -> str:
        return self.names["en"][0]

    @model_validator(mode="after")
    def _is_named_and_owns_its_offices(self) -> Authority:
        if not self.names.get("en"):
            raise ValueError("it lacks an English name, under which it is shown: add names.en")
        if not all(words and all(name.strip() for name in words) for words in self.names.values()):
            raise ValueError("a language has no name or an empty one: fill it in or leave the language out")
        for office in self.offices:
            if not office.id.startswith(f"{self.id}-"):
                raise ValueError(f"office {office.id} must begin with the id of its body: call it {self.id}-...")
        return self


def read_authorities(folder: Path) -> dict[str, Authority]:
    """Return the bodies declared in a folder by id, a file to a jurisdiction.

    Raises CatalogueError for a declaration that is wrong or stands twice, in the file of another jurisdiction, or under a
    parent that is unknown or its own child; for a name that two bodies share; for a person in two offices of one rank at once.
    """
    declared: dict[str, Authority] = {}
    for path in sorted(folder.glob("*.toml")):
        for raw in load(path).get("authority", []):
            authority = declare(Authority, raw, path)
            if authority.id in declared:
                raise CatalogueError(f"{path.name}: authority {authority.id} is declared twice: give it another id")
            if (home := file_of(authority.jurisdiction)) != path.name:
                raise CatalogueError(f"{path.name}: authority {authority.id} belongs in {home}: move it there")
            declared[authority.id] = authority
    _check_parents(declared)
    _check_names(declared.values())
    _check_offices(declared.values())
    return declared


def file_of(jurisdiction: str) -> str:
    """Return the name of the file in which a jurisdiction's bodies stand."""
    return "international.toml" if jurisdiction == SUPRANATIONAL else f"{jurisdiction.lower()}.toml"


def _check_parents(declared: dict[str, Authority]) -> None:
    for authority in declared.values():
        above = [authority.id]
        while parent := declared[above[-1]].parent:
            if parent not in declared:
                raise CatalogueError(f"authority {above[-1]} has the parent {parent}, which the catalogue lacks: declare it")
            if parent in above:
                raise CatalogueError(f"authority {authority.id} is above itself ({' < '.join([*above, parent])}): mend one")
            above.append(parent)


def _check_names(bodies: Iterable[Authority]) -> None:
    """Refuse a name, or a title of an office, that two bodies share."""
    owner: dict[str, str] = {}
    for authority in bodies:
        titles = (name for office in authority.offices for names in office.title.values() for name in names)
        for name in (*(name for names in authority.names.values() for name in names), *titles):
            if (first := owner.setdefault(name.lower(), authority.id)) != authority.id:
                raise CatalogueError(
                    f"{file_of(authority.jurisdiction)}: {name.lower()!r} names {first} and {authority.id}: "
                    "leave it with one of them"
                )


def _check_offices(bodies: Iterable[Authority]) -> None:
    """Refuse an office declared twice, and a person in two offices of one rank at a time."""
    known: set[str] = set()
    held: dict[tuple[str, str], list[tuple[Office, Holder]]] = {}
    for office in (office for authority in bodies for office in authority.offices):
        if office.id in known:
            raise CatalogueError(f"office {office.id} is declared twice: give it another id")
        known.add(office.id)
        for holder in office.holders:
            for name in {name.lower() for name in holder.names}:
                held.setdefault((name, office.rank), []).append((office, holder))
    for (_, rank), terms in held.items():
        for one, other in _at_once(terms):
            raise CatalogueError(
                f"{one[1].names[0]} holds {one[0].id} and {other[0].id}, both of rank {rank}, at one time: "
                "give the periods, or one of the offices another rank"
            )


def _at_once(terms: list[tuple[Office, Holder]]) -> Iterator[tuple[tuple[Office, Holder], tuple[Office, Holder]]]:
    return (pair for pair in combinations(terms, 2) if pair[0][1].overlaps(pair[1][1]))
