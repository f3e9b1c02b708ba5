"""Feeds against what other readers' test suites expect of them: `python -m benchmarks.feeds CORPUS [-v]`.

The cases of feedparser's suite count when they check one of the mapped fields. What they expect is compared as an `Entry` and a
`Feed` carry it: words without markup, moments in UTC. Mapped are, of the feed and of its entries: `title`; `link`; `id` and
`guid`; `description`, `summary`, `subtitle`, `tagline`, `info` and, where an entry has no summary of its own, `content[0]`;
`published`, and where an entry has none `updated` or `created`, with their `_parsed` forms; `language`, of an entry's single
texts too; the number of entries. Not mapped: authors, rights, categories, media, places, the source of an entry, further
contents and links, types and bases of texts, `bozo`. `encoding` counts apart: both encodings must give the same text.
`-v` names the cases that do not hold. The peer, feedparser, is given bytes and headers, but no address.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from analysis.collect.listing.entries import Entry, one_line, plain_text
from analysis.collect.listing.feed import Feed, read_feed
from analysis.collect.listing.feed.moments import read_date
from analysis.errors import ListingError

BASE = "http://127.0.0.1:8097/"
SHARE_GOAL = 0.98
SECONDS_GOAL = 3.0
TEXTS = {
    "title": "title", "title_detail": "title", "description": "summary", "summary": "summary", "summary_detail": "summary",
    "subtitle": "summary", "subtitle_detail": "summary", "tagline": "summary", "tagline_detail": "summary", "info": "summary",
    "info_detail": "summary", "content": "summary",
}  # fmt: skip
DATES = {"published", "updated", "created", "published_parsed", "updated_parsed", "created_parsed"}


def main(corpus: Path) -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    folder = corpus / "feeds"
    told = [*_suite(folder / "feedparser"), *_other_suites(folder), *_every_file(folder)]
    sys.stdout.write(f"{'figure':52} {'ours':>11} {'feedparser':>11}  goal\n")
    for line in told:
        sys.stdout.write(line + "\n")


def _line(figure: str, ours: int, peer: int | None, total: int, share: float = 1.0) -> str:
    verdict = "PASS" if ours >= share * total else "MISS"
    shown = f"{peer}/{total}" if peer is not None else "-"
    return f"{figure:52} {f'{ours}/{total}':>11} {shown:>11}  >= {share:.0%} {verdict}"


def _suite(folder: Path) -> Iterator[str]:
    """Give the figures of feedparser's own suite; the peer sees bytes and headers, as it does when it is called with a file."""
    cases = [case for case in json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"] if case["checks"]]
    ours: Counter[str] = Counter()
    peers: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    whole = encodings = encodings_held = 0
    for case in cases:
        content = _content(folder / case["file"])
        headers = {name.lower(): value for name, value in (case["http_headers"] or {}).items()}
        peer = feedparser.parse(io.BytesIO(content), response_headers=headers)
        whole += all(_holds(check, partial(_walk, peer)) for check in case["checks"])
        feed = _read(content, case["file"], headers)
        for check in case["checks"]:
            if check["path"] == ["encoding"] and check["op"] == "eq":
                encodings += 1
                encodings_held += feed is not None and _same_text(content, feed.encoding, check["value"])
        checks = [check for check in case["checks"] if _is_mapped(check["path"], peer)]
        if not checks:
            continue
        totals[case["group"]] += 1
        peers[case["group"]] += all(_holds(check, partial(_walk, peer)) for check in checks)
        held = feed is not None and all(_agrees(check, feed) for check in checks)
        ours[case["group"]] += held
        if not held and "-v" in sys.argv:
            sys.stderr.write(f"{case['file']}\n  {case['expect']}\n  {feed}\n")
    for group in totals:
        yield f"  {group:50} {f'{ours[group]}/{totals[group]}':>11} {f'{peers[group]}/{totals[group]}':>11}"
    yield _line("feedparser's cases on the mapped fields", ours.total(), peers.total(), totals.total(), SHARE_GOAL)
    yield f"{'feedparser on all checks of all cases':52} {'-':>11} {f'{whole}/{len(cases)}':>11}"
    yield f"{'encodings that read as expected':52} {f'{encodings_held}/{encodings}':>11} {'-':>11}"


def _content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _read(content: bytes, file: str, headers: dict[str, str]) -> Feed | None:
    media_type, parameters = feedparser.encodings.parse_content_type(headers.get("content-type", ""))
    address = urljoin(BASE, file)
    place = urljoin(address, headers.get("content-location", ""))
    try:
        return read_feed(
            content,
            place if place.startswith("http") else address,
            media_type or None,
            parameters or None,
            headers.get("content-language"),
        )
    except ListingError:
        return None


def _same_text(content: bytes, ours: str, expected: str) -> bool:
    try:
        return content.decode(ours, "replace").lstrip("\ufeff") == content.decode(expected, "replace").lstrip("\ufeff")
    except LookupError:
        return False


def _walk(tree: Any, path: list[Any]) -> Any:
    for step in path:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _holds(check: dict[str, Any], value_at: Callable[[list[Any]], Any]) -> bool:
    value, expected = value_at(check["path"]), check.get("value")
    value = list(value) if isinstance(value, tuple) else value
    return {
        "eq": lambda: value == expected,
        "ne": lambda: value != expected,
        "gt": lambda: value is not None and value > expected,
        "truthy": lambda: bool(value),
        "falsy": lambda: not value,
        "len_eq": lambda: len(value or ()) == expected,
        "len_gt": lambda: len(value or ()) > expected,
        "has_key": lambda: expected in (value or {}),
        "lacks_key": lambda: expected not in (value or {}),
        "startswith": lambda: str(value).startswith(expected),
        "endswith": lambda: str(value).endswith(expected),
    }[check["op"]]()


def _is_mapped(path: list[Any], peer: Any) -> bool:
    """Return whether a check asks for something that a `Feed` or an `Entry` carries; `peer` is feedparser's result."""
    if path == ["entries"]:
        return True
    if len(path) < 2 or path[0] not in ("feed", "entries"):
        return False
    place, (name, *rest) = (path[:1], path[1:]) if path[0] == "feed" else (path[:2], path[2:])
    beside = _walk(peer, place) or {}
    if name == "content":
        return rest[:1] == [0] and (rest[1:] == ["language"] or (rest[1:] == ["value"] and not _has_own_summary(beside)))
    if name in DATES:
        return name.startswith("published") or not dict.__contains__(beside, "published")
    if name in TEXTS:
        return rest in ([], ["value"]) or (rest == ["language"] and path[0] == "entries")
    return name in ("link", "id", "guid", "language") and not rest


def _has_own_summary(entry: Any) -> bool:
    return "summary" in entry and entry["summary"] != entry["content"][0]["value"]


def _agrees(check: dict[str, Any], feed: Feed) -> bool:
    path = check["path"]
    if path == ["entries"]:
        return _holds(check, lambda _: feed.entries)
    if path[0] == "entries" and path[1] >= len(feed.entries):
        return False
    told: Feed | Entry = feed if path[0] == "feed" else feed.entries[path[1]]
    name, *rest = path[1:] if path[0] == "feed" else path[2:]
    if rest[-1:] == ["language"] or name == "language":
        return _holds(check, lambda _: told.language)
    if name in TEXTS:
        value = getattr(told, TEXTS[name])
        words = {plain_text(check["value"]), one_line(check["value"])}
        return value in words
    if name in DATES:
        expected = check["value"]
        if isinstance(expected, list):
            return told.published_at == datetime(*expected[:6], tzinfo=UTC)
        return (told.published_on, told.published_at) == read_date(expected)
    found = told.address if name == "link" else told.entry_id if isinstance(told, Entry) else told.feed_id
    return _holds(check, lambda _: found)


@dataclass(frozen=True)
class Told:
    """What a reader tells of one entry, so that readers can be compared."""

    title: str | None
    link: str | None
    day: str | None


def _ours(content: bytes, address: str) -> tuple[list[Told], str | None, Feed | None]:
    try:
        feed = read_feed(content, address)
    except ListingError:
        return [], None, None
    days = (entry.published_at or entry.published_on for entry in feed.entries)
    entries = [
        Told(entry.title, entry.address, day.strftime("%Y-%m-%d") if day else None)
        for entry, day in zip(feed.entries, days, strict=True)
    ]
    return entries, feed.title, feed


def _peers(content: bytes, address: str) -> tuple[list[Told], str | None]:
    parsed = feedparser.parse(io.BytesIO(content), response_headers={"content-location": address})
    entries = []
    for raw in parsed.entries:
        moment = raw.get("published_parsed") or raw.get("updated_parsed")
        day = f"{moment[0]:04}-{moment[1]:02}-{moment[2]:02}" if moment else None
        entries.append(Told(plain_text(raw.get("title")), raw.get("link"), day))
    return entries, plain_text(parsed.feed.get("title"))


def _expected(path: Path) -> tuple[list[dict[str, Any]], str | None] | None:
    """Return the entries that feed-rs or gofeed expects of a feed, in one form, and the feed's title."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    entries = []
    for item in raw.get("entries") or raw.get("items") or []:
        title = item.get("title")
        links = [link for link in item.get("links") or () if isinstance(link, dict) and link["rel"] in (None, "alternate")]
        dates = [item.get(name) for name in ("publishedParsed", "published", "updatedParsed", "updated")]
        entries.append(
            {
                "title": title["content"] if isinstance(title, dict) else title,
                "link": item.get("link") or (links[0]["href"] if links else None),
                "day": next((day[:10] for day in dates if day and day[:4].isdecimal()), None),
            }
        )
    title = raw.get("title")
    return entries, title["content"] if isinstance(title, dict) else title


def _matches(told: list[Told], title: str | None, expected: list[dict[str, Any]], expected_title: str | None) -> bool:
    """Return whether a reader found the same entries, and of each every title, link and day that is expected."""
    return (
        len(told) == len(expected)
        and (not expected_title or title in (plain_text(expected_title), one_line(expected_title)))
        and all(
            (not wanted["title"] or found.title in (plain_text(wanted["title"]), one_line(wanted["title"])))
            and (not wanted["link"] or _same_link(found.link, urljoin(BASE + "feed", wanted["link"])))
            and (not wanted["day"] or found.day == wanted["day"])
            for found, wanted in zip(told, expected, strict=True)
        )
    )


def _same_link(found: str | None, expected: str) -> bool:
    """Return whether two addresses are one, with the host in any letters and the root with or without its slash."""
    whole = [urlsplit(link) for link in (found or "", expected)]
    return len({(part.scheme, part.netloc.lower(), part.path or "/", part.query, part.fragment) for part in whole}) == 1


def _pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    for expected in sorted(folder.rglob("*.json")):
        stem = expected.name.removesuffix(".json").removesuffix(".serde").removesuffix("_expected")
        for feed in (expected.parent / f"{stem}.xml", expected.parent / f"{stem}.json"):
            if feed.exists() and feed != expected:
                yield feed, expected


def _other_suites(folder: Path) -> Iterator[str]:
    """Give the figures of the other readers' suites: entries with their titles, links and days, and asserted values."""
    for suite in ("feed-rs", "gofeed"):
        ours = peers = total = 0
        for feed, expectation in _pairs(folder / suite):
            content, (entries, title) = _content(feed), _expected(expectation)
            total += 1
            told, own_title, _ = _ours(content, BASE + "feed")
            held = _matches(told, own_title, entries, title)
            ours += held
            peers += _matches(*_peers(content, BASE + "feed"), entries, title)
            if not held and "-v" in sys.argv:
                sys.stderr.write(f"{feed}\n  {told[:2]} {own_title}\n  {entries[:2]} {title}\n")
        yield _line(f"{suite}: entries, titles, links and days as expected", ours, peers, total, SHARE_GOAL)
    for suite, asserted in (("netnewswire", _netnewswire), ("miniflux", _miniflux), ("other", _relative_and_wide)):
        results = [*asserted(folder)]
        for name, held, _ in results:
            if not held and "-v" in sys.argv:
                sys.stderr.write(f"{suite}: {name}\n")
        peers = sum(peer for _, _, peer in results)
        yield _line(f"{suite}: values as its tests assert them", sum(held for _, held, _ in results), peers, len(results))


def _netnewswire(folder: Path) -> Iterator[tuple[str, bool, bool]]:
    def both(name: str) -> tuple[Feed | None, Any]:
        content = _content(folder / "netnewswire" / f"{name}.gz")
        return _ours(content, BASE + name)[2], feedparser.parse(io.BytesIO(content), response_headers={"x": ""})

    counts = {
        "natasha.xml": 10, "allthis.json": 12, "curt.json": 26, "pxlnv.json": 20, "rose.json": 84, "3960.json": 20,
        "authors.json": 4,
    }  # fmt: skip
    for name, count in counts.items():
        feed, peer = both(name)
        yield name, feed is not None and len(feed.entries) == count, len(peer.entries) == count
    for name, language in {"3960.json": "de-DE", "manton.rss": "en-US", "DaringFireball.atom": "en"}.items():
        feed, peer = both(name)
        held = feed is not None and feed.language == language and all(entry.language == language for entry in feed.entries)
        yield f"{name} language", held, peer.feed.get("language") == language
    for name, field, value in (
        ("rubenerd.rss", "title", "Rubenerd"),
        ("allthis.atom", "address", "http://leancrew.com/all-this"),
    ):
        feed, peer = both(name)
        yield name, getattr(feed, field, None) == value, peer.feed.get("link" if field == "address" else field) == value
    feed, peer = both("DaringFireball.atom")
    held = feed is not None and all(entry.address and entry.published_on for entry in feed.entries)
    yield "DaringFireball.atom", held, all(raw.get("link") and raw.get("published_parsed") for raw in peer.entries)
    for name in ("theomnishow.rss", "macworld.rss", "monkeydom.rss"):
        feed, peer = both(name)
        held = feed is not None and bool(feed.entries) and all(entry.entry_id for entry in feed.entries)
        yield f"{name} ids", held, bool(peer.entries) and all(raw.get("id") for raw in peer.entries)
    feed, peer = both("cloudblog.rss")
    roles = {"Product Manager, Office of the CTO", "Developer Programs Engineer", "Product Director"}
    titles = {entry.title for entry in feed.entries} if feed else roles
    yield "cloudblog.rss", not titles & roles, not {raw.get("title") for raw in peer.entries} & roles
    for path in sorted((folder / "netnewswire" / "not_a_feed").iterdir()):
        content = _content(path)
        yield path.name, _ours(content, BASE)[2] is None, not feedparser.parse(io.BytesIO(content)).version


def _miniflux(folder: Path) -> Iterator[tuple[str, bool, bool]]:
    words = {"iso-8859-1": "Café", "utf8": "Café", "invalid-prolog": "Café", "utf8-incorrect-prolog": "Café"}
    for name, word in (words | dict.fromkeys(("windows-1252", "windows-1252-incorrect-prolog"), "Euro €")).items():
        content = _content(folder / "miniflux" / "encoding" / f"{name}.xml")
        peer = feedparser.parse(io.BytesIO(content))
        yield name, word in str(_ours(content, BASE)[2]), word in f"{peer.feed} {peer.entries}"


def _relative_and_wide(folder: Path) -> Iterator[tuple[str, bool, bool]]:
    """Give whether relative links become whole, and whether feeds in UTF-16 or with blanks before them are read."""
    for name in (
        "reader/relative.atom",
        "reader/relative.rss",
        "feed-rs/rss2/rss_2.0_relurl_1.xml",
        "feed-rs/rss2/rss_2.0_relurl_2.xml",
    ):
        content = _content(folder / name)
        links = [[told.link for told in reader(content, BASE + "feed")[0]] for reader in (_ours, _peers)]
        ours, peer = (bool(found) and all(str(link).startswith("http") for link in found) for found in links)
        yield name, ours, peer
    for path in sorted((folder / "simplepie").glob("feed*")):
        ours, peer = (reader(_content(path), BASE)[1] for reader in (_ours, _peers))
        yield path.name, bool(ours), bool(peer)


def _every_file(folder: Path) -> Iterator[str]:
    """Give how many files end in a result or a stated failure, and how long the slowest takes."""
    total = ended = read = 0
    slowest = 0.0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = _content(path)
        total += 1
        begun = time.perf_counter()
        try:
            read_feed(content, BASE)
            read += 1
            ended += 1
        except ListingError:
            ended += 1
        except Exception as error:
            sys.stderr.write(f"{path}: {error!r}\n")
        slowest = max(slowest, time.perf_counter() - begun)
    yield _line(f"files that end in a result ({read}) or a stated failure", ended, None, total)
    verdict = "PASS" if slowest <= SECONDS_GOAL else "MISS"
    yield f"{'seconds of the slowest file':52} {slowest:>11.2f} {'-':>11}  <= {SECONDS_GOAL} {verdict}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
