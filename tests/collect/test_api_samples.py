"""Declarations of the catalogue over answers in the shapes that their publishers give; every text is composed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import jmespath
import pytest

from analysis import catalogue
from analysis.catalogue import Source
from analysis.collect.extract import extract
from analysis.collect.listing import Listing, read_listing
from analysis.collect.listing.paging import listing_addresses, page_address

SINCE, UNTIL = date(2025, 2, 27), date(2025, 3, 2)
TODAY = date(2025, 3, 10)

REGISTER = {
    "count": 1, "description": "Documents of type Rule", "total_pages": 2,
    "next_page_url": "https://www.federalregister.gov/api/v1/documents.json?page=2",
    "results": [
        {
            "document_number": "2025-01234", "title": "Rule on the Export of Composed Chips", "abstract": "A composed rule.",
            "publication_date": "2025-02-28",
            "agencies": [
                {"raw_name": "DEPARTMENT OF COMMERCE", "name": "Commerce Department", "id": 54, "parent_id": None},
                {"raw_name": "Bureau of Industry and Security", "name": "Industry and Security", "id": 241, "parent_id": 54},
            ],
            "body_html_url": "https://www.federalregister.gov/documents/full_text/html/2025/02/28/2025-01234.html",
            "raw_text_url": "https://www.federalregister.gov/documents/full_text/text/2025/02/28/2025-01234.txt",
        },
    ],
}  # fmt: skip
GOVUK = {
    "results": [
        {
            "title": "Regulator consults on composed software", "link": "/government/news/composed-software",
            "description": "A composed consultation.", "public_timestamp": "2025-06-05T23:30:00Z", "format": "press_release",
            "organisations": [{"title": "Competition and Markets Authority", "slug": "competition-and-markets-authority"}],
            "index": "govuk", "es_score": None, "_id": "/government/news/composed-software", "document_type": "edition",
        },
    ],
    "total": 1, "start": 0, "aggregates": {}, "suggested_queries": [],
}  # fmt: skip
STATEMENTS = {
    "totalResults": 1,
    "results": [
        {
            "value": {
                "id": 12345, "memberId": 1, "memberRole": "Minister", "uin": "HCWS500", "dateMade": "2025-02-28T00:00:00",
                "answeringBodyId": 17, "answeringBodyName": "Composed Department", "title": "Composed Networks",
                "text": "<p>The first words of a composed statement, cut off ...</p>", "house": "Commons",
            },
            "links": [],
        }
    ],
}  # fmt: skip
PRESS_CORNER = {
    "totalNumber": 1, "pageSize": 100, "pageNumber": 1,
    "docuLanguageListResources": [
        {
            "refCode": "IP/25/999", "eventDate": "2025-02-28", "title": "Commission proposes composed rules",
            "leadText": "A composed proposal.", "docutype": {"code": "IP", "description": "Press release"},
            "languageCode": "EN",
        },
    ],
}  # fmt: skip
HKMA = {
    "header": {"success": True, "err_code": "0000", "err_msg": "No error found"},
    "result": {
        "datasize": 1,
        "records": [
            {
                "title": "Composed sandbox opens", "date": "2025-02-28",
                "link": "https://www.hkma.gov.hk/eng/news-and-media/press-releases/2025/02/20250228-9/",
            },
        ],
    },
}  # fmt: skip
DIET = {
    "numberOfRecords": 1, "numberOfReturn": 1, "startRecord": 1, "nextRecordPosition": 101,
    "speechRecord": [
        {
            "speechID": "121700000X00120250228_001", "issueID": "121700000X00120250228", "session": 217,
            "nameOfHouse": "衆議院",
            "nameOfMeeting": "作文委員会", "issue": "第1号", "closing": None, "date": "2025-02-28", "speechOrder": 1,
            "speaker": "作文太郎", "speakerGroup": None, "speech": "○作文太郎君　作文された発言であります。", "startPage": 1,
            "speechURL": "https://kokkai.ndl.go.jp/txt/121700000X00120250228/1",
            "meetingURL": "https://kokkai.ndl.go.jp/txt/121700000X00120250228",
        },
    ],
}  # fmt: skip
CSRC = {
    "code": 200, "msg": "操作成功",
    "data": {
        "page": 1, "rows": 18, "total": 1,
        "results": [
            {
                "manuscriptId": "7500001", "title": "作文公告", "subTitle": "",
                "url": "//www.csrc.gov.cn/csrc/c100028/c7500001/content.shtml",
                "publishedTime": 1740731400000, "publishedTimeStr": "2025-02-28 00:30:00",
                "memo": "作文摘要。", "content": "作文公告的正文。", "channelName": "作文频道",
            },
        ],
    },
}  # fmt: skip
POLICIES = [
    {
        "TITLE": "作文条例", "SUB_TITLE": "", "DOCRELPUBTIME": "2025-02-28",
        "URL": "https://www.gov.cn/zhengce/content/202502/content_1000001.htm",
    }
]  # fmt: skip
BILLS = {
    "dados": [
        {
            "id": 2480000, "uri": "https://dadosabertos.camara.leg.br/api/v2/proposicoes/2480000", "siglaTipo": "PL",
            "numero": 700, "ano": 2025, "ementa": "Dispõe sobre redes compostas.", "dataApresentacao": "2025-02-28T22:15",
        },
    ],
    "links": [
        {"rel": "self", "href": "https://dadosabertos.camara.leg.br/api/v2/proposicoes?pagina=1"},
        {"rel": "next", "href": "https://dadosabertos.camara.leg.br/api/v2/proposicoes?pagina=2"},
    ],
}  # fmt: skip
ACTS = {
    "head": {"vars": ["celex", "date", "title"]},
    "results": {
        "bindings": [
            {
                "celex": {"type": "literal", "value": "32025R9999"},
                "title": {"type": "literal", "value": "Composed Regulation"},
                "date": {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#date", "value": "2025-02-28"},
            }
        ]
    },
}  # fmt: skip
CANADA = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Canada News Centre</title>
<updated>2025-02-28T21:00:00Z</updated><entry>
<id>https://www.canada.ca/en/composed/news/2025/02/composed.html</id>
<title type="html">Minister opens composed laboratory</title>
<link href="https://www.canada.ca/en/composed/news/2025/02/composed.html"/><updated>2025-02-28T20:00:00Z</updated>
<published>2025-02-28T20:00:00Z</published><summary type="html">A composed laboratory.</summary></entry></feed>"""


