"""Documents to stories: each new document is compared with those it may be a copy of, or tell one event with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from analysis import store
from analysis.collect.duplicates.decide import Compared, Decision, decide
from analysis.collect.duplicates.event import LANGUAGES, LEAD, WITHIN_DAYS, Meanings, Told
from analysis.collect.duplicates.paragraphs import RECURRING, paragraph_hashes, without
from analysis.collect.duplicates.signature import bands
from analysis.collect.duplicates.stories import Member, Place, gather
from analysis.collect.duplicates.wording import days_apart, normal_form
from analysis.steps.place import take_turn
from analysis.tables import content_id, documents, paragraphs, shift_stories, stories, text_bands

BATCH = 50
"""Documents in one transaction."""
MOST_CANDIDATES = 25
"""Documents with which one is compared: those that share most of its bands, or are nearest in meaning."""
MOST_DECIDED = 40
"""Documents of one story up to which all are compared with each other again when one is added."""
NEAR_TITLES = 0.6
"""Cosine of titles from which two documents of the same days are compared."""
TOLD = [
    documents.c[name]
    for name in (
        "document_id", "address_key", "revision", "is_latest", "story_id", "story_reason", "story_link", "story_note",
        "source_id", "publisher", "title", "text", "address", "published_on", "channel", "language",
    )
]  # fmt: skip


def group(engine: Engine) -> int:
    """Bring new documents into their stories, and return how many documents have another place than before.

    Only documents without bands are new; a document's bands, its paragraphs and its place are written in one transaction.
    """
    with store.reading(engine) as connection:
        in_order = (documents.c.published_on.is_(None), documents.c.published_on, documents.c.document_id)
        new = [*connection.scalars(select(documents.c.document_id).where(_is_new()).order_by(*in_order))]
    meanings, moved = Meanings(), 0
    recurring: set[str] = set()
    for some in _portions(new, BATCH):
        with store.writing(engine) as connection:
            take_turn(connection)
            grouping = _Grouping(connection, meanings)
            moved += grouping.add(some)
            recurring |= grouping.newly_recurring
    with store.writing(engine) as connection:
        take_turn(connection)
        return moved + _Grouping(connection, meanings).mend(recurring)


def _is_new() -> ColumnElement[bool]:
    return ~exists().where(text_bands.c.document_id == documents.c.document_id)


class _Grouping:
    """One transaction in which documents are grouped: what was read of them, and how pairs were decided."""

    def __init__(self, connection: Connection, meanings: Meanings) -> None:
        self._connection = connection
        self._meanings = meanings
        self._rows: dict[str, Row] = {}
        self._members: dict[str, Member] = {}
        self._decisions: dict[tuple[str, str], Decision] = {}
        self.newly_recurring: set[str] = set()
        """Publishers, or sources, of which a paragraph was found to recur."""

    def add(self, document_ids: Sequence[str]) -> int:
        """Bring documents into their stories that are not there yet, and return how many documents were moved."""
        new = self._load(documents.c.document_id.in_(document_ids) & _is_new())
        self._count_paragraphs(new)
        self._sign(new)
        candidates = self._sharing_bands(new)
        for document_id, near in self._near_in_meaning(new).items():
            candidates[document_id] |= near
        joined = [self._stories_of(row, candidates[row.document_id]) for row in new]
        return sum(self._regroup(story_ids, document_ids) for story_ids in _merged(joined))

    def mend(self, publishers: Collection[str]) -> int:
        """Decide again on stories whose first document was dated or named anew, and of publishers whose paragraphs recur."""
        first = (documents.c.story_id == stories.c.story_id) & (documents.c.story_reason == "first")
        is_stale = or_(
            stories.c.title.is_distinct_from(documents.c.title),
            stories.c.published_on.is_distinct_from(documents.c.published_on),
        )
        stale = set(self._connection.scalars(select(stories.c.story_id).join(documents, first).where(is_stale)))
        for some in _portions(publishers):
            named = func.coalesce(documents.c.publisher, documents.c.source_id).in_(some)
            stale |= set(
                self._connection.scalars(
                    select(documents.c.story_id).where(named, documents.c.story_reason == "text").distinct()
                )
            )
        return sum(self._regroup([story_id], ()) for story_id in sorted(stale))

    def _load(self, condition: ColumnElement[bool]) -> list[Row]:
        """Return documents in their order, and make them known as members."""
        query = select(*TOLD).where(condition).order_by(documents.c.published_on, documents.c.document_id)
        rows = list(self._connection.execute(query))
        unknown = [row for row in rows if row.document_id not in self._members]
        recurring = self._recurring(unknown)
        self._rows |= {row.document_id: row for row in rows}
        self._members |= {row.document_id: _member(row, recurring[_publisher(row)]) for row in unknown}
        return rows

    def _known(self, document_ids: Iterable[str]) -> list[Member]:
        ids = list(document_ids)
        for some in _portions([document_id for document_id in ids if document_id not in self._members]):
            self._load(documents.c.document_id.in_(some))
        return [self._members[document_id] for document_id in ids]

    def _recurring(self, rows: Sequence[Row]) -> dict[str, set[str]]:
        """Return, by publisher, which paragraphs of these documents recur."""
        hashes: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            hashes[_publisher(row)] |= paragraph_hashes(row.text)
        found: dict[str, set[str]] = defaultdict(set)
        for publisher, of_publisher in hashes.items():
            held = self._paragraph_counts(publisher, of_publisher)
            found[publisher] = {digest for digest, count in held.items() if count >= RECURRING}
        return found

    def _paragraph_counts(self, publisher: str, hashes: Collection[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for some in _portions(hashes):
            of_publisher = (paragraphs.c.publisher == publisher) & paragraphs.c.paragraph_hash.in_(some)
            query = select(paragraphs.c.paragraph_hash, paragraphs.c.document_count).where(of_publisher)
            counts |= {row.paragraph_hash: row.document_count for row in self._connection.execute(query)}
        return counts

    def _count_paragraphs(self, new: Sequence[Row]) -> None:
        """Count each new document's paragraphs; a later revision's are counted already."""
        more: dict[str, Counter[str]] = defaultdict(Counter)
        for row in new:
            if row.revision == 1:
                more[_publisher(row)].update(paragraph_hashes(row.text))
        for publisher, counted in more.items():
            held = self._paragraph_counts(publisher, counted)
            rows = [
                {"publisher": publisher, "paragraph_hash": digest, "document_count": held.get(digest, 0) + count}
                for digest, count in sorted(counted.items())
            ]
            store.upsert(self._connection, paragraphs, rows)
            if any(held.get(digest, 0) < RECURRING <= held.get(digest, 0) + count for digest, count in counted.items()):
                self.newly_recurring.add(publisher)
        if self.newly_recurring:
            self._members.clear()

    def _sign(self, new: Sequence[Row]) -> None:
        """Store the bands of new documents; one without words gets a band that no other has, so that it is new no more."""
        members = self._known(row.document_id for row in new)
        texts = (member.compared.text if member.compared.own_text is None else member.compared.own_text for member in members)
        rows = [
            {"band": number, "band_hash": band_hash, "document_id": member.document_id}
            for member, own in zip(members, bands(texts), strict=True)
            for number, band_hash in enumerate(own or [content_id(member.document_id)[:16]])
        ]
        store.add(self._connection, text_bands, rows)

    def _sharing_bands(self, new: Sequence[Row]) -> dict[str, set[str]]:
        """Return, by new document, the documents that share most bands with it."""
        mine, theirs = text_bands.alias(), text_bands.alias()
        is_shared = and_(
            mine.c.band == theirs.c.band, mine.c.band_hash == theirs.c.band_hash, mine.c.document_id != theirs.c.document_id
        )
        query = (
            select(mine.c.document_id, theirs.c.document_id, func.count())
            .select_from(mine)
            .join(theirs, is_shared)
            .join(documents, (documents.c.document_id == theirs.c.document_id) & documents.c.is_latest)
            .where(mine.c.document_id.in_([row.document_id for row in new]))
            .group_by(mine.c.document_id, theirs.c.document_id)
        )
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for one, other, count in self._connection.execute(query):
            found[one].append((-count, other))
        nearest = {one: {other for _, other in sorted(others)[:MOST_CANDIDATES]} for one, others in found.items()}
        return defaultdict(set, nearest)

    def _near_in_meaning(self, new: Sequence[Row]) -> dict[str, set[str]]:
        """Return, by new document, the documents of other publishers and the same days whose titles mean much the same."""
        shifts = range(-WITHIN_DAYS, WITHIN_DAYS + 1)
        days = {row.published_on + timedelta(days=shift) for row in new if row.published_on for shift in shifts}
        around = [row for some in _portions(sorted(days)) for row in self._connection.execute(_told_on(some))]
        here = {row.document_id for row in new}
        chosen = [number for number, row in enumerate(around) if row.document_id in here]
        # Encoding takes milliseconds a document: none where nothing can come of it.
        if not chosen or len({row.publisher for row in around}) < 2 or all(row.channel == "official" for row in around):
            return {}
        titles = self._meanings.titles([Told(row.document_id, row.title, row.lead) for row in around])
        found: dict[str, set[str]] = {}
        for number, nearness in zip(chosen, titles[chosen] @ titles.T, strict=True):
            near = sorted(
                (-float(nearness[other]), around[other].document_id, other) for other in (nearness >= NEAR_TITLES).nonzero()[0]
            )
            others = [around[other] for _, _, other in near if _may_tell_one_event(around[number], around[other])]
            found[around[number].document_id] = {row.document_id for row in others[:MOST_CANDIDATES]}
        return found

    def _stories_of(self, row: Row, candidates: Collection[str]) -> set[str]:
        """Return the stories that a new document brings together: its own, its other revisions', and its matches'."""
        found = {row.story_id} | set(
            self._connection.scalars(select(documents.c.story_id).where(documents.c.address_key == row.address_key).distinct())
        )
        if row.is_latest:
            [member] = self._known([row.document_id])
            for other in self._known(sorted(candidates)):
                if other.address_key != member.address_key and self._decide(member, other).layer:
                    found.add(self._rows[other.document_id].story_id)
        return found

    def _decide(self, one: Member, other: Member) -> Decision:
        key = (min(one.document_id, other.document_id), max(one.document_id, other.document_id))
        if key not in self._decisions:
            told = [self._rows[member.document_id] for member in (one, other)]
            is_understood = all(row.title and row.language in LANGUAGES for row in told)
            near = partial(self._meanings.closeness, *(Told(row.document_id, row.title, row.text) for row in told))
            self._decisions[key] = decide(one.compared, other.compared, near if is_understood else None)
        return self._decisions[key]

    def _regroup(self, story_ids: Collection[str], new: Collection[str]) -> int:
        """Place all documents of some stories anew, and return how many of them have another place than before."""
        rows = self._load(documents.c.story_id.in_(story_ids))
        members = self._known(row.document_id for row in rows)
        held = {frozenset((row.document_id, row.story_link)): row for row in rows if row.story_link}
        is_large = len(members) > MOST_DECIDED

        def decided(one: Member, other: Member) -> Decision:
            if is_large and not {one.document_id, other.document_id} & set(new):
                return _as_held(held.get(frozenset((one.document_id, other.document_id))))
            return self._decide(one, other)

        places = gather(members, decided)
        moved = [row for row in rows if places[row.document_id] != _place(row)]
        self._write(rows, places, moved)
        return len(moved)

    def _write(self, rows: Sequence[Row], places: dict[str, Place], moved: Sequence[Row]) -> None:
        keys: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            keys[places[row.document_id].story_id].add(row.address_key)
        firsts = [row for row in rows if places[row.document_id].story_reason == "first"]
        of_firsts = [
            {
                "story_id": row.address_key,
                "title": row.title,
                "published_on": row.published_on,
                "document_count": len(keys[row.address_key]),
            }
            for row in firsts
        ]
        store.upsert(self._connection, stories, of_firsts)
        if moved:
            values = [{"moved_id": row.document_id, **places[row.document_id]._asdict()} for row in moved]
            self._connection.execute(update(documents).where(documents.c.document_id == bindparam("moved_id")), values)
        gone = {row.story_id for row in rows} - keys.keys()
        # A story has the name of its first document.
        self._lead_on({row.address_key: places[row.document_id].story_id for row in rows if row.address_key in gone})
        for some in _portions(gone):
            self._connection.execute(delete(stories).where(stories.c.story_id.in_(some)))

    def _lead_on(self, names: dict[str, str]) -> None:
        """Let shifts lead to the stories into which those that moved them went, each once."""
        told = shift_stories.alias()
        leads = exists().where(told.c.shift_id == shift_stories.c.shift_id, told.c.story_id == bindparam("name"))
        leading = update(shift_stories).where(shift_stories.c.story_id == bindparam("gone"), ~leads)
        if names:
            values = [{"gone": gone, "name": name} for gone, name in names.items()]
            self._connection.execute(leading.values(story_id=bindparam("name")), values)


Value = TypeVar("Value", bound=Hashable)


def _portions(values: Collection[Value], size: int = store.ROWS_A_STATEMENT) -> Iterator[list[Value]]:
    """Give the values in lists short enough for one statement."""
    listed = list(values)
    for first in range(0, len(listed), size):
        yield listed[first : first + size]


def _merged(sets: Iterable[set[str]]) -> list[list[str]]:
    """Return the sets in sorted lists, those with a common element as one."""
    merged: list[set[str]] = []
    for own in sets:
        apart = [other for other in merged if not other & own]
        merged = [*apart, own.union(*(other for other in merged if other & own))]
    return sorted(sorted(found) for found in merged)


def _publisher(row: Row) -> str:
    return row.publisher or row.source_id


def _member(row: Row, recurring: Collection[str]) -> Member:
    compared = Compared(
        text=row.text,
        title=row.title,
        publisher=row.publisher,
        address=row.address,
        published_on=row.published_on,
        is_official=row.channel == "official",
        own_text=without(row.text, recurring) if recurring else None,
    )
    return Member(row.document_id, row.address_key, row.revision, compared, row.is_latest)


def _place(row: Row) -> Place:
    return Place(row.story_id, row.story_reason, row.story_link, row.story_note)


def _as_held(row: Row | None) -> Decision:
    """Return what was decided on a pair before, of which the later document tells."""
    return Decision(row.story_reason, row.story_note) if row else Decision(None, "not compared again")


def _told_on(days: Sequence[date]) -> Select:
    """Select what is needed to find documents of these days that tell one event."""
    return select(
        documents.c.document_id,
        documents.c.title,
        func.substr(documents.c.text, 1, LEAD).label("lead"),
        documents.c.publisher,
        documents.c.published_on,
        documents.c.channel,
    ).where(
        documents.c.published_on.in_(days),
        documents.c.is_latest,
        documents.c.title.is_not(None),
        documents.c.publisher.is_not(None),
        documents.c.language.in_(LANGUAGES),
    )


def _may_tell_one_event(one: Row, other: Row) -> bool:
    gap = days_apart(one.published_on, other.published_on)
    is_near = gap is not None and gap <= WITHIN_DAYS
    return is_near and "press" in (one.channel, other.channel) and normal_form(one.publisher) != normal_form(other.publisher)
