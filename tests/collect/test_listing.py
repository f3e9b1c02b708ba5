from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analysis.collect.listing.entries import Entry, parse_day, parse_moment, plain_text
from analysis.collect.listing.feed import FEED_LIMIT, read_feed
from analysis.collect.listing.folder import list_folder, read_index
from analysis.errors import ListingError

ADDRESS = "https://a.example/feeds/x.xml"


def rss(items, language="fr"):
    head = f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>T</title><language>{language}</language>"
    return f"{head}{items}</channel></rss>".encode()


def json_feed(*items, **more):
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **more}).encode()


def test_an_rss_feed_gives_its_entries_with_dates_in_utc_and_links_resolved():
    feed = read_feed(
        rss(
            "<item><title>Rules &lt;b&gt;for&lt;/b&gt; R&amp;amp;D</title><link>/news/1</link>"
            "<guid isPermaLink='false'>id-1</guid>"
            "<pubDate>Tue, 04 Mar 2025 23:30:00 -0500</pubDate>"
            "<description>&lt;p&gt;A &lt;script&gt;x()&lt;/script&gt;plan&lt;/p&gt;</description></item>"
        ),
        ADDRESS,
    )
    assert (feed.format, feed.language) == ("rss20", "fr")
    assert feed.entries == (
        Entry(
            address="https://a.example/news/1",
            entry_id="id-1",
            title="Rules for R&D",
            summary="A plan",
            published_at=datetime(2025, 3, 5, 4, 30, tzinfo=UTC),
            published_on=date(2025, 3, 4),
            language="fr",
        ),
    )


@pytest.mark.parametrize("given", ["", "<pubDate>soon</pubDate>", "<pubDate></pubDate>"])
def test_a_date_that_is_not_told_stays_empty(given):
    (entry,) = read_feed(rss(f"<item><title>t</title><link>https://a.example/2</link>{given}</item>"), ADDRESS).entries
    assert (entry.published_at, entry.published_on, entry.date_is_decided) == (None, None, False)


def test_an_atom_feed_gives_its_entries():
    feed = read_feed(
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>t</title><id>u</id>'
        b'<entry><title>E</title><id>tag:1</id><link href="e1"/><updated>2025-03-04T10:00:00+08:00</updated></entry></feed>',
        ADDRESS,
    )
    assert (feed.format, feed.language) == ("atom10", "de")
    (entry,) = feed.entries
    assert (entry.entry_id, entry.address, entry.title) == ("tag:1", "https://a.example/feeds/e1", "E")
    assert entry.published_at == datetime(2025, 3, 4, 2, tzinfo=UTC)


def test_a_json_feed_gives_its_entries():
    item = {
        "id": 7, "url": "/n/1", "title": "X", "content_html": "<p>a <i>b</i></p>", "language": "en",
        "date_published": "2025-03-04T23:00:00-05:00",
    }  # fmt: skip
    feed = read_feed(b"\xef\xbb\xbf" + json_feed(item, {"external_url": "https://b.example/2"}, 5, language="es"), ADDRESS)
    assert (feed.format, feed.language) == ("json11", "es")
    first, second = feed.entries
    assert first == Entry(
        address="https://a.example/n/1",
        entry_id="7",
        title="X",
        summary="a b",
        published_at=datetime(2025, 3, 5, 4, tzinfo=UTC),
        published_on=date(2025, 3, 4),
        language="en",
    )
    assert second == Entry(address="https://b.example/2", entry_id="https://b.example/2", language="es")


def test_one_hostile_entry_does_not_cost_a_json_feed_the_others():
    hostile = {"id": "h", "url": "http://[bad", "title": 4, "language": 7, "date_published": "0001-01-01T00:00:00+14:00"}
    first, second = read_feed(json_feed(hostile, {"id": "good", "url": "/2"}, language=[1]), ADDRESS).entries
    assert first == Entry(entry_id="h")
    assert second.address == "https://a.example/2"


def test_a_feed_gives_no_character_that_a_database_refuses():
    hostile = {"id": "\ud800h", "url": "/\ud8002\x00", "title": "\ud800 T", "summary": "\x00S", "language": "e\x00n"}
    [entry] = read_feed(json_feed(hostile), ADDRESS).entries
    assert entry == Entry("https://a.example/2", entry_id="h", title="T", summary="S", language="en")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"<!doctype html><html><body>Not found</body></html>", "an HTML page"),
        (b"just words", "not a feed"),
        (b"{", "not valid JSON"),
        (b'{"a":' * 100_000, "not valid JSON"),
        (b'{"title": "no feed"}', "no JSON feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "no JSON feed"),
        (b"x" * (FEED_LIMIT + 1), "more than"),
    ],
    ids=range(9),
)
def test_what_is_no_feed_is_refused_with_what_it_is(content, told):
    with pytest.raises(ListingError, match=told):
        read_feed(content, ADDRESS)


