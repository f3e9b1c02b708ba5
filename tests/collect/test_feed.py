"""What the elements of feeds tell of entries."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from analysis.catalogue import Parser
from analysis.collect.listing import read_listing
from analysis.collect.listing.entries import language_tag, plain_or_marked
from analysis.collect.listing.feed import read_feed
from analysis.errors import ListingError

ADDRESS = "https://ministry.example/news/feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"


def rss(items, head="", names=""):
    return f"<rss version='2.0' {names}><channel><title>News</title>{head}{items}</channel></rss>".encode()


def rss_entry(inner, names=""):
    (entry,) = read_feed(rss(f"<item>{inner}</item>", names=names), ADDRESS).entries
    return entry


def atom(entries, told=""):
    return f'<feed xmlns="{ATOM}" {told}><title>News</title>{entries}</feed>'.encode()


def atom_entry(inner, told=""):
    (entry,) = read_feed(atom(f"<entry>{inner}</entry>", told), ADDRESS).entries
    return entry


def json_feed(*items, **more):
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **more}).encode()


def test_a_feed_tells_of_itself():
    told = (
        "<link>https://ministry.example/</link><description>All &lt;b&gt;news&lt;/b&gt;</description>"
        "<language>pt_BR</language><lastBuildDate>Tue, 04 Mar 2025 10:00:00 GMT</lastBuildDate>"
    )
    feed = read_feed(rss("", told), ADDRESS)
    assert (feed.title, feed.address, feed.summary) == ("News", "https://ministry.example/", "All news")
    assert (feed.language, feed.published_at) == ("pt-BR", datetime(2025, 3, 4, 10, tzinfo=UTC))
    feed = read_feed(json_feed(title="News", home_page_url="/", feed_url="/f.json", description="All &amp; more"), ADDRESS)
    assert (feed.title, feed.address, feed.summary) == ("News", "https://ministry.example/", "All & more")
    assert feed.feed_id == "https://ministry.example/f.json"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (rss(""), "rss20"),
        (b"<rss version='0.92'><channel/></rss>", "rss092"),
        (atom(""), "atom10"),
        (b"<feed version='0.3' xmlns='http://purl.org/atom/ns#'/>", "atom03"),
        (
            b"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel/></r:RDF>",
            "rss10",
        ),
        (b"<CHANNEL><ITEM HREF='/1'><TITLE>T</TITLE></ITEM></CHANNEL>", "cdf"),
        (f"<entry xmlns='{ATOM}'><title>T</title></entry>".encode(), "atom10"),
        (json_feed(), "json11"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', "json10"),
        (b'{"version": "1.0", "items": []}', "json10"),
    ],
)
def test_each_format_is_known(content, kind):
    assert read_feed(content, ADDRESS).format == kind


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<note><body>Hello</body></note>", "not a feed"),
        (b"<!DOCTYPE html><p>Hello", "an HTML page"),
        (b"<?xml version='1.0'?><!-- <rss> --><html xmlns='http://www.w3.org/1999/xhtml'/>", "an HTML page"),
        (b'{"version": "https://jsonfeed.org/version/1234", "items": []}', "no JSON feed"),
        (b'{"version": ["1"], "items": []}', "no JSON feed"),
        (b"<!-- only a comment", "not a feed"),
        (b"<c:license xmlns:c='http://backend.userland.com/creativeCommonsRssModule'><rss/></c:license>", "not a feed"),
    ],
    ids=range(7),
)
def test_what_only_resembles_a_feed_is_refused(content, told):
    with pytest.raises(ListingError, match=told):
        read_feed(content, ADDRESS)


def test_what_the_server_calls_json_is_read_as_json():
    with pytest.raises(ListingError, match="not valid JSON"):
        read_feed(b"version: 1", ADDRESS, media_type="application/feed+json")


# Titles


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("<title>Research &amp; law</title>", "Research & law"),
        ("<title>Research &amp;amp; &amp;#8220;law&amp;#8221;</title>", "Research & “law”"),
        ("<title><![CDATA[<em>New</em> rule]]></title>", "New rule"),
        ("<title>Chips<![CDATA[<br>]]>and law</title>", "Chips and law"),
        ("<title>Is 3 &lt; 5?</title>", "Is 3 < 5?"),
        ("<title>A <i>new</i> rule</title>", "A new rule"),
        ("<title/>", None),
    ],
)
def test_a_title_of_rss_is_told_without_markup(title, words):
    assert rss_entry(title).title == words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("<title>The &lt;b&gt; element &amp;amp; its use</title>", "The <b> element &amp; its use"),
        ("<title type='html'>The &amp;lt;b&amp;gt; element</title>", "The <b> element"),
        ("<title type='html'>A &lt;b&gt;new&lt;/b&gt; rule</title>", "A new rule"),
        (
            "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <b>n</b>ew<br/>rule &amp;</div></title>",
            "A new rule &",
        ),
    ],
)
def test_a_title_of_atom_is_read_as_its_type_says(title, words):
    assert atom_entry(title).title == words


def test_a_title_of_something_in_the_entry_is_not_taken_for_its_title():
    names = f"xmlns:m='http://search.yahoo.com/mrss/' xmlns:a='{ATOM}' xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    inner = (
        "<title>Rule</title><m:content><m:title>Photo</m:title></m:content><a:author><a:title>Minister</a:title></a:author>"
        "<a:source><a:title>Agency</a:title></a:source><i:title>Episode</i:title><image><title>Logo</title></image>"
    )
    assert rss_entry(inner, names).title == "Rule"


def test_dublin_core_stands_in_for_what_the_feed_itself_does_not_say():
    names = f"xmlns:dc='{DC}'"
    told = (
        "<dc:title>Second</dc:title><dc:description>D</dc:description><dc:date>2025-03-04</dc:date>"
        "<dc:language>fr</dc:language>"
    )
    entry = rss_entry(told, names)
    assert (entry.title, entry.summary, entry.published_on, entry.language) == ("Second", "D", date(2025, 3, 4), "fr")
    own = "<title>First</title><description>Own</description><pubDate>Mon, 03 Mar 2025 10:00:00 GMT</pubDate>"
    assert rss_entry(f"<title/><description></description>{told}", names).title == "Second"
    for inner in (own + told, told + own):
        entry = rss_entry(inner, names)
        assert (entry.title, entry.summary, entry.published_on) == ("First", "Own", date(2025, 3, 3))


def test_plain_text_with_markup_in_it_is_told_without():
    assert plain_or_marked("a &#8211; b</i>") == "a – b"
    assert plain_or_marked("List<String> & more") == "List<String> & more"
    assert plain_or_marked(5) is None


# Summaries


def test_the_content_stands_in_for_a_summary_that_is_not_told():
    names = f"xmlns:c='{CONTENT}'"
    full = "<c:encoded><![CDATA[<p>Full</p><p>text</p>]]></c:encoded>"
    assert rss_entry(full, names).summary == "Full text"
    assert rss_entry(full + "<description/>", names).summary == "Full text"
    for inner in (f"{full}<description>Short</description>", f"<description>Short</description>{full}"):
        assert rss_entry(inner, names).summary == "Short"
    assert atom_entry("<content type='html'>&lt;p&gt;Full&lt;/p&gt;</content>").summary == "Full"
    assert atom_entry("<content type='image/png'>iVBORw0KGgo=</content>").summary is None
    assert rss_entry(full, names).text is None


def test_what_a_video_is_said_to_show_is_its_summary():
    inner = (
        "<title>Hearing</title><m:group xmlns:m='http://search.yahoo.com/mrss/'><m:title>T</m:title>"
        "<m:description>What was said</m:description></m:group>"
    )
    assert atom_entry(inner).summary == "What was said"
    assert atom_entry(f"<summary>Own</summary>{inner}").summary == "Own"


def test_a_json_feed_gives_the_first_text_that_it_has():
    items = [
        {"id": 1, "summary": "S", "content_text": "T", "content_html": "<p>H</p>"},
        {"id": 2, "summary": "", "content_text": "T"},
        {"id": 3, "content_html": "<p>H</p>", "title": "Law &#038; order"},
    ]
    entries = read_feed(json_feed(*items), ADDRESS).entries
    assert [entry.summary for entry in entries] == ["S", "T", "H"]
    assert entries[2].title == "Law & order"


# Identifiers and links


def test_an_entry_without_identifier_is_known_by_its_link_and_then_by_what_it_says():
    assert rss_entry("<link>/1</link>").entry_id == "https://ministry.example/1"
    told = "<title>Rule</title><pubDate>Tue, 04 Mar 2025 10:00:00 GMT</pubDate>"
    made = rss_entry(told).entry_id
    assert made == rss_entry(f"{told}<description>more</description>").entry_id
    assert made not in (rss_entry("<title>Rule</title>").entry_id, rss_entry(told.replace("Rule", "Law")).entry_id)
    assert rss_entry("<description>A</description>").entry_id != rss_entry("<description>B</description>").entry_id
    (entry,) = read_feed(json_feed({"title": "Rule"}), ADDRESS).entries
    assert entry.entry_id.startswith("urn:sha256:")


@pytest.mark.parametrize(
    ("guid", "address", "entry_id"),
    [
        ("<guid>https://ministry.example/1</guid>", "https://ministry.example/1", "https://ministry.example/1"),
        ("<guid isPermaLink='TRUE'>/1</guid>", "https://ministry.example/1", "https://ministry.example/1"),
        ("<guid isPermaLink='false'>https://ministry.example/1</guid>", None, "https://ministry.example/1"),
        ("<guid>7bd2</guid>", None, "7bd2"),
        ("<guid isPermaLink='true'>7bd2</guid>", None, "7bd2"),
        ("<guid>tag:ministry.example,2025:a/1</guid>", None, "tag:ministry.example,2025:a/1"),
        ("<guid>https://ministry.example/1</guid><link>/2</link>", "https://ministry.example/2", "https://ministry.example/1"),
    ],
)
def test_an_identifier_is_a_link_where_it_says_so_or_looks_like_one(guid, address, entry_id):
    entry = rss_entry(guid)
    assert (entry.address, entry.entry_id) == (address, entry_id)


@pytest.mark.parametrize(
    ("links", "address"),
    [
        ("<link href='1'/>", "https://ministry.example/news/1"),
        ("<link rel='self' href='/self'/><link rel='alternate' href='/1'/><link rel='edit' href='/e'/>", "/1"),
        ("<link rel='alternate' type='application/pdf' href='/1.pdf'/>", "/1.pdf"),
        ("<link rel='enclosure' type='application/pdf' href='/1.pdf'/>", "/1.pdf"),
        ("<link rel='enclosure' type='audio/mpeg' href='/1.mp3'/>", None),
        ("<link href='http://[broken'/><link rel='alternate' type='application/pdf' href='/1.pdf'/>", "/1.pdf"),
        ("<link xml:base='https://other.example/a/' href='b'/>", "https://other.example/a/b"),
    ],
)
def test_the_link_of_an_entry_is_its_page(links, address):
    whole = f"https://ministry.example{address}" if (address or "").startswith("/") else address
    assert atom_entry(links).address == whole


def test_links_are_resolved_against_every_base_on_their_way():
    (entry,) = read_feed(atom("<entry xml:base='b/'><link href='1'/></entry>", 'xml:base="/a/"'), ADDRESS).entries
    assert entry.address == "https://ministry.example/a/b/1"


def test_a_feed_without_address_is_where_it_says_that_it_is():
    names = f"xmlns:a='{ATOM}'"
    own = "<a:link rel='self' href='https://ministry.example/news/feed.xml'/><link>https://www.ministry.example/</link>"
    assert read_feed(rss("<item><link>1</link></item>", own, names)).entries[0].address == "https://ministry.example/news/1"
    page = "<link>https://www.ministry.example/</link>"
    assert read_feed(rss("<item><link>1</link></item>", page)).entries[0].address == "https://www.ministry.example/1"
    item = {"url": "1"}
    assert read_feed(json_feed(item, feed_url="https://m.example/a/f.json")).entries[0].address == "https://m.example/a/1"


# Languages


def test_an_entry_has_its_own_language_or_that_of_the_feed():
    content = atom("<entry><title>T</title></entry><entry xml:lang='fr-CA'><title>T</title></entry>", 'xml:lang="en_CA"')
    feed = read_feed(content, ADDRESS)
    assert (feed.language, [entry.language for entry in feed.entries]) == ("en-CA", ["en-CA", "fr-CA"])
    assert atom_entry("<title xml:lang='de'>T</title><content>x</content>").language == "de"
    blank = read_feed(atom("<entry xml:lang=''><title>T</title></entry>", 'xml:lang="en"'), ADDRESS)
    assert (blank.language, blank.entries[0].language) == ("en", None)


def test_a_feed_whose_entries_share_a_language_has_it_too():
    assert read_feed(atom("<entry xml:lang='ko'><title>T</title></entry>" * 2), ADDRESS).language == "ko"
    mixed = "<entry xml:lang='ko'><title>T</title></entry><entry xml:lang='ja'><title>T</title></entry>"
    assert read_feed(atom(mixed), ADDRESS).language is None


def test_the_servers_language_counts_where_the_feed_tells_none():
    items = "<item><title>T</title></item>"
    assert read_feed(rss(items), ADDRESS, language="fr").entries[0].language == "fr"
    assert read_feed(rss(items, "<language>de</language>"), ADDRESS, language="fr").entries[0].language == "de"
    assert read_feed(rss(items), ADDRESS, language="fr, en").entries[0].language is None
    assert read_feed(json_feed({"id": 1}), ADDRESS, language="fr").entries[0].language == "fr"


@pytest.mark.parametrize(
    ("told", "tag"), [("en_us", "en-us"), (" zh-Hant-HK ", "zh-Hant-HK"), ("english", None), ("en, fr", None), ("", None)]
)
def test_a_language_is_a_tag_or_none(told, tag):
    assert language_tag(told) == tag


def test_a_listing_is_read_by_what_the_server_and_its_source_say_of_it():
    content = rss("<item><title>Café</title><pubDate>03/04/2025</pubDate></item>").decode().encode("cp1252")
    told = ("text/xml", "windows-1252", "fr")
    (entry,) = read_listing("feed", content, ADDRESS, Parser(), "DMY", ("de",), *told).entries
    assert (entry.title, entry.language, entry.published_on) == ("Café", "fr", date(2025, 4, 3))
