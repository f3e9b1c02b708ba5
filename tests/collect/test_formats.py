from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date

import pytest
from collect.files import word_file

from analysis.collect.extract import BYTE_LIMIT, extract
from analysis.collect.extract.formats import OLE, find_format, unzip
from analysis.errors import UnreadableError

TODAY = date(2025, 3, 10)
ENGLISH = "The ministry of economy published a plan for the chip industry on Tuesday."


def packed(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def ole(stream):
    return OLE + bytes(500) + stream.encode("utf-16-le") + bytes(500)


@pytest.mark.parametrize(
    ("content", "name", "media_type", "kind"),
    [
        (b"%PDF-1.7", "a.txt", None, "pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.7", "a", None, "pdf"),
        (b"junk before it %PDF-1.7", "a.pdf", None, "pdf"),
        (b"words", "a.HTM", None, "html"),
        (b"words", "a.php", "text/html", "html"),
        (b"words", "a.php", "Text/HTML", "html"),
        (b"\n<!DOCTYPE html>", "page", None, "html"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "page", None, "html"),
        (b"words", "README", None, "txt"),
        (b"From: a@a.example\r\nSubject: x\r\n\r\nwords", "0001", None, "eml"),
        (b"To: all\nWords that go on", "note", None, "txt"),
        (b"words", "a.eml", "text/plain", "eml"),
        ("重要通知：办法".encode(), "a.wps", None, "txt"),
        ("重要通知：办法".encode("gb18030"), "a.wps", None, "txt"),
        (b"<html><body>words", "a.doc", None, "html"),
        (b"words", "a.doc", None, "txt"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "a.doc", None, "eml"),
        (packed("[Content_Types].xml", "word/document.xml"), "a.wps", None, "docx"),
        (packed("[Content_Types].xml", "word/document.xml"), "noname", None, "docx"),
        (packed("[Content_Types].xml", "word/document.xml"), "a.zip", None, "docx"),
    ],
)
def test_a_format_is_told_by_first_bytes_then_name_then_media_type(content, name, media_type, kind):
    assert find_format(content, name, media_type) == kind


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (OLE + bytes(100), "a.wps", "WPS (WPS Writer)"),
        (ole("WordDocument"), "a.wps", "WPS (WPS Writer)"),
        (ole("WordDocument"), "a", "DOC (Word before 2007)"),
        (ole("WordDocument"), "a.txt", "DOC (Word before 2007)"),
        (ole("Workbook"), "a.doc", "XLS (Excel before 2007)"),
        (ole("PowerPoint Document"), "a", "PPT (PowerPoint before 2007)"),
        (ole("__substg1.0_0037"), "a.msg", "MSG (Outlook)"),
        (b"\xff\x00\x01binary", "a.wps", "WPS (WPS Writer)"),
        (packed("OFD.xml", "Doc_0/Document.xml"), "a.ofd", "OFD"),
        (packed("OFD.xml", "Doc_0/Document.xml"), "a.pdf", "OFD"),
        (b"words", "a.ofd", "OFD"),
        (b"{\\rtf1\\ansi words}", "a.rtf", "RTF"),
        (b"{\\rtf1\\ansi words}", "a.doc", "RTF"),
        (packed("xl/workbook.xml"), "a.docx", "XLSX"),
        (packed("ppt/presentation.xml"), "a", "PPTX"),
        (packed("mimetype"), "a.odt", "ODT"),
        (packed("mimetype"), "a.epub", "EPUB"),
        (packed("a.txt"), "a.zip", "zip"),
        (b"\x89\x00\x01", "a.xlsx", "XLSX"),
        (b"\x00\x01\x02", "a.ceb", "CEB"),
    ],
)
def test_a_format_without_reader_is_refused_by_its_name_with_what_to_do(content, name, said):
    with pytest.raises(UnreadableError) as caught:
        find_format(content, name)
    assert caught.value.rule == "unsupported_format"
    assert caught.value.reason == f"no reader for {said} files: save it as DOCX or PDF"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (ole("EncryptedPackage"), "a.docx", "password"),
        (b"\x89PNG\r\n", "a.png", "picture (PNG)"),
        (b"\xff\xd8\xff\xe0", "scan.pdf", "picture (JPEG)"),
        (b"II*\x00", "a", "picture (TIFF)"),
        (b"\x00\x01\x02" * 20, "data", "binary"),
        (b"words", "a.xyz", "xyz"),
    ],
)
def test_other_content_is_refused_with_what_it_is(content, name, said):
    with pytest.raises(UnreadableError, match=r".") as caught:
        find_format(content, name)
    assert caught.value.rule == "unsupported_format"
    assert said in caught.value.reason


def test_a_wps_file_that_holds_text_or_a_word_file_is_read():
    text = "关于平台企业的通知\n为规范平台企业行为，现就有关事项通知如下。"
    assert extract(text.encode(), "a.wps", TODAY).text == text
    assert extract(word_file(ENGLISH), "a.wps", TODAY).text == ENGLISH


def test_gzip_is_unpacked_and_its_inner_name_counts():
    found = extract(gzip.compress(f"# T\n\n{ENGLISH}".encode()), "a.md.gz", TODAY)
    assert (found.format, found.title) == ("md", "T")
    assert unzip(b"plain", "a.gz") == (b"plain", "a.gz")
    with pytest.raises(UnreadableError) as caught:
        unzip(gzip.compress(ENGLISH.encode())[:30], "a.txt.gz")
    assert caught.value.rule == "broken_gzip"


def test_gzip_is_unpacked_up_to_the_limit():
    assert len(unzip(gzip.compress(bytes(3 * BYTE_LIMIT)), "a.gz")[0]) == BYTE_LIMIT + 1