def act(number: int) -> dict[str, Any]:
    """Return an act as the summary of Spain's gazette lists it."""
    name = f"BOE-A-2025-{number}"
    return {
        "identificador": name, "control": "2025/1", "titulo": f"Ley compuesta {number}",
        "url_pdf": {"szBytes": "1", "szKBytes": "1", "texto": f"https://www.boe.es/boe/dias/2025/02/28/pdfs/{name}.pdf"},
        "url_html": f"https://www.boe.es/diario_boe/txt.php?id={name}",
        "url_xml": f"https://www.boe.es/diario_boe/xml.php?id={name}",
    }  # fmt: skip


def gazette(diario: Any) -> dict[str, Any]:
    metadata = {"publicacion": "BOE", "fecha_publicacion": "20250228"}
    return {"status": {"code": "200", "text": "ok"}, "data": {"sumario": {"metadatos": metadata, "diario": diario}}}


def section(code: str, departments: Any) -> dict[str, Any]:
    return {"codigo": code, "nombre": "Sección compuesta", "departamento": departments}


def read(source_id: str, told: Any) -> Listing:
    """Return what the declared source finds in an answer."""
    source = catalogue.sources()[source_id]
    content = told.encode() if isinstance(told, str) else json.dumps(told, ensure_ascii=False).encode()
    address = next(addresses(source))
    return read_listing(source.kind, content, address, source.parser_on(TODAY), source.date_order, source.languages)


def addresses(source: Source, number: int = 0):
    parser = source.parser_on(TODAY)
    return (page_address(template, number, parser) for template in listing_addresses(source.address, SINCE, UNTIL, parser))


