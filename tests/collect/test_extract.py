from __future__ import annotations

import gzip
import io
import json
import random
from datetime import UTC, date, datetime

import docx
import pytest

from analysis.collect.extract import (
    BYTE_LIMIT,
    canonical_address,
    decode,
    extract,
    find_format,
    find_language,
    first_line_title,
    join_lines,
    tidy,
    unzip,
)
from analysis.collect.extract.html import HTML_LIMIT
from analysis.errors import UnreadableError

TODAY = date(2025, 3, 10)
GERMAN = "Der Minister erklärte: die Größe der Förderung beträgt fünf Millionen Euro für kleine Betriebe."
FRENCH = "Le ministère a annoncé une réforme générale : les opérateurs devront être agréés dès l’été, a précisé la ministre."
SPANISH = "El Gobierno aprobó una ley que prohíbe la minería de criptomonedas; según la ministra, habrá más regulación."
CHINESE = "市场监管总局今日发布公告，要求平台企业停止要求商家二选一的行为，并对违法企业处以罚款。"
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


def pdf(*lines, title=""):
    """Return a small PDF of one page with these lines."""
    shown = b" T* ".join(b"(%s) Tj" % line.encode("latin-1") for line in lines)
    stream = b"BT /F1 12 Tf 14 TL 72 700 Td " + shown + b" ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (%s) >>" % title.encode("latin-1"),
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(b"%010d 00000 n \n" % len(content))
        content += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    trailer = b"trailer << /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    return content + b"xref\n0 7\n0000000000 65535 f \n" + b"".join(places) + trailer


def word_file(*paragraphs):
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def mail(*lines):
    return "\r\n".join(lines).encode()


MULTIPART = mail(
    "From: =?utf-8?q?Minist=C3=A8re?= <press@a.example>",
    "Subject: =?utf-8?b?UsOpZm9ybWUgZGVzIHB1Y2Vz?=",
    "Date: Tue, 04 Mar 2025 23:30:00 -0500",
    "MIME-Version: 1.0",
    "Content-Type: multipart/alternative; boundary=x",
    "",
    "--x",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "Le minist=C3=A8re a publi=C3=A9 un plan pour les puces.",
    "--x",
    "Content-Type: text/html",
    "",
    "<p>Other</p>",
    "--x--",
)


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [
        (GERMAN, "utf-8", "de"),
        (GERMAN, "cp1252", "de"),
        (FRENCH, "cp1252", "fr"),
        (SPANISH, "cp1252", "es"),
        (CHINESE, "gb18030", "zh"),
        (CHINESE, "utf-8", "zh"),
        (FRENCH, "utf-16", "fr"),
        (ENGLISH, "utf-8", "en"),
    ],
)
def test_text_is_read_in_its_encoding_and_language(text, encoding, language):
    found = read(text.encode(encoding))
    assert (found.format, found.text, found.encoding, found.language) == ("txt", text, encoding, language)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert read(b"\xef\xbb\xbf" + GERMAN.encode()).text == GERMAN
    assert decode(b"\xfe\xff" + "é".encode("utf-16-be")) == ("é", "utf-16")


def test_a_declared_encoding_is_believed_after_utf8():
    assert decode("żółć".encode("iso-8859-2"), "iso-8859-2") == ("żółć", "iso-8859-2")
    assert decode("中".encode("gbk"), "gb2312") == ("中", "gb18030")
    assert decode("é".encode(), "iso-8859-2") == ("é", "utf-8")
    assert decode(FRENCH.encode("cp1252"), "no-such-encoding") == (FRENCH, "cp1252")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"A plan for chips\n\n{ENGLISH}", "A plan for chips"),
        (f"{ENGLISH}\n{ENGLISH}", None),
        ("A title alone", None),
        ("x" * 151 + "\n" + "y" * 200, None),
        ("公告：\n" + CHINESE, None),
    ],
)
def test_a_first_line_is_a_title_only_where_it_can_be(text, title):
    assert first_line_title(text) == title
    assert len(text) < 20 or read(text.encode()).title == title


def test_front_matter_of_markdown_is_read_with_colons_in_titles():
    content = (
        '---\ntitle: "Plan: the second part"\ndate: 2025-03-04\nurl: https://a.example/x\nsource: The Ministry\nempty:\n---\n'
        "# Heading\n\nThe **ministry** published [a plan](https://b.example/y) for *chips*.\n\n- one point\n"
        "> a quote ![x](y.png)\n"
    )
    found = read(content.encode(), "a.md")
    assert found.text == "Heading\n\nThe ministry published a plan for chips.\none point\na quote"
    assert (found.format, found.title, found.published_on) == ("md", "Plan: the second part", date(2025, 3, 4))
    assert (found.address, found.publisher) == ("https://a.example/x", "The Ministry")


