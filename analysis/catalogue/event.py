"""Dated public acts and remarks on technology policy, certain in content and date: marks on charts and a measure of recall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date as Day
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, model_validator

from analysis.catalogue import FOLDER, authorities
from analysis.catalogue.authority import Authority
from analysis.catalogue.declaration import Declaration, declare, load
from analysis.errors import CatalogueError
from analysis.tables import SECTORS

Direction = Literal["restrictive", "supportive", "neutral"]
DIRECTIONS: tuple[str, ...] = get_args(Direction)
Act = Literal["draft", "guidance", "rule", "probe", "fine", "approval", "support", "speech", "court", "other"]
ACTS: tuple[str, ...] = get_args(Act)


class Event(Declaration):
    """What public bodies did or said on a day, which way it leans, and where it can be looked up."""

    id: str = Field(pattern=r"^[a-z]{2,3}-[a-z0-9-]+$")
    on: Day = Field(description="Day on which it was done, announced or took effect, as the title tells.")
    authorities: tuple[str, ...] = Field(min_length=1, description="Ids of the bodies, the leading one first.")
    jurisdiction: str = Field(pattern=r"^([A-Z]{2})?$", description="That of the leading body.")
    sectors: tuple[str, ...] = Field(min_length=1)
    direction: Direction
    act: Act
    title: str = Field(min_length=10)
    reference: str = Field(min_length=10, description="What a reader can look up: number, publication, docket or release.")
    turning_point: bool = Field(False, description="An index of body and sector should change its direction or level here.")

    @model_validator(mode="after")
    def _fits_together(self) -> Event:
        if unknown := sorted(set(self.sectors) - set(SECTORS)):
            raise ValueError(f"unknown sector {', '.join(unknown)}: analysis/tables/words.py names them all")
        for what, values in (("authority", self.authorities), ("sector", self.sectors)):
            if twice := _repeated(values):
                raise ValueError(f"{what} {twice} is named twice: name it once")
        if not self.id.startswith(f"{self.jurisdiction.lower() or 'int'}-"):
            raise ValueError(f"the id must begin with {self.jurisdiction.lower() or 'int'}-, its jurisdiction: rename it")
        if self.turning_point and self.direction == "neutral":
            raise ValueError("a turning point needs a direction: make it restrictive or supportive, or no turning point")
        for what, text in (("title", self.title), ("reference", self.reference)):
            if text != " ".join(text.split()):
                raise ValueError(f"the {what} has line breaks or spaces too many: remove them")
        if "://" in self.reference or "www." in self.reference:
            raise ValueError("the reference is an address, which may move: name number, publication or release instead")
        return self


def events(today: Day | None = None) -> dict[str, Event]:
    """Return every declared event by id, in the order of the file.

    Raises CatalogueError for a declaration that is wrong or stands twice, and for one after `today`, where that is given.
    """
    declared = dict(_declared())
    check_past(declared.values(), today)
    return declared


@cache
def _declared() -> dict[str, Event]:
    return read_events(FOLDER / "events.toml", authorities())


def read_events(path: Path, bodies: Mapping[str, Authority], today: Day | None = None) -> dict[str, Event]:
    """Return the events of a file by id, in its order.

    Raises CatalogueError for a declaration that is wrong by itself, whose id or title stands twice, that names a body the
    catalogue lacks or another jurisdiction than the leading body's, or that lies after `today`, where that is given.
    """
    declared: dict[str, Event] = {}
    titles: set[str] = set()
    for raw in load(path).get("event", []):
        event = declare(Event, raw, path)
        if event.id in declared:
            raise CatalogueError(f"{path.name}: event {event.id} is declared twice: remove one or give it another id")
        if event.title.lower() in titles:
            raise CatalogueError(f"{path.name}: event {event.id} has the title of another: remove it or tell them apart")
        _check_bodies(event, bodies, path)
        declared[event.id] = event
        titles.add(event.title.lower())
    check_past(declared.values(), today)
    return declared


def check_past(declared: Iterable[Event], today: Day | None) -> None:
    """Refuse an event that lies after `today`; without a day every date is accepted."""
    for event in declared:
        if today is not None and event.on > today:
            raise CatalogueError(f"event {event.id} on {event.on} lies after {today}: remove it until then, or mend its date")


def _check_bodies(event: Event, bodies: Mapping[str, Authority], path: Path) -> None:
    if unknown := [body for body in event.authorities if body not in bodies]:
        raise CatalogueError(
            f"{path.name}: event {event.id} names the authority {', '.join(unknown)}, which the catalogue lacks: "
            "declare it in authorities/ or name another"
        )
    if (home := bodies[event.authorities[0]].jurisdiction) != event.jurisdiction:
        raise CatalogueError(
            f"{path.name}: event {event.id} has jurisdiction {event.jurisdiction!r}, its leading authority "
            f"{event.authorities[0]} has {home!r}: correct one"
        )


def _repeated(values: Collection[str]) -> str | None:
    """Return the first value that stands more than once, None when none does."""
    return next((value for value, count in Counter(values).items() if count > 1), None)