@pytest.mark.parametrize(
    ("source_id", "told", "title", "link", "day", "more"),
    [
        (
            "us-fedreg-rules", REGISTER, "Rule on the Export of Composed Chips",
            "https://www.federalregister.gov/documents/full_text/html/2025/02/28/2025-01234.html", 28,
            {"publisher": "Bureau of Industry and Security", "entry_id": "2025-01234", "summary": "A composed rule."},
        ),
        (
            "gb-govuk-search", GOVUK, "Regulator consults on composed software",
            "https://www.gov.uk/government/news/composed-software", date(2025, 6, 6),
            {"publisher": "Competition and Markets Authority", "published_at": datetime(2025, 6, 5, 23, 30, tzinfo=UTC)},
        ),
        (
            "gb-parliament-statements", STATEMENTS, "Composed Networks",
            "https://questions-statements-api.parliament.uk/api/writtenstatements/statements/12345", 28,
            {"publisher": "Composed Department", "text": None, "text_field": "value.text", "entry_id": "HCWS500"},
        ),
        (
            "eu-com-press-archive", PRESS_CORNER, "Commission proposes composed rules",
            "https://ec.europa.eu/commission/presscorner/api/documents?reference=IP/25/999&language=en", 28,
            {"entry_id": "IP/25/999", "summary": "A composed proposal.", "text_field": "docuLanguageResource.htmlContent"},
        ),
        (
            "hk-hkma-press-en", HKMA, "Composed sandbox opens",
            "https://www.hkma.gov.hk/eng/news-and-media/press-releases/2025/02/20250228-9/", 28, {},
        ),
        (
            "ca-government-news-en", CANADA, "Minister opens composed laboratory",
            "https://www.canada.ca/en/composed/news/2025/02/composed.html", 28,
            {"published_at": datetime(2025, 2, 28, 20, tzinfo=UTC)},
        ),
        (
            "jp-diet-speeches", DIET, "衆議院 作文委員会 第1号 作文太郎",
            "https://kokkai.ndl.go.jp/txt/121700000X00120250228/1", 28,
            {"text": "○作文太郎君　作文された発言であります。", "entry_id": "121700000X00120250228_001"},
        ),
        (
            "cn-csrc-news", CSRC, "作文公告", "https://www.csrc.gov.cn/csrc/c100028/c7500001/content.shtml", 28,
            {"published_at": datetime(2025, 2, 27, 16, 30, tzinfo=UTC), "entry_id": "7500001"},
        ),
        (
            "cn-state-council-policies", POLICIES, "作文条例",
            "https://www.gov.cn/zhengce/content/202502/content_1000001.htm", 28, {},
        ),
        (
            "es-boe-dispositions", gazette([{"seccion": [section("1", [{"nombre": "D", "item": [act(1)]}])]}]),
            "Ley compuesta 1", "https://www.boe.es/diario_boe/txt.php?id=BOE-A-2025-1", 28, {"entry_id": "BOE-A-2025-1"},
        ),
        (
            "br-camara-bills", BILLS, "PL 700/2025", "https://www.camara.leg.br/proposicoesWeb/fichadetramitacao?idProposicao=2480000",
            28, {"text": "Dispõe sobre redes compostas.", "published_at": datetime(2025, 3, 1, 1, 15, tzinfo=UTC)},
        ),
        (
            "eu-eurlex-acts", ACTS, "Composed Regulation",
            "https://eur-lex.europa.eu/legal-content/EN/TXT/HTML/?uri=CELEX:32025R9999", 28, {"entry_id": "32025R9999"},
        ),
    ],
)  # fmt: skip
def test_a_declared_source_finds_title_link_and_day(source_id, told, title, link, day, more):
    [entry] = read(source_id, told).entries
    expected = day if isinstance(day, date) else date(2025, 2, day)
    assert (entry.title, entry.address, entry.published_on) == (title, link, expected)
    assert {name: getattr(entry, name) for name in more} == more


@pytest.mark.parametrize(
    ("source_id", "told"),
    [
        ("us-fedreg-notices", {"count": 0, "description": "Documents of type Notice"}),
        ("us-fedreg-notices", {"count": 250, "description": "Documents of type Notice"}),
        ("gb-govuk-search", {**GOVUK, "results": [], "total": 0}),
        ("gb-parliament-statements", {"totalResults": 0, "results": []}),
        ("eu-com-press-archive", {**PRESS_CORNER, "docuLanguageListResources": []}),
        ("hk-hkma-press-en", {**HKMA, "result": {"datasize": 0, "records": []}}),
        ("jp-diet-speeches", {"numberOfRecords": 0, "numberOfReturn": 0, "startRecord": 1, "nextRecordPosition": None}),
        ("cn-csrc-news", {"code": 200, "data": {"page": 9, "rows": 18, "total": 1, "results": []}}),
        ("es-boe-dispositions", gazette([{"seccion": [section("5", {"nombre": "D", "item": act(1)})]}])),
        ("br-camara-bills", {"dados": [], "links": []}),
        ("eu-eurlex-acts", {"head": {"vars": []}, "results": {"bindings": []}}),
    ],
)
def test_an_answer_that_finds_nothing_is_an_empty_listing(source_id, told):
    assert read(source_id, told).entries == ()