def test_markdown_without_front_matter_has_its_heading_for_a_title():
    found = read(f"# A plan: chips\r\n\r\n{ENGLISH}\r\n".encode(), "a.markdown")
    assert (found.title, found.published_on, found.address) == ("A plan: chips", None, None)
    assert found.text == f"A plan: chips\n\n{ENGLISH}"


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


def test_a_pdf_gives_its_text_with_broken_lines_joined():
    found = read(
        pdf("The ministry published a plan for the semi-", "conductor industry and for", "quantum computers.", title="A plan")
    )
    assert (found.format, found.title, found.language) == ("pdf", "A plan", "en")
    assert found.text == "The ministry published a plan for the semiconductor industry and for quantum computers."


@pytest.mark.parametrize("content", [pdf(ENGLISH)[:200], b"%PDF-1.7 nothing more in it"])
def test_a_pdf_that_was_cut_off_is_refused(content):
    assert rule(content, "a.pdf") == "broken_pdf"


def test_a_pdf_without_text_is_no_success():
    assert rule(pdf(""), "scan.pdf") == "no_text"


def test_a_word_file_gives_its_paragraphs():
    found = read(word_file("A plan for chips", ENGLISH), "a.docx")
    assert (found.format, found.text, found.title) == ("docx", f"A plan for chips\n\n{ENGLISH}", "A plan for chips")
    assert find_format(word_file("x"), "no-ending") == "docx"


