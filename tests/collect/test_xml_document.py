from __future__ import annotations

import time
from datetime import date

import pytest

from analysis.collect.extract import extract
from analysis.errors import UnreadableError

TODAY = date(2025, 3, 10)
ENGLISH = "The ministry of economy published a plan for the chip industry on Tuesday."


def read(text, name="a.xml", **more):
    return extract(text.encode() if isinstance(text, str) else text, name, TODAY, **more)


def rule(text):
    with pytest.raises(UnreadableError) as caught:
        read(text)
    return caught.value.rule


def test_the_words_of_a_document_are_read_an_element_a_line():
    found = read(
        f"<?xml version='1.0'?>\n<RULE><PREAMB><AGENCY>Ministry</AGENCY><SUBJECT>Rules for\n chips</SUBJECT></PREAMB>"
        f"<P>{ENGLISH} <E T='03'>Very</E> soon.</P><P>It takes effect on 1 May 2025.</P><TITLE>Minister</TITLE>"
        "<!-- no words --></RULE>"
    )
    assert (found.format, found.title, found.language) == ("xml", "Rules for chips", "en")
    assert found.text == f"Ministry\nRules for chips\n{ENGLISH} Very soon.\nIt takes effect on 1 May 2025.\nMinister"
    assert (found.published_on, found.effective_on) == (None, date(2025, 5, 1))


@pytest.mark.parametrize(
    "told",
    [
        "<fecha_publicacion>20250304</fecha_publicacion>",
        "<datePublished>2025-03-04</datePublished>",
        "<a><date>4 March 2025</date></a>",
    ],
)
def test_the_day_of_publication_is_read_from_the_element_that_names_it(told):
    assert read(f"<documento>{told}<titulo>Plan</titulo><p>{ENGLISH}</p></documento>").published_on == date(2025, 3, 4)


def test_names_with_a_space_of_their_own_and_other_encodings_are_read():
    act = "<x:act xmlns:x='urn:y'><x:title>Förderung</x:title><x:p>Für kleine Betriebe.</x:p></x:act>"
    text = f"<?xml version='1.0' encoding='iso-8859-1'?>{act}"
    found = read(text.encode("iso-8859-1"), "act", media_type="text/xml")
    assert (found.title, found.text) == ("Förderung", "Förderung\nFür kleine Betriebe.")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("<rss><channel><title>News of the ministry</title></channel></rss>", "no_text"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><title>News of the ministry</title></feed>", "no_text"),
        ("<act><p>The words go on", "broken_xml"),
        ("<act>" * 5000, "broken_xml"),
    ],
    ids=range(4),
)
def test_feeds_and_broken_documents_are_refused(text, broken):
    assert rule(text) == broken


def test_a_page_is_read_as_a_page_though_it_calls_itself_xml():
    body = f"<body><article><p>{ENGLISH}</p><p>{ENGLISH} Yes.</p></article></body>"
    page = f"<?xml version='1.0'?><!DOCTYPE html><html>{body}</html>"
    assert read(page, "page", media_type="application/xml").format == "html"


def test_entities_are_neither_fetched_nor_multiplied():
    secret = f"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a><p>{ENGLISH}</p><p>&x;</p></a>"
    assert read(secret).text == ENGLISH
    many = "".join(f"<!ENTITY a{number} '{f'&a{number - 1};' * 10}'>" for number in range(1, 12))
    begun = time.process_time()
    bomb = f"<!DOCTYPE a [<!ENTITY a0 'x'>{many}]><a><p>{ENGLISH}</p><p>&a11;</p></a>"
    try:
        assert read(bomb).text == ENGLISH
    except UnreadableError as error:
        assert error.rule == "broken_xml"
    assert time.process_time() - begun < 20