@pytest.mark.parametrize(
    ("source_id", "told", "last"),
    [
        ("us-fedreg-rules", REGISTER, {**REGISTER, "next_page_url": None}),
        ("jp-diet-speeches", DIET, {**DIET, "nextRecordPosition": None}),
        ("br-camara-bills", BILLS, {**BILLS, "links": BILLS["links"][:1]}),
    ],
)
def test_the_last_page_is_known_where_the_answer_says_so(source_id, told, last):
    assert [read(source_id, answer).is_last for answer in (told, last)] == [False, True]


ITEMS = {"item": [act(1), act(2)]}
FIRST, SECOND = {"item": act(1)}, {"item": [act(2)]}


@pytest.mark.parametrize(
    "diario",
    [
        [{"seccion": [section("1", [{"epigrafe": [{"item": [act(1)]}]}, SECOND]), section("2A", [])]}],
        {"seccion": section("1", {"epigrafe": {"nombre": "E", **ITEMS}})},
        [{"seccion": [section("1", FIRST), section("3", ["D", {"epigrafe": [SECOND]}])]}],
        [{"seccion": section("3", [{"epigrafe": [FIRST], "item": act(2)}])}, {"seccion": [section("5", ITEMS)]}],
        [{"seccion": [section("1", FIRST)]}, {"seccion": [section("3", [SECOND])]}],
    ],
)
def test_spains_gazette_is_read_whether_its_lists_are_lists_or_their_only_members(diario):
    found = read("es-boe-dispositions", gazette(diario)).entries
    assert [entry.entry_id for entry in found] == ["BOE-A-2025-1", "BOE-A-2025-2"]


@pytest.mark.parametrize(
    ("source_id", "shown", "second"),
    [
        ("us-fedreg-rules", ["[gte]=2025-02-27&conditions[publication_date][lte]=2025-03-01&"], "&page=2"),
        ("us-fedreg-notices", [f"[is]=2025-{day}&" for day in ("02-27", "02-28", "03-01")], "&page=2"),
        ("gb-govuk-search", ["=from:2025-02-27,to:2025-03-01&"], "&start=100"),
        ("gb-parliament-statements", ["madeWhenFrom=2025-02-27&madeWhenTo=2025-03-01&"], "&skip=100"),
        ("eu-com-press-archive", ["datefrom=27022025&dateto=01032025&"], "&pagenumber=2"),
        ("hk-hkma-press-en", ["&from=2025-02-27&to=2025-03-01&"], "&offset=100"),
        ("jp-diet-speeches", ["&from=2025-02-27&until=2025-03-01&"], "&startRecord=101"),
        ("cn-csrc-news", ["_pageSize=18&"], "&page=2"),
        ("es-boe-dispositions", ["/sumario/20250227", "/sumario/20250228", "/sumario/20250301"], ""),
        ("br-camara-bills", ["dataApresentacaoInicio=2025-02-27&dataApresentacaoFim=2025-03-01&"], "&pagina=2"),
        ("br-cvm-news", ["/noticias/2025/RSS"], ""),
        ("eu-eurlex-acts", ["%3E=%20%222025-02-27%22"], "%20OFFSET%20100"),
    ],
)
def test_the_past_of_a_source_is_asked_for_by_its_addresses(source_id, shown, second):
    source = catalogue.sources()[source_id]
    first, following = list(addresses(source)), list(addresses(source, 1))
    assert len(first) == len(shown)
    assert all(part in address for part, address in zip(shown, first, strict=True))
    assert all(second in address for address in following)
    assert not any("{" in address or "}" in address for address in (*first, *following))


@pytest.mark.parametrize(
    ("source_id", "told"),
    [
        ("gb-parliament-statements", {"value": {"id": 12345, "title": "Composed", "text": "<p>{0}</p>"}, "links": []}),
        ("eu-com-press-archive", {"docuLanguageResource": {"title": "Composed", "htmlContent": "<p>{0}</p>"}}),
    ],
)
def test_the_record_that_a_listing_leads_to_gives_its_text(source_id, told):
    words = "The minister said that the government will support composed networks with simpler rules."
    content = json.dumps(told).replace("{0}", words).encode()
    text_field = catalogue.sources()[source_id].parser_on(TODAY).text_field
    assert extract(content, "", TODAY, "application/json", text_field).text == words


def test_every_path_of_the_catalogue_can_be_looked_up():
    names = ("rows", "link", "title", "date", "id", "summary", "text", "publisher", "next", "more")
    for source in catalogue.sources().values():
        for parser in source.parsers if source.kind == "api" else ():
            for name in names:
                if path := getattr(parser, name):
                    jmespath.compile(path)
