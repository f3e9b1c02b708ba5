from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from analysis.report import page
from analysis.report.evidence import by_cell, marked, safe_link, strongest

WEEK_ON = date(2025, 3, 3)
PAYLOADS = (
    "<script>window.PWN = 1</script>",
    '"><img src=x onerror="window.PWN=1">',
    "</script><script>window.PWN = 1</script>",
    "{{ conn.smtp_default.password }}",
    "=cmd|' /C calc'!A0",
    "<!-- {% raw %} -->",
)


class Tags(HTMLParser):
    """What a browser would make of a page: its elements and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        self.text += " " if tag in ("th", "td") else ""

    def handle_data(self, data):
        self.text += data

    def of(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]


@pytest.fixture(scope="module")
def html(full_edition):
    return page.render(full_edition)


@pytest.fixture
def hostile(edition, points, statements, composed_rows):
    def build(payload):
        row = points("US", "crypto_assets", "official", WEEK_ON, (0.62, 0.41, 0.80), 34)
        fields = ("text", "before", "after", "speaker", "authority", "title", "publisher", "reference")
        evidence = [statements(1, **dict.fromkeys(fields, payload), language=payload, address=None)]
        story = composed_rows.story(1, **dict.fromkeys(("title", "publisher", "reference"), payload), address=None)
        shift = composed_rows.shift(scope="authority", authority=payload)
        moved = {"shifts": pd.DataFrame([shift]), "shift_stories": pd.DataFrame([story])}
        whole = edition([row], evidence, **moved)
        whole.sources["name"] = payload
        whole.rejected["reason"] = payload
        return whole

    return build


def test_the_same_edition_gives_the_same_page(full_edition, html):
    assert page.render(full_edition) == html


def test_the_page_leads_with_the_headline_and_what_it_rests_on(html):
    shown = " ".join(Tags(html).text.split())
    first = shown.index("US · crypto-assets: official statements turned more supportive from +0.10 to +0.62 (0.42 to 0.82)")
    assert first < shown.index("15 of 17 series") < shown.index("Where each stands") < shown.index("How it moved")


def test_every_chart_has_a_still_picture_and_a_table(html):
    tags = Tags(html)
    charts = html.count('<script type="application/json" class="figure">')
    assert charts == 10
    assert html.count('<div class="still"') == charts
    assert len(tags.of("details")) == charts + 1


def test_the_script_is_loaded_from_beside_the_page_and_nothing_from_elsewhere(html):
    tags = Tags(html)
    assert [script["src"] for script in tags.of("script") if "src" in script] == ["plotly.min.js"]
    assert not tags.of("link") and not tags.of("iframe") and not tags.of("img")
    assert tags.of("meta")[1]["content"].startswith(
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data:"
    )


def test_links_inside_the_page_lead_somewhere(html):
    tags = Tags(html)
    places = {attributes["id"] for _tag, attributes in tags.elements if "id" in attributes}
    targets = {link["href"][1:] for link in tags.of("a") if link["href"].startswith("#")}
    assert "point-US-crypto_assets-official" in targets
    assert targets <= places


def test_links_outside_open_only_web_addresses_and_show_the_host(html):
    outside = [link for link in Tags(html).of("a") if not link["href"].startswith("#")]
    assert outside and all(link["href"].startswith("https://www.agency.example/") for link in outside)
    assert all(link["rel"] == "noopener noreferrer" for link in outside)
    assert "(www.agency.example)" in html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_collected_text_is_shown_and_never_run(hostile, payload):
    plain, whole = page.render(hostile("harmless")), page.render(hostile(payload))
    assert [tag for tag, _attributes in Tags(whole).elements] == [tag for tag, _attributes in Tags(plain).elements]
    assert payload in Tags(whole).text


def test_quotations_carry_their_language_and_direction(html):
    quotes = Tags(html).of("blockquote")
    assert {quote["lang"] for quote in quotes} == {"en", "fr", "zh", "de", "ar"}
    assert all(quote["dir"] == "auto" for quote in quotes)
    assert "<mark>支持</mark>" in html


def test_at_most_sixty_statements_and_some_of_every_cell(full_edition):
    groups = by_cell(full_edition, 60)
    assert sum(len(quotations) for _cell, quotations in groups) == 60
    assert len(groups) == 17
    for _cell, quotations in groups:
        strength = [quotation.probability for quotation in quotations]
        assert strength == sorted(strength, reverse=True)


def test_the_mails_statements_come_from_different_cells_and_stand_once(edition, points, statements):
    rows = [points("US", sector, "official", WEEK_ON, (0.6, 0.4, 0.8), 9) for sector in ("fintech", "crypto_assets")]
    evidence = [statements(n, sector=sector) for sector in ("fintech", "crypto_assets") for n in (1, 2, 3)]
    found = strongest(edition(rows, evidence), 5)
    assert len({quotation.statement_id for _cell, quotation in found}) == len(found) == 3


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//host.example/x",
        "https://",
        "https://agency.example@evil.example/",
        "https://a.example/\nx",
        'https://a.example/"x',
        "http://[bad",
        "",
    ],
)
def test_other_addresses_are_no_links(address, edition, points, statements):
    assert safe_link(address) == ""
    row = points("US", "crypto_assets", "official", WEEK_ON, (0.62, 0.41, 0.80), 34)
    html = page.render(edition([row], [statements(1, address=address)]))
    assert all(link["href"].startswith("#") for link in Tags(html).of("a"))
    assert "Composed Gazette, no. 1" in html


def test_web_addresses_are_links():
    assert safe_link("https://a.example/x?y=1#z") == "https://a.example/x?y=1#z"


def test_marks_do_not_change_the_text():
    pieces = marked("Ban? The ban (a*b) bans.", ["ban", "a*b", "ban (a*b)"])
    assert "".join(piece for piece, _is_term in pieces) == "Ban? The ban (a*b) bans."
    assert [piece for piece, is_term in pieces if is_term] == ["Ban", "ban (a*b)", "ban"]
    assert marked("text", []) == [("text", False)]


def test_what_was_rejected_and_what_failed_is_told(html):
    shown = " ".join(Tags(html).text.split())
    assert "no text collect not counted 3 scan.pdf holds pictures and no text" in shown
    assert "Composed Agency, news feed failed 41 11 February 2025" in shown
    assert "Composed Agency, speeches feed not asked yet 0 none" in shown


def test_the_model_is_told_with_its_interval(html):
    shown = " ".join(Tags(html).text.split())
    assert "Macro-F1 0.71 (0.68 to 0.74, 95 % interval), calibration error 0.04" in shown
    assert "cross-validation on the model's own 1,450 examples" in shown
    assert "zh 0.69 n 250" in shown


def test_the_shifts_of_the_week_stand_first_with_the_stories_that_moved_them_and_their_links(html):
    tags = Tags(html)
    shown = " ".join(tags.text.split())
    told = "US · crypto-assets, official: +0.41 (0.22 to 0.60) monitor, q 0.031, not corrected"
    assert shown.index("Shifts of the week") < shown.index(told) < shown.index("Balance of supportive and restrictive")
    assert "+0.050: 2 March 2025, Composed notice number 1 (www.agency.example), Composed Gazette" in shown
    assert "https://www.agency.example/notices/2" in {link["href"] for link in tags.of("a")}


def test_a_week_without_shift_says_so_and_one_that_is_not_over_that_it_is_not(moved):
    assert "No shift larger than chance in the week." in page.render(moved())
    running = page.render(moved(is_over=False))
    assert "The week is not over" in running and "No shift" not in running


def test_the_corrected_balance_stands_beside_the_uncorrected_one_or_why_there_is_none(edition, points):
    ends = dict(zip(("corrected_balance", "corrected_balance_low", "corrected_balance_high"), (0.4, 0.1, 0.8), strict=True))
    row = points("US", "crypto_assets", "official", WEEK_ON, (0.62, 0.41, 0.80), 34) | {"is_fragile": True}
    shown = " ".join(Tags(page.render(edition([row | ends | {"corrected_reason": None}]))).text.split())
    assert "official +0.62 (0.41 to 0.80), fragile; corrected +0.40 (0.10 to 0.80); 34 statements" in shown
    assert "+0.62 (0.41 to 0.80), fragile, corrected +0.40 (0.10 to 0.80), n 34" in shown
    shown = " ".join(Tags(page.render(edition([row]))).text.split())
    assert "fragile; not corrected: too few statements audited by people; 34 statements" in shown
    assert "+0.62 (0.41 to 0.80), fragile, n 34" in shown


def test_the_gap_of_official_to_press_is_told_where_there_is_one(html, moved):
    shown = " ".join(Tags(html).text.split())
    assert "US · crypto-assets +0.14 (−0.10 to 0.40) too few statements audited by people" in shown
    assert "Official against press" not in page.render(moved())


def test_the_declared_weights_are_printed(html):
    shown = " ".join(Tags(html).text.split())
    assert "How much a statement counts: who speaks times what it is Who speaks head 1, member 0.5" in shown


def test_a_quiet_week_has_no_empty_chart(edition, points):
    html = page.render(edition([points("US", "fintech", "official", WEEK_ON, None, 4)]))
    assert "too few stories, 4 statements in 13 weeks" in html
    assert "plotly" not in html and "figure" not in [attributes.get("class") for attributes in Tags(html).of("script")]


def test_an_empty_database_gives_a_page(empty_edition):
    shown = " ".join(Tags(page.render(empty_edition)).text.split())
    assert "No documents yet: nothing has been collected" in shown
    assert "No model has been fitted yet." in shown
    assert "Nothing was rejected." in shown


def test_there_is_no_clock_and_no_path_in_the_page(html):
    assert not re.search(r"\d{2}:\d{2}:\d{2}", html)
    assert str(Path(page.__file__).parents[2]) not in html
