from __future__ import annotations

import contextlib
import gzip
import time
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest
from collect.files import mail_file, pdf_file, word_file

from analysis.collect.extract import extract, mail
from analysis.errors import UnreadableError

TODAY = date(2025, 3, 10)
ENGLISH = "The ministry of economy published a plan for the chip industry on Tuesday."
CHINESE = "市场监管总局今日发布公告，要求平台企业停止要求商家二选一的行为，并对违法企业处以罚款。"


def read(content):
    return extract(content, "a.eml", TODAY)


def message(text=ENGLISH, **headers):
    made = EmailMessage()
    for name, value in ({"From": "Press Office <press@a.example>", "Subject": "A plan"} | headers).items():
        made[name] = value
    made.set_content(text)
    return made


def attached(made, content, name, kind="application/octet-stream"):
    made.add_attachment(content, *kind.split("/"), filename=name)
    return made


MULTIPART = mail_file(
    "From: =?utf-8?q?Minist=C3=A8re?= <press@Mail.A.example>",
    "Subject: =?utf-8?b?UsOpZm9ybWUgZGVzIHB1Y2Vz?=",
    "Date: Tue, 04 Mar 2025 23:30:00 -0500",
    "Message-ID: <1.2@a.example>",
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


def test_a_mail_gives_its_plain_part_subject_sender_and_day():
    found = read(MULTIPART)
    assert (found.format, found.text) == ("eml", "Le ministère a publié un plan pour les puces.")
    assert (found.title, found.publisher, found.published_on) == ("Réforme des puces", "Ministère", date(2025, 3, 4))
    assert found.published_at == datetime(2025, 3, 5, 4, 30, tzinfo=UTC)
    assert (found.sender_domain, found.message_id, found.notes) == ("mail.a.example", "<1.2@a.example>", ())


def test_a_mail_with_nothing_but_html_gives_its_words():
    content = mail_file(
        "From: news@a.example",
        "Subject: =?utf-8?q?a=0D=0ABcc:_z?=",
        "Content-Type: text/html; charset=utf-8",
        "",
        f"<p>{ENGLISH}</p><ul><li>one</ul>",
    )
    found = read(content)
    assert (found.text, found.title, found.publisher) == (f"{ENGLISH}\n\n- one", "a Bcc: z", "a.example")
    assert (found.published_on, found.published_at) == (None, None)


def test_a_part_without_any_header_is_plain_text():
    head = ("From: a@a.example", "Content-Type: multipart/mixed; boundary=x", "")
    assert read(mail_file(*head, "--x", "", ENGLISH, "--x--")).text == ENGLISH


def test_the_html_counts_where_the_plain_part_only_points_to_it():
    made = message("View this message in your browser.")
    made.add_alternative(f"<html><body><p>{ENGLISH}</p><p>{ENGLISH}</p></body></html>", subtype="html")
    assert read(made.as_bytes()).text == f"{ENGLISH}\n\n{ENGLISH}"
    made = message(ENGLISH)
    made.add_alternative(f"<p>{ENGLISH}</p>", subtype="html")
    assert read(made.as_bytes()).text == ENGLISH


def test_attachments_are_read_and_stand_under_their_names():
    made = attached(message(), pdf_file(["The annex on quantum computers."]), "annex.pdf", "application/pdf")
    attached(made, word_file("The letter on chips."), "letter.docx")
    attached(made, CHINESE.encode("gb18030"), "公告.txt", "text/plain")
    attached(made, f"<html><body><article><p>{ENGLISH} Page.</p></article></body></html>".encode(), "page.html", "text/html")
    attached(made, gzip.compress(b"Packed words of the annex."), "packed.txt.gz", "application/gzip")
    found = read(made.as_bytes())
    assert found.text == "\n\n".join(
        [
            ENGLISH, "annex.pdf\nThe annex on quantum computers.", "letter.docx\nThe letter on chips.", f"公告.txt\n{CHINESE}",
            f"page.html\n{ENGLISH} Page.", "packed.txt.gz\nPacked words of the annex.",
        ]
    )  # fmt: skip
    assert found.notes == ()


def test_a_mail_of_nothing_but_an_attachment_is_read():
    made = attached(message(""), pdf_file(["The annex on quantum computers."]), "annex.pdf")
    assert read(made.as_bytes()).text == "annex.pdf\nThe annex on quantum computers."


def test_attachments_that_cannot_be_read_are_named():
    made = attached(message(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old.doc")
    attached(made, b"%PDF-1.4 broken", "cut.pdf")
    attached(made, b"", "none.txt", "text/plain")
    found = read(made.as_bytes())
    assert found.text == ENGLISH
    assert [note.split(":")[0] for note in found.notes] == ["old.doc", "cut.pdf", "none.txt"]
    assert "DOC (Word before 2007)" in found.notes[0]


def test_signatures_and_pictures_inside_the_text_are_no_attachments():
    made = message()
    made.add_attachment(b"x", "application", "pkcs7-signature", filename="smime.p7s")
    made.add_attachment(b"\x89PNG", "image", "png", disposition="inline", cid="<1>")
    assert read(made.as_bytes()).notes == ()
    made.add_attachment(b"\x89PNG", "image", "png", filename="scan.png")
    assert [note.split(":")[0] for note in read(made.as_bytes()).notes] == ["scan.png"]


def test_a_mail_inside_a_mail_is_read_under_its_subject():
    inner = attached(message("The inner words.", Subject="Inner"), b"The inner annex.", "annex.txt", "text/plain")
    outer = message()
    outer.add_attachment(inner)
    found = read(outer.as_bytes())
    assert found.text == f"{ENGLISH}\n\nInner\n\nThe inner words.\n\nannex.txt\nThe inner annex."
    assert (found.title, found.notes) == ("A plan", ())


def test_mails_in_mails_in_mails_end():
    made = message("Depth 0 of the mail.")
    for depth in range(1, 9):
        outer = message(f"Depth {depth} of the mail.")
        outer.add_attachment(made)
        made = outer
    found = read(made.as_bytes())
    assert found.text.count("Depth") == mail.DEPTH
    assert "mails deep" in found.notes[0]


def test_a_mail_with_very_many_or_large_attachments_is_read_up_to_the_limits(monkeypatch):
    made = message()
    for number in range(mail.ATTACHMENTS + 2):
        attached(made, f"Annex number {number}.".encode(), f"{number}.txt", "text/plain")
    found = read(made.as_bytes())
    assert found.text.count("Annex number") == mail.ATTACHMENTS
    assert [note.split(" ")[0] for note in found.notes] == [f"{mail.ATTACHMENTS}.txt"]
    monkeypatch.setattr(mail, "BYTE_LIMIT", 20)
    assert read(made.as_bytes()).text.count("Annex number") == 1


def test_a_bomb_in_an_attachment_is_refused_and_the_mail_read():
    made = attached(message(), gzip.compress(bytes(40_000_000)), "bomb.txt.gz")
    found = read(made.as_bytes())
    assert found.text == ENGLISH
    assert found.notes[0].startswith("bomb.txt.gz: more than the limit")


@pytest.mark.parametrize("charset", ["gb2312", "no-such-charset", "us-ascii", "utf-8"])
def test_a_body_in_a_wrong_or_unknown_charset_is_read(charset):
    content = mail_file("From: a@a.example", f"Content-Type: text/plain; charset={charset}", "", "") + CHINESE.encode("gb18030")
    assert read(content).text == CHINESE


def test_headers_whose_bytes_are_not_encoded_are_read():
    content = b"From: a@a.example\r\nSubject: " + CHINESE.encode() + b"\r\n\r\n" + ENGLISH.encode()
    assert read(content).title == CHINESE


@pytest.mark.parametrize("sender", ["From: a:b@", "From: group: (x", "From: =?utf-8?q?=", 'From: "', "X: y"])
def test_a_mail_with_a_broken_sender_is_read_or_refused(sender):
    try:
        assert read(mail_file(sender, "", ENGLISH)).text == ENGLISH
    except UnreadableError as error:
        assert error.rule == "broken_mail"


@pytest.mark.parametrize(
    "piece", ["From: a@a.example\n", "--x\n\nwords\n", "Content-Type: multipart/mixed; boundary=x\n\n--x\n", "\n--"]
)
def test_a_hostile_mail_is_read_or_refused_in_time(piece):
    content = ("Content-Type: multipart/mixed; boundary=x\n\n" if piece.startswith("--") else "") + piece * 5000
    begun = time.process_time()
    with contextlib.suppress(UnreadableError):
        read(content.encode())
    assert time.process_time() - begun < 20
