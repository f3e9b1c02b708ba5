from __future__ import annotations

import gzip
import json
import random
from datetime import date

import pytest
from collect.files import mail_file, pdf_file, word_file

from analysis.collect.extract import BYTE_LIMIT, canonical_address, extract
from analysis.collect.extract.html import HTML_LIMIT
from analysis.errors import UnreadableError

TODAY = date(2025, 3, 10)
ENGLISH = "The ministry of economy published a plan for the chip industry on Tuesday."
BODY = (
    "<article><h1>Rules for platforms</h1><p>The regulator published new rules for online platforms, and it asked firms "
    "to comply within six months.</p><p>Firms that fail to comply face fines of up to ten per cent of their turnover, the "
    "regulator said in a statement.</p>{more}</article><script>evil()</script>"
)


def read(content, name="a.txt", **more):
    return extract(content, name, TODAY, **more)


def rule(content, name="a.txt", **more):
    with pytest.raises(UnreadableError) as caught:
        read(content, name, **more)
    return caught.value.rule


def page(head="", more="", foot=""):
    body = BODY.format(more=more) + foot
    return f"<!doctype html><html><head><title>Rules | Site</title>{head}</head><body>{body}</body></html>".encode()


def test_a_page_gives_its_text_title_date_and_canonical_link():
    head = (
        '<link rel="canonical" href="https://gov.example/news/rules"><meta property="og:site_name" content="Some Site">'
        '<meta property="article:published_time" content="2025-03-04T10:00:00Z">'
    )
    found = read(page(head), "a.html")
    assert (found.format, found.title, found.published_on) == ("html", "Rules for platforms", date(2025, 3, 4))
    assert (found.address, found.publisher, found.language) == ("https://gov.example/news/rules", "Some Site", "en")
    assert "ten per cent of their turnover" in found.text
    assert "evil" not in found.text
    assert "<" not in found.text


def test_a_page_in_a_declared_encoding_is_decoded():
    content = page(
        '<meta charset="iso-8859-2">', "<p>Zażółć gęślą jaźń, powiedział minister w Warszawie we wtorek.</p>"
    ).decode()
    assert "Zażółć gęślą" in read(content.encode("iso-8859-2"), "a.html").text


@pytest.mark.parametrize(
    ("head", "more", "foot", "day"),
    [
        ("", "<p>Published on 4 March 2024</p>", "", date(2024, 3, 4)),
        ("", "<p>Published on 1 March 2024</p>", "", date(2024, 3, 1)),
        ("", "<p>Published on January 1, 2024</p>", "", date(2024, 1, 1)),
        ("", "<time datetime='2024-01-01'>x</time>", "", date(2024, 1, 1)),
        ("", "", "<footer>Copyright 2024 Ministry</footer>", None),
        ("", "<p>In 2023 the ministry had promised it.</p>", "", None),
        ("", "<p>March 2024</p>", "", None),
        ('<meta property="article:published_time" content="2025-04-04T10:00:00Z">', "", "", None),
        ("", "", "", None),
    ],
)
def test_a_page_date_is_never_made_up_nor_after_today(head, more, foot, day):
    assert read(page(head, more, foot), "a.html").published_on == day


def test_a_page_that_declares_an_encoding_without_decoder_is_read():
    content = page().replace(b"<head>", b'<head><meta charset="undefined">') + b"<!-- \xff -->"
    assert b"undefined" in content
    assert read(content, "a.html").text


def test_what_is_too_large_is_refused_also_when_it_was_packed_small():
    assert rule(b"x" * (BYTE_LIMIT + 1)) == "too_large"
    assert rule(gzip.compress(bytes(BYTE_LIMIT + 1)), "a.txt.gz") == "too_large"
    assert rule(b"<p>" + b"x" * HTML_LIMIT, "a.html") == "too_large"


@pytest.mark.parametrize("content", [b"", b" \n\t ", gzip.compress(b"")], ids=range(3))
def test_nothing_in_it_is_told(content):
    assert rule(content) == "empty"


def test_too_little_text_is_told():
    assert rule(b"short") == "no_text"


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("https://a.example/x?utm_source=m&id=1#top", "https://a.example/x?id=1"),
        ("http://a.example:80/x", "http://a.example/x"),
        ("ftp://a.example/x", None),
        ("javascript:alert(1)", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_made_canonical(address, canonical):
    assert canonical_address(address) == canonical


def test_what_a_text_tells_of_itself_comes_with_it():
    text = f"A plan\nBerne, 4 March 2024\nHearing held on 1 March 2024.\nThe rule takes effect on 1 May 2024.\n{ENGLISH}"
    found = read(text.encode())
    assert (found.published_on, found.effective_on, found.event_on) == (date(2024, 3, 4), date(2024, 5, 1), date(2024, 3, 1))
    assert (found.title, found.language, found.notes) == ("A plan", "en", ())


MAIL = mail_file(
    "From: a@a.example", "Subject: =?utf-8?q?a?=", "Content-Type: text/html; charset=utf-8", "", f"<p>{ENGLISH}</p>"
)


@pytest.mark.parametrize("name", ["a.eml", "a.docx", "a.json", "a.md", "a.html", "a.pdf"])
def test_damaged_bytes_give_a_document_or_a_refusal(name):
    whole = {
        "a.eml": MAIL,
        "a.docx": word_file(ENGLISH),
        "a.json": json.dumps({"details": {"body": f"<p>{ENGLISH}</p>"}, "date": "2025-03-04T10:00:00Z"}).encode(),
        "a.md": f"---\ntitle: a: b\ndate: 2025-03-04\n---\n# H\n\n{ENGLISH}".encode(),
        "a.html": page(),
        "a.pdf": pdf_file([ENGLISH]),
    }[name]
    chance = random.Random(name)
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(content))
            content[place : place + chance.randrange(12)] = chance.choice(
                [b"", b'"', b"<", b"\x00", b"=?", b"@", b"\xff", b"(", b":"]
            )
        try:
            assert read(bytes(content), name).text
        except UnreadableError as error:
            assert error.rule