def test_broken_word_files_are_refused():
    content = word_file(ENGLISH)
    assert rule(content[: len(content) // 2], "a.docx") == "broken_docx"
    assert rule(b"PK\x03\x04word/" + b"x" * 50, "a.docx") == "broken_docx"


def test_a_mail_gives_its_plain_part_subject_sender_and_day():
    found = read(MULTIPART, "a.eml")
    assert (found.format, found.text) == ("eml", "Le ministère a publié un plan pour les puces.")
    assert (found.title, found.publisher, found.published_on) == ("Réforme des puces", "Ministère", date(2025, 3, 4))
    assert found.published_at == datetime(2025, 3, 5, 4, 30, tzinfo=UTC)


def test_a_mail_with_nothing_but_html_gives_its_words():
    content = mail(
        "From: news@a.example",
        "Subject: =?utf-8?q?a=0D=0ABcc:_z?=",
        "Content-Type: text/html; charset=utf-8",
        "",
        f"<p>{ENGLISH}</p>",
    )
    found = read(content, "a.eml")
    assert (found.text, found.title, found.publisher) == (ENGLISH, "a Bcc: z", "a.example")
    assert (found.published_on, found.published_at) == (None, None)


@pytest.mark.parametrize("sender", ["From: a:b@", "From: group: (x", "From: =?utf-8?q?=", 'From: "', "X: y"])
def test_a_mail_with_a_broken_sender_is_read_or_refused(sender):
    content = mail(sender, "", ENGLISH)
    try:
        assert read(content, "a.eml").text == ENGLISH
    except UnreadableError as error:
        assert error.rule == "broken_mail"


def test_json_text_is_found_in_the_named_field():
    fields = {"title": "T <b>x</b>", "body": "no", "body_md": ENGLISH, "url": "https://a.example/1", "publisher": "P"}
    content = json.dumps({**fields, "date": "2025-03-04T23:00:00-05:00"}).encode()
    found = read(content, "a.json", text_field="body_md")
    assert (found.format, found.text, found.title) == ("json", ENGLISH, "T x")
    assert (found.published_on, found.published_at) == (date(2025, 3, 4), datetime(2025, 3, 5, 4, tzinfo=UTC))
    assert (found.address, found.publisher) == ("https://a.example/1", "P")
    assert rule(content, "a.json", text_field="lacking") == "no_text"


def test_html_in_the_details_of_json_becomes_text():
    details = {"body": f"<div><p>{ENGLISH}</p><script>evil()</script></div>"}
    content = json.dumps({"details": details, "first_published_at": "2025-03-04T10:00:00Z"}).encode()
    found = read(content, "a", media_type="application/json")
    assert (found.text, found.published_on) == (ENGLISH, date(2025, 3, 4))


@pytest.mark.parametrize("unwanted", ["\ud800", "\x00"])
def test_json_with_characters_that_no_parser_takes_is_read(unwanted):
    fields = {"title": f"{unwanted} abc", "text": f"<p>{unwanted}{ENGLISH}</p>", "publisher": f"P{unwanted}"}
    found = read(json.dumps(fields).encode(), "a.json")
    assert (found.title, found.text, found.publisher) == ("abc", ENGLISH, "P")


def test_a_page_that_declares_an_encoding_without_decoder_is_read():
    content = page().replace(b"<head>", b'<head><meta charset="undefined">') + b"<!-- \xff -->"
    assert b"undefined" in content
    assert read(content, "a.html").text


@pytest.mark.parametrize(
    ("content", "broken"), [(b"[1, 2]", "no_text"), (b"{broken", "broken_json"), (b"[" * 100_000, "broken_json")], ids=range(3)
)
def test_json_that_holds_no_document_is_refused(content, broken):
    assert rule(content, "a.json") == broken


def test_gzip_is_unpacked_and_its_inner_name_counts():
    found = read(gzip.compress(f"# T\n\n{ENGLISH}".encode()), "a.md.gz")
    assert (found.format, found.title) == ("md", "T")
    assert unzip(b"plain", "a.gz") == (b"plain", "a.gz")
    assert rule(gzip.compress(ENGLISH.encode())[:30], "a.txt.gz") == "broken_gzip"


def test_what_is_too_large_is_refused_also_when_it_was_packed_small():
    assert rule(b"x" * (BYTE_LIMIT + 1)) == "too_large"
    assert rule(gzip.compress(bytes(BYTE_LIMIT + 1)), "a.txt.gz") == "too_large"
    assert len(unzip(gzip.compress(bytes(3 * BYTE_LIMIT)), "a.gz")[0]) == BYTE_LIMIT + 1
    assert rule(b"<p>" + b"x" * HTML_LIMIT, "a.html") == "too_large"


@pytest.mark.parametrize("content", [b"", b" \n\t ", gzip.compress(b"")], ids=range(3))
def test_nothing_in_it_is_told(content):
    assert rule(content) == "empty"


def test_too_little_text_is_told():
    assert rule(b"short") == "no_text"


@pytest.mark.parametrize("name", ["a.xlsx", "a.epub", "a.doc", "a.rtf", "a.png"])
def test_a_format_without_reader_is_refused_by_its_name(name):
    start = b"PK\x03\x04" if name in ("a.xlsx", "a.epub") else b"\x89\x00\x01"
    with pytest.raises(UnreadableError, match=f"no reader for {name[2:]} files") as caught:
        read(start + b"some content here and more of it", name)
    assert caught.value.rule == "unsupported_format"


@pytest.mark.parametrize(
    ("content", "name", "media_type", "kind"),
    [
        (b"%PDF-1.7", "a.txt", None, "pdf"),
        (b"words", "a.HTM", None, "html"),
        (b"words", "a.php", "text/html", "html"),
        (b"\n<!DOCTYPE html>", "page", None, "html"),
        (b"words", "README", None, "txt"),
        (b"words", "a.eml", "text/plain", "eml"),
    ],
)
def test_a_format_is_told_by_first_bytes_then_name_then_media_type(content, name, media_type, kind):
    assert find_format(content, name, media_type) == kind


def test_binary_content_without_a_name_is_no_text():
    assert rule(b"\x00\x01\x02" * 20, "data") == "unsupported_format"


def test_control_characters_and_loose_blanks_are_gone():
    assert tidy("a\x00\x07b\x1b \t c \r\nd\u2028e\x0bf\n\n\n\n g\x7f\ufffe\ud800 ") == "ab c\nd\ne\nf\n\ng"
    assert read(b"Control\x00\x07 characters \x1bgo away from here\x7f.").text == "Control characters go away from here."


def test_lines_broken_at_a_width_are_joined_and_paragraphs_kept():
    assert join_lines("The plan is\nnew.\nIt is good.\n\nnext") == "The plan is new.\nIt is good.\n\nnext"
    assert join_lines("发布\n公告。\n企业") == "发布公告。\n企业"


def test_too_little_to_tell_a_language_is_undetermined():
    assert find_language("123 456 !") == "und"
    assert find_language(FRENCH) == "fr"


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


@pytest.mark.parametrize("name", ["a.eml", "a.docx", "a.json", "a.md", "a.html", "a.pdf"])
def test_damaged_bytes_give_a_document_or_a_refusal(name):
    whole = {
        "a.eml": MULTIPART,
        "a.docx": word_file(ENGLISH),
        "a.json": json.dumps({"details": {"body": f"<p>{ENGLISH}</p>"}, "date": "2025-03-04T10:00:00Z"}).encode(),
        "a.md": f"---\ntitle: a: b\ndate: 2025-03-04\n---\n# H\n\n{ENGLISH}".encode(),
        "a.html": page(),
        "a.pdf": pdf(ENGLISH),
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
