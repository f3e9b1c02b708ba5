from __future__ import annotations

import io
import time
import zipfile
from datetime import date

import pytest
from collect.files import word_file
from docx.oxml import OxmlElement

from analysis.collect.extract import docx, extract
from analysis.collect.extract.markup import lines_of
from analysis.errors import UnreadableError

TODAY = date(2025, 3, 10)
ENGLISH = "The ministry of economy published a plan for the chip industry on Tuesday."


def read(content):
    return extract(content, "a.docx", TODAY)


def rule(content):
    with pytest.raises(UnreadableError) as caught:
        read(content)
    return caught.value.rule


def repacked(content, changes):
    """Return a Word file with members replaced or added."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | changes
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return stream.getvalue()


def with_footnote(content, note):
    """Return a Word file whose first paragraph calls a footnote."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    notes = f'<w:footnotes {space}><w:footnote w:id="2"><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    names = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    relation = f'<Relationship Id="rIdN" Type="{names}" Target="footnotes.xml"/>'
    form = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    kind = f'<Override PartName="/word/footnotes.xml" ContentType="{form}"/>'
    return repacked(
        content,
        {
            "word/footnotes.xml": notes,
            "word/document.xml": parts["word/document.xml"].replace(
                "</w:p>", '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>', 1
            ),
            "word/_rels/document.xml.rels": parts["word/_rels/document.xml.rels"].replace("</Rel", relation + "</Rel", 1),
            "[Content_Types].xml": parts["[Content_Types].xml"].replace("</Types>", kind + "</Types>"),
        },
    )


def test_paragraphs_headings_lists_and_tables_survive():
    def fill(document):
        table = document.add_table(rows=2, cols=2)
        for place, text in enumerate(["Year", "Budget", "2025", "5 million"]):
            table.cell(place // 2, place % 2).text = text
        document.add_paragraph("After the table.")

    found = read(
        word_file(
            ("A plan for chips", "Title"), ENGLISH, ("First part", "Heading 1"), ("research", "List Bullet"),
            ("training", "List Bullet"), ("apply", "List Number"), ("wait", "List Number"), fill=fill,
        )
    )  # fmt: skip
    assert found.text == (
        f"A plan for chips\n\n{ENGLISH}\n\nFirst part\n\n- research\n- training\n\n1. apply\n2. wait\n\n"
        "Year | Budget\n2025 | 5 million\n\nAfter the table."
    )
    assert (found.format, found.title, found.published_on) == ("docx", "A plan for chips", None)


def test_the_first_line_is_the_title_where_no_style_says_so():
    assert read(word_file("A plan for chips", ENGLISH, ("Part one", "Heading 1"))).title == "A plan for chips"
    assert read(word_file("Ministry", ("A plan for chips", "Heading 1"), ENGLISH)).title == "A plan for chips"
    assert read(word_file(ENGLISH, ENGLISH)).title is None


def test_footnotes_stand_at_the_end_under_the_mark_that_calls_them():
    text = read(with_footnote(word_file(ENGLISH, "Second paragraph."), "As the law of 2020 says.")).text
    assert text == f"{ENGLISH}[1]\n\nSecond paragraph.\n\n[1] As the law of 2020 says."


def test_deleted_words_and_pictures_are_no_text():
    def fill(document):
        deleted = OxmlElement("w:del")
        run = OxmlElement("w:r")
        text = OxmlElement("w:delText")
        text.text = "never mind"
        run.append(text)
        deleted.append(run)
        document.paragraphs[0]._p.append(deleted)

    assert read(word_file(ENGLISH, fill=fill)).text == ENGLISH


def test_the_day_in_a_word_file_is_found():
    assert read(word_file("关于平台企业的通知", "发布日期：2024-03-04", "本通知自2024年4月1日起施行。")).published_on == date(
        2024, 3, 4
    )
    assert read(word_file("关于平台企业的通知", "发布日期：2024-03-04", "本通知自2024年4月1日起施行。")).effective_on == date(
        2024, 4, 1
    )


def test_broken_word_files_are_refused():
    content = word_file(ENGLISH)
    assert rule(content[: len(content) // 2]) == "broken_docx"
    assert rule(b"PK\x03\x04word/" + b"x" * 50) == "broken_docx"
    assert rule(repacked(content, {"word/document.xml": b"<w:document"})) == "broken_docx"


def test_a_word_file_that_unpacks_to_too_much_is_refused(monkeypatch):
    content = word_file(ENGLISH)
    assert rule(repacked(content, {"word/more.xml": bytes(docx.XML_LIMIT)})) == "too_large"
    assert rule(repacked(content, {f"word/{number}.txt": b"" for number in range(docx.MEMBER_LIMIT)})) == "too_large"
    assert read(repacked(content, {"word/media/film.bin": bytes(docx.XML_LIMIT)})).text == ENGLISH


def test_an_entity_bomb_is_refused():
    bomb = (
        '<!DOCTYPE a [<!ENTITY a "x">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 12)) + "]>"
    )
    with zipfile.ZipFile(io.BytesIO(word_file(ENGLISH))) as archive:
        document = archive.read("word/document.xml").decode()
    head, body = document.split("?>", 1)
    bombed = head + "?>" + bomb + body.replace(ENGLISH, "&a11;")
    assert rule(repacked(word_file(ENGLISH), {"word/document.xml": bombed})) == "broken_docx"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a  b\n c</p><p>d</p>", "a b c\n\nd"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<h1>a</h1>b", "a\n\nb"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "- a\n- b\n- c\n\nd"),
        ("<ol><li><p>a</p></li><li>b</li></ol>", "1. a\n2. b"),
        ("<table><tr><th>a<td><p>b</p><p>c</p><tr><td>d<td></table>", "a | b c\nd |"),
        ("<style>x</style><script>y</script><p>a<!-- z -->b</p><title>t</title>", "ab"),
        ("<p>a <b>b</b> <i>c</i>d</p>", "a b cd"),
        ("", ""),
        ("<!-- a -->", ""),
        ("<b>" * 5000 + "deep", ""),
    ],
)
def test_markup_becomes_lines(markup, text):
    assert lines_of(markup) == text


@pytest.mark.parametrize(
    "piece", ["<p>a", "<ol>" + "<li>a" * 1000, "<td>", "<table>", "<div>", "</li> ", '<li id="footnote-1">']
)
def test_hostile_markup_is_read_in_time(piece):
    begun = time.process_time()
    lines_of(piece * (300_000 // len(piece)))
    assert time.process_time() - begun < 20