def test_a_body_that_is_the_path_of_a_feed_is_not_opened(tmp_path):
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("<item><title>secret</title></item>"))
    for body in (str(path), path.as_uri()):
        with pytest.raises(ListingError, match="not a feed"):
            read_feed(body.encode())


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>a\n <b>b</b></p> &amp; c", "a b & c"),
        ("x<script>evil()</script><style>p{}</style>", "x"),
        ("<p>one</p><p>two<br>three</p>f<b>ou</b>r", "one two three four"),
        ("a<!-- <b> --> b <a title='1 > 0' href=x>c</a> 1 < 2", "a b c 1 < 2"),
        ("a <SCRIPT>if (a</b) {}</Script >b<style>", "a b"),
        ("cut off <a href='/x", "cut off"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("<p>\ud800a\x00b\x1b</p>\uffff", "ab"),
        ("<p> </p>", None),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_markup_becomes_plain_words(markup, words):
    assert plain_text(markup) == words


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-04T10:00:00Z", datetime(2025, 3, 4, 10, tzinfo=UTC)),
        ("2025-03-04T10:00:00+08:00", datetime(2025, 3, 4, 2, tzinfo=UTC)),
        ("2025-03-04 10:00:00", datetime(2025, 3, 4, 10, tzinfo=UTC)),
        ("2025-03-04", None),
        ("2025-13-04T10:00:00Z", None),
        ("2025-W10T10:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        (1741082400, None),
    ],
)
def test_a_moment_is_read_in_utc_or_not_at_all(text, moment):
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-04", date(2025, 3, 4)),
        (" 2025-03-04T23:00:00Z", date(2025, 3, 4)),
        ("March 2025", None),
        ("2025-02-30", None),
        ("20250304", date(2025, 3, 4)),
        ("20250304T230000Z", date(2025, 3, 4)),
        ("2025-W10", None),
        ("2025W101", None),
        ("2025-W10-3", None),
        ("1741082400", None),
        ("2025-0304", None),
        ("0000-03-04", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_read_or_not_at_all(text, day):
    assert parse_day(text) == day


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "documents"
    (folder / "b").mkdir(parents=True)
    for name in ("c.txt", "a.txt", "b/2.txt", "b/1.txt"):
        (folder / name).write_text("text")
    return folder


def write_index(place, *lines):
    (place / "index.jsonl").write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))


def test_a_folder_is_listed_in_the_order_of_its_paths(folder):
    assert [entry.file_path for entry in list_folder(folder)] == ["a.txt", "b/1.txt", "b/2.txt", "c.txt"]
    assert next(list_folder(folder)) == Entry(file_path="a.txt")


def test_a_folder_that_is_none_is_named(tmp_path):
    with pytest.raises(ListingError, match="nowhere is not a folder"):
        list(list_folder(tmp_path / "nowhere"))


def test_an_index_in_the_folder_tells_of_its_files(folder):
    write_index(
        folder,
        {
            "file": "b/1.txt", "title": "T", "date": "2025-03-04", "language": "fr", "publisher": "P", "channel": "press",
            "authority_id": "fr-cnil", "reference": "R", "kind": "press_release", "address": "https://a.example/1",
            "text_field": "body",
        },
        "",
        {"file": "a.txt", "date": None},
        {"file": "c.txt", "date": "2025-03", "date_precision": "month"},
    )  # fmt: skip
    told = {entry.file_path: entry for entry in list_folder(folder)}
    assert told["b/1.txt"] == Entry(
        address="https://a.example/1", file_path="b/1.txt", title="T", published_on=date(2025, 3, 4), date_is_decided=True,
        language="fr", publisher="P", channel="press", authority_id="fr-cnil", reference="R", kind="press_release",
        text_field="body",
    )  # fmt: skip
    assert (told["a.txt"].published_on, told["a.txt"].date_is_decided) == (None, True)
    assert (told["c.txt"].published_on, told["c.txt"].date_is_decided) == (None, True)
    assert told["b/2.txt"] == Entry(file_path="b/2.txt")


