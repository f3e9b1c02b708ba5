"""Sitemaps, list pages and APIs; every text is composed after the public documentation of their forms."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime

import pytest

from analysis.catalogue import Parser
from analysis.collect.listing.api import read_api
from analysis.collect.listing.entries import Entry
from analysis.collect.listing.list_page import read_list_page
from analysis.collect.listing.paging import is_paged, listing_addresses, more, page_address
from analysis.collect.listing.sitemap import BYTE_LIMIT, read_sitemap
from analysis.errors import ListingError

HOME = "https://agency.example"
MAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
SHORT_MAP = f"<urlset {MAP}><url><loc>{HOME}/é</loc></url></urlset>"
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def test_a_plain_sitemap_gives_addresses_and_takes_no_change_for_a_publication():
    words = f"<urlset {MAP}><url><loc> {HOME}/a </loc><lastmod>2025-03-04</lastmod></url><url><loc>/b</loc></url></urlset>"
    assert read_sitemap(words.encode(), f"{HOME}/sitemap.xml").entries == (
        Entry(address=f"{HOME}/a", entry_id=f"{HOME}/a"),
        Entry(address=f"{HOME}/b", entry_id=f"{HOME}/b"),
    )


def test_a_sitemap_of_news_tells_title_moment_and_language():
    words = (
        f"<urlset {MAP} {NEWS}><url><loc>{HOME}/a</loc><news:news><news:publication><news:name>Paper</news:name>"
        "<news:language>fr</news:language></news:publication><news:publication_date>2025-03-04T23:30:00-05:00"
        "</news:publication_date><news:title>Règles &amp; puces</news:title></news:news></url></urlset>"
    )
    [entry] = read_sitemap(words.encode()).entries
    assert (entry.title, entry.language, entry.published_on) == ("Règles & puces", "fr", date(2025, 3, 4))
    assert entry.published_at == datetime(2025, 3, 5, 4, 30, tzinfo=UTC)


def test_an_index_of_sitemaps_leads_on_also_when_it_is_packed():
    words = f"<sitemapindex {MAP}><sitemap><loc>{HOME}/1.xml.gz</loc></sitemap><sitemap/></sitemapindex>"
    found = read_sitemap(gzip.compress(words.encode()))
    assert (found.entries, found.further) == ((), (f"{HOME}/1.xml.gz",))


def test_a_sitemap_may_be_lines_of_addresses():
    assert [entry.address for entry in read_sitemap(f"{HOME}/a\n\n{HOME}/b\n".encode()).entries] == [f"{HOME}/a", f"{HOME}/b"]


@pytest.mark.parametrize(
    "content",
    [
        f'<?xml version="1.0" encoding="utf-16"?>{SHORT_MAP}'.encode("utf-16"),
        f'<?xml version="1.0" encoding="utf-8"?>{SHORT_MAP}'.encode("utf-16"),
        SHORT_MAP.encode("utf-16-le"),
        f'\ufeff<?xml version="1.0" encoding="utf-8"?>{SHORT_MAP}'.encode(),
        f'\ufeff\ufeff\n <?xml version="1.0"?>{SHORT_MAP}'.encode(),
        f'<?xml version="1.0" encoding="utf-16"?>{SHORT_MAP}'.encode(),
        f'<?xml version="1.0" encoding="iso-8859-1"?>{SHORT_MAP}'.encode("latin-1"),
        SHORT_MAP.replace("<loc>", "<loc>\0").encode(),
        f"{HOME}/é".encode("utf-16"),
        f"\ufeff{HOME}/é".encode(),
    ],
)
def test_a_sitemap_is_read_in_whatever_encoding_it_comes(content):
    assert [entry.address for entry in read_sitemap(content).entries] == [f"{HOME}/é"]


def test_an_address_that_a_sitemap_names_is_never_one_to_be_filled_in():
    places = "".join(f"<sitemap><loc>{HOME}/{place}</loc></sitemap>" for place in ("{page}", "{"))
    words = f"<sitemapindex {MAP}>{places}</sitemapindex>"
    further = read_sitemap(words.encode()).further
    assert further == (f"{HOME}/%7Bpage%7D", f"{HOME}/%7B")
    assert not any(is_paged(address) for address in further)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><body>Not found</body></html>", "the content is html, where a sitemap was expected"),
        (b"no sitemap", "neither XML nor a list of addresses"),
        (b"", "neither XML nor a list of addresses"),
        (gzip.compress(b"<urlset/>")[:12], "cannot be unpacked"),
        (gzip.compress(b" " * (BYTE_LIMIT + 1)), "unpacks to more than"),
    ],
)
def test_what_is_no_sitemap_is_told(content, words):
    with pytest.raises(ListingError, match=words):
        read_sitemap(content)


def test_entities_of_a_sitemap_are_not_followed():
    bomb = (
        f'<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/hostname">]><urlset {MAP}><url><loc>{HOME}/&a;</loc></url></urlset>'
    )
    assert [entry.address for entry in read_sitemap(bomb.encode()).entries] == [f"{HOME}/"]


PAGE = """<html><head><meta charset="utf-8"></head><body><ul><li class="head">公告</li>
<li><a href="/a.html" title="关于人工智能的通知（全文）">关于人工智能的…</a><span>2025年3月4日</span></li>
<li><a href="javascript:void(0)">More</a></li>
<li><a href="b.html"> Second <b>notice</b> </a><span>2025/3/5</span></li>
</ul></body></html>"""


def test_a_list_page_gives_link_title_and_day_of_each_row_that_has_a_link():
    parser = Parser(rows="ul li", date="span::text")
    found = read_list_page(PAGE.encode(), f"{HOME}/news/index.html", parser)
    assert [(entry.address, entry.title, entry.published_on) for entry in found] == [
        (f"{HOME}/a.html", "关于人工智能的通知（全文）", date(2025, 3, 4)),
        (f"{HOME}/news/b.html", "Second notice", date(2025, 3, 5)),
    ]


def test_selectors_that_find_nothing_are_named():
    with pytest.raises(ListingError, match="'div.news' finds nothing in the page: mend the parser's rows"):
        read_list_page(PAGE.encode(), HOME, Parser(rows="div.news"))
    with pytest.raises(ListingError, match="'b::attr.href.' finds no link in 4 rows: mend the parser's link"):
        read_list_page(PAGE.encode(), HOME, Parser(rows="li", link="b::attr(href)"))


def test_a_selector_that_is_none_is_told():
    with pytest.raises(ListingError, match="a selector of the parser cannot be read .*: mend it"):
        read_list_page(PAGE.encode(), HOME, Parser(rows="li["))


def test_digits_are_read_in_the_order_that_the_source_declares():
    page = '<ul><li><a href="/a">A</a><i>04/03/2025</i></li></ul>'
    parser = Parser(rows="li", date="i::text")
    days = [read_list_page(page.encode(), HOME, parser, order)[0].published_on for order in ("DMY", "MDY", None)]
    assert days == [date(2025, 3, 4), date(2025, 4, 3), None]


def test_days_in_words_are_read_in_the_languages_of_the_source():
    page = '<ul><li><a href="/a">A</a><i>Objavljeno 6. listopada 2025</i></li></ul>'
    parser = Parser(rows="li", date="i::text")
    days = [read_list_page(page.encode(), HOME, parser, None, languages)[0].published_on for languages in (("hr",), ("cs",))]
    # The same name is October's in Croatian and November's in Czech.
    assert days == [date(2025, 10, 6), date(2025, 11, 6)]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ('<base href="https://files.agency.example/x/">', "https://files.agency.example/x/a.html"),
        ('<base target="_blank"><base href="/y/"><base href="/z/">', f"{HOME}/y/a.html"),
        ('<base href=" ../w/ ">', f"{HOME}/w/a.html"),
        ('<base href="http://[broken">', f"{HOME}/news/a.html"),
        ("", f"{HOME}/news/a.html"),
    ],
)
def test_links_of_a_page_start_from_the_base_that_it_names(base, expected):
    page = f'<html><head>{base}</head><body><ul><li><a href="a.html">A</a></li></ul></body></html>'
    assert read_list_page(page.encode(), f"{HOME}/news/", Parser(rows="li"))[0].address == expected


def test_a_list_page_is_decoded_as_its_meta_element_says():
    page = '<html><head><meta charset="gb2312"></head><ul><li><a href="/a">证监会公告</a></li></ul></html>'
    assert read_list_page(page.encode("gb18030"), HOME, Parser(rows="li"))[0].title == "证监会公告"


def answer(**told) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("parser", "told", "expected"),
    [
        (  # a register with the name of the agency and the next page
            Parser(
                rows="results", link="html_url", title="title", date="publication_date", id="document_number",
                summary="abstract", publisher="agencies[0].name", next="next_page_url",
            ),
            {
                "results": [
                    {
                        "html_url": f"{HOME}/d/1", "title": "Rule on chips", "publication_date": "2025-03-04",
                        "document_number": "2025-1", "abstract": "A composed rule.", "agencies": [{"name": "Office of Chips"}],
                    }
                ],
                "next_page_url": "/documents?page=2",
            },
            (f"{HOME}/d/1", "Rule on chips", date(2025, 3, 4), "Office of Chips", None, f"{HOME}/documents?page=2"),
        ),
        (  # a regulator with moments in milliseconds and the text in the list
            Parser(
                rows="data.results", link="url", title="title", date="publishedTime", text="content", date_format="epoch_ms"
            ),
            {
                "data": {
                    "results": [
                        {
                            "url": "/c1/x.shtml", "title": "支持科技企业", "publishedTime": 1741046400000,
                            "content": "证监会表示支持。",
                        }
                    ]
                }
            },
            (f"{HOME}/c1/x.shtml", "支持科技企业", date(2025, 3, 4), None, "证监会表示支持。", None),
        ),
        (  # a gazette whose lists are single objects where they hold one
            Parser(
                rows="to_array(data.diario)[].to_array(seccion)[][].to_array(item)[][]",
                link="url_html", title="titulo", id="identificador",
            ),
            {"data": {"diario": {"seccion": {"item": {"identificador": "B-1", "titulo": "Ley", "url_html": "/b1"}}}}},
            (f"{HOME}/b1", "Ley", None, None, None, None),
        ),
    ],
)  # fmt: skip
def test_an_api_is_read_by_the_paths_of_its_parser(parser, told, expected):
    page = read_api(answer(**told), f"{HOME}/api", parser)
    [entry] = page.entries
    shown = (entry.address, entry.title, entry.published_on, entry.publisher, entry.text, page.next_address)
    assert shown == expected
    assert entry.entry_id


@pytest.mark.parametrize(
    ("content", "parser", "words"),
    [
        (b"<html>Sorry</html>", Parser(rows="results"), "the answer is an HTML page, where JSON was expected"),
        (b"{", Parser(rows="results"), "the answer is not JSON"),
        (b'{"error": "no"}', Parser(rows="results"), "'results' finds no list in the answer: mend the parser's rows"),
        (b"{}", Parser(rows="results["), "cannot be looked up .*mend the parser's rows"),
    ],
)
def test_an_answer_that_is_not_what_was_declared_is_told(content, parser, words):
    with pytest.raises(ListingError, match=words):
        read_api(content, HOME, parser)


def test_an_answer_without_entries_is_empty_and_no_error():
    assert read_api(b'{"results": []}', HOME, Parser(rows="results")).entries == ()


def test_texts_of_an_api_come_without_what_databases_refuse():
    row = {"t": "A\0 \ud800title", "x": "One\0\n\ud800two", "l": "/a\ud800", "i": "\x001", "p": "\udfffP"}
    content = json.dumps({"r": [row, {"x": " \0 "}]}).encode()
    parser = Parser(rows="r", title="t", text="x", summary="x", link="l", id="i", publisher="p")
    entry, blank = read_api(content, HOME, parser).entries
    assert (entry.title, entry.text, entry.summary) == ("A title", "One\ntwo", "One two")
    assert (entry.address, entry.entry_id, entry.publisher) == (f"{HOME}/a", "1", "P")
    assert blank.text is None


def test_an_api_may_give_days_in_words_and_in_digits_of_the_declared_order():
    parser = Parser(rows="r", date="d")
    entries = read_api(answer(r=[{"d": "6 mars 2025"}, {"d": "06/03/2025"}]), HOME, parser, "DMY", ("fr",)).entries
    assert [entry.published_on for entry in entries] == [date(2025, 3, 6)] * 2


def test_an_api_says_where_its_last_page_is():
    parser = Parser(rows="r", more="next")
    given = [read_api(answer(r=[], **told), HOME, parser).is_last for told in ({"next": 2}, {"next": None}, {"next": ""}, {})]
    assert given == [False, True, True, True]
    assert not read_api(answer(r=[]), HOME, Parser(rows="r")).is_last


def test_the_next_address_that_an_api_names_is_never_one_to_be_filled_in():
    page = read_api(answer(r=[], next="?q={page}"), f"{HOME}/api", Parser(rows="r", next="next"))
    assert page.next_address == f"{HOME}/api?q=%7Bpage%7D"


def test_a_period_fills_an_address_or_gives_one_a_day():
    since, until = date(2025, 2, 27), date(2025, 3, 2)
    bounds = f"{HOME}?from={{since}}&to={{last:%d.%m.%Y}}&before={{until}}"
    assert [*listing_addresses(bounds, since, until, Parser())] == [f"{HOME}?from=2025-02-27&to=01.03.2025&before=2025-03-02"]
    days = [*listing_addresses(f"{HOME}/{{day:%Y%m%d}}?page={{page}}", since, until, Parser())]
    assert days == [f"{HOME}/{day}?page={{page}}" for day in ("20250227", "20250228", "20250301")]
    assert [page_address(days[0], number, Parser(first_page=0)) for number in (0, 1)] == [
        f"{HOME}/20250227?page=0", f"{HOME}/20250227?page=1"
    ]  # fmt: skip
    assert page_address(f"{HOME}?start={{offset}}", 2, Parser(page_size=50)) == f"{HOME}?start=100"
    assert [is_paged(address) for address in (days[0], bounds, f"{HOME}?start={{offset}}")] == [True, False, True]


def test_a_page_number_takes_a_form():
    since, until = date(2025, 2, 27), date(2025, 2, 28)
    [template] = listing_addresses(f"{HOME}/{{day:%d}}/{{page:02d}}?start={{offset:04d}}", since, until, Parser())
    assert page_address(template, 2, Parser(page_size=50)) == f"{HOME}/27/03?start=0100"


def test_days_that_give_one_address_are_asked_for_once():
    since, until = date(2024, 12, 30), date(2025, 1, 3)
    assert [*listing_addresses(f"{HOME}/{{day:%Y}}/RSS", since, until, Parser())] == [f"{HOME}/2024/RSS", f"{HOME}/2025/RSS"]


def test_the_next_page_is_wanted_until_one_is_empty_or_all_older_than_the_period():
    since = date(2025, 3, 1)
    assert more((Entry(published_on=date(2025, 2, 1)), Entry(published_on=since)), since)
    assert more((Entry(),), since)
    assert not more((), since)
    assert not more((Entry(published_on=date(2025, 2, 28)),), since)
