from __future__ import annotations

import unicodedata
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest

from analysis.report import mail
from analysis.report.edition import Figure

WEEK_ON = date(2025, 3, 3)
SENDER = "Policy Signals <signals@example.org>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def received(message):
    return message_from_bytes(bytes(message), policy=default)


def width(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.fixture(scope="module")
def illustrated(full_edition):
    return mail.compose(full_edition, SENDER, PNG)


def test_the_same_edition_gives_the_same_bytes(full_edition, illustrated):
    assert bytes(mail.compose(full_edition, SENDER, PNG)) == bytes(illustrated)


def test_text_comes_first_and_the_picture_belongs_to_the_html(illustrated):
    whole = received(illustrated)
    text, related = whole.iter_parts()
    html, picture = related.iter_parts()
    assert [part.get_content_type() for part in (whole, text, related, html, picture)] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    assert picture.get_content() == PNG
    assert picture.get_content_disposition() == "inline"
    assert f'src="cid:{picture["Content-ID"][1:-1]}"' in html.get_content()


def test_the_picture_says_the_finding_in_words(illustrated):
    html = received(illustrated).get_body(("html",)).get_content()
    assert 'alt="US · crypto-assets: official statements turned more supportive, from +0.10 to +0.62' in html
    assert "<th" not in html


def test_without_a_picture_a_table_stands_in_its_place(full_edition):
    whole = received(mail.compose(full_edition, SENDER, None))
    html = whole.get_body(("html",)).get_content()
    assert [part.get_content_type() for part in whole.iter_parts()] == ["text/plain", "text/html"]
    assert "<img" not in html and "cid:" not in html.partition("<body")[2]
    assert "0.42 to 0.82" in html and html.count('scope="row"') == 8


def test_the_headers_come_from_the_figures(illustrated):
    whole = received(illustrated)
    assert whole["Subject"] == (
        "Policy signals 2025-W10: US · crypto-assets: official statements turned more supportive, "
        "from +0.10 to +0.62 (0.42 to 0.82), 34 statements in 13 weeks"
    )
    assert whole["From"] == SENDER
    assert whole["Date"] == "Mon, 10 Mar 2025 06:00:00 +0000"
    assert whole["Message-ID"].startswith("<2025-W10.") and whole["Message-ID"].endswith("@example.org>")
    assert "To" not in whole and "Bcc" not in whole


def test_another_figure_gives_another_message_id_and_other_boundaries(edition, points):
    one, other = (
        mail.compose(edition([points("US", "fintech", "official", WEEK_ON, (0.5, low, 0.6), 9)]), SENDER, PNG)
        for low in (0.3, 0.4)
    )
    assert one["Message-ID"] != other["Message-ID"]
    assert one.get_boundary() != other.get_boundary()
    boundaries = [part.get_boundary() for part in one.walk() if part.is_multipart()]
    assert len(set(boundaries)) == 2


def test_without_a_sender_there_is_no_from(full_edition):
    message = mail.compose(full_edition, "", None)
    assert "From" not in message
    assert message["Message-ID"].endswith("@policy-signals.invalid>")


def test_the_html_is_small_inline_and_loads_nothing(illustrated):
    html = received(illustrated).get_body(("html",)).get_content()
    assert len(illustrated.get_body(("html",)).as_bytes()) < 60_000
    assert '<h1 style="margin: 0;font-size: 24px' in html
    assert "prefers-color-scheme: dark" in html
    assert "<link" not in html and "<script" not in html and "url(" not in html


def test_lines_of_the_text_part_are_short(full_edition):
    text = received(mail.compose(full_edition, SENDER, None)).get_body(("plain",)).get_content()
    assert max(width(line) for line in text.splitlines()) <= 76
    assert "+0.62 (0.42 to 0.82), n 34" in text
    assert "有关部门表示" in text


@pytest.mark.parametrize("field", ["title", "text", "speaker", "publisher", "authority", "reference"])
def test_collected_text_can_neither_add_a_header_nor_an_element(edition, points, statements, field):
    payload = "a\r\nBcc: z@evil.example\r\n\r\n<script>window.PWN=1</script>{{ conn.x }}\x00\x1b[31m=cmd"
    row = points("US", "crypto_assets", "official", WEEK_ON, (0.62, 0.41, 0.80), 34)
    message = mail.compose(edition([row], [statements(4, **{field: payload})]), SENDER, None)
    whole = received(message)
    assert "Bcc" not in whole and not whole.defects
    html, text = (whole.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert "<script" not in html and "&lt;script&gt;" in html and "{{ conn.x }}" in html
    assert "{{ conn.x }}" in " ".join(text.split()).replace("> ", "") and "\x1b" not in text and "\x00" not in text
    assert not any(line.startswith("Bcc") for line in text.splitlines())


def test_a_javascript_address_is_no_link(edition, points, statements):
    row = points("US", "crypto_assets", "official", WEEK_ON, (0.62, 0.41, 0.80), 34)
    whole = received(mail.compose(edition([row], [statements(1, address="javascript:alert(1)")]), SENDER, None))
    assert "javascript:" not in bytes(whole).decode()


def test_header_text_is_one_visible_line_of_at_most_150_letters():
    assert mail.header_text("a\r\nBcc: z\x0b\x00\u2028\u202eb  c") == "a Bcc: z b c"
    long = mail.header_text("word " * 80)
    assert len(long) <= 150 and long.endswith("word…")


def test_an_empty_database_and_a_quiet_week_give_a_mail(empty_edition, edition, points):
    for week, words in (
        (empty_edition, "No documents yet: nothing has been collected"),
        (
            edition([points("US", "fintech", "official", WEEK_ON, None, 4)]),
            "No clear lean this week: too few statements for a figure",
        ),
    ):
        whole = received(mail.compose(week, SENDER, None))
        assert words in whole["Subject"]
        assert words in whole.get_body(("plain",)).get_content()
        assert words in whole.get_body(("html",)).get_content()


def test_coverage_names_the_sources_that_failed(full_edition):
    text = received(mail.compose(full_edition, SENDER, None)).get_body(("plain",)).get_content()
    assert "1 of 3 sources read." in text
    assert "Failed: Composed Agency, news." in text


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (Figure(0.5, 0.3, 0.7), "··········│··──●──···"),
        (Figure(-1, -1, -0.9), "●─········│··········"),
        (Figure(0, -0.2, 0.2), "········──●──········"),
    ],
)
def test_bars_show_interval_point_and_zero(figure, line):
    assert mail.bar(figure) == line