def test_an_index_beside_the_folder_counts_and_the_one_in_it_goes_before(folder):
    write_index(folder.parent, {"file": "documents/a.txt", "title": "beside"}, {"file": "documents/c.txt", "title": "beside"})
    write_index(folder, {"file": "a.txt", "title": "inside"})
    titles = {entry.file_path: entry.title for entry in list_folder(folder)}
    assert (titles["a.txt"], titles["c.txt"]) == ("inside", "beside")
    assert set(read_index(folder)) == {folder / "a.txt", folder / "c.txt"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{broken", "not JSON"),
        ('{"a":' * 100_000, "not JSON"),
        ("[1]", "not a JSON object"),
        ({"file": "b/1.txt", "address": 5}, "address is not a text"),
        ({"file": "b/1.txt", "publisher": 5}, "publisher is not a text"),
        ({"file": "b/1.txt", "language": ["fr"]}, "language is not a text"),
        ({"file": "b/1.txt", "date": 20250304}, "date is not a text"),
        ({"file": 1}, "file is not a text"),
        ({"file": "a\x00"}, "no file can have this name"),
        ({"file": "\ud800"}, "no file can have this name"),
    ],
    ids=range(10),
)
def test_a_broken_index_line_is_named(folder, line, told):
    write_index(folder, {"file": "a.txt"}, line)
    with pytest.raises(ListingError, match=f"index.jsonl, line 2: {told}"):
        list(list_folder(folder))


def test_an_index_that_is_not_utf_8_is_named_with_its_line(folder):
    (folder / "index.jsonl").write_bytes(b'{"file": "a.txt"}\n{"file": "c.txt", "title": "Caf\xe9"}\n')
    with pytest.raises(ListingError, match=r"index.jsonl, line 2: not JSON in UTF-8"):
        list(list_folder(folder))


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_an_index_line_ends_at_a_line_feed_only(folder, separator):
    line = json.dumps({"file": "a.txt", "title": f"One{separator}two"}, ensure_ascii=False)
    (folder / "index.jsonl").write_bytes(f'{line}\r\n{{"file": "c.txt", "title": "T"}}'.encode())
    titles = {entry.file_path: entry.title for entry in list_folder(folder)}
    assert (titles["a.txt"], titles["c.txt"]) == ("One two", "T")


def test_no_word_of_an_index_holds_what_a_database_refuses(folder):
    names = ("address", "title", "language", "publisher", "channel", "authority_id", "reference", "kind", "text_field")
    write_index(
        folder, {"file": "a.txt", **dict.fromkeys(names, " a\x00\ud800b\uffff\n c")}, {"file": "c.txt", "title": "\x00"}
    )
    told = {entry.file_path: entry for entry in list_folder(folder)}
    assert {getattr(told["a.txt"], name) for name in names} == {"ab c"}
    assert told["c.txt"].title is None


@pytest.fixture
def closed(monkeypatch):
    """Close folders to the process: it may be root, whom no permission holds up."""
    closed, scandir = set(), os.scandir

    def refuse(place):
        if place in closed:
            raise PermissionError(13, "Permission denied", str(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refuse)
    return closed


def test_a_folder_below_that_cannot_be_listed_has_an_entry_of_its_own(folder, closed):
    closed.add(folder / "b")
    assert [entry.file_path for entry in list_folder(folder)] == ["a.txt", "b", "c.txt"]


def test_a_folder_that_cannot_be_listed_is_named(folder, closed):
    closed.add(folder)
    with pytest.raises(ListingError, match=r"documents is not a folder that can be listed \(Permission denied\)"):
        list(list_folder(folder))


def test_an_index_that_cannot_be_read_is_named(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    write_index(folder, {"file": "a.txt"})
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ListingError, match=r"index.jsonl cannot be read \(Permission denied\)"):
        list(list_folder(folder))


def test_what_is_no_folder_is_listed_whatever_it_is(folder):
    (folder / "circle").symlink_to("circle")
    (folder / "nowhere").symlink_to("missing")
    os.mkfifo(folder / "pipe")
    listed = [entry.file_path for entry in list_folder(folder)]
    assert listed == ["a.txt", "b/1.txt", "b/2.txt", "c.txt", "circle", "nowhere", "pipe"]


def test_a_link_is_listed_but_not_followed(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (folder / "link").symlink_to(outside)
    assert [entry.file_path for entry in list_folder(folder)] == ["a.txt", "b/1.txt", "b/2.txt", "c.txt", "link"]
