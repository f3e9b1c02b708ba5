from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from analysis.collect.duplicates.decide import Compared, decide
from analysis.collect.duplicates.event import Closeness

DAY = date(2025, 3, 3)
TEXT = (
    "The council opened a register for operators of large computing centres on Monday. Operators must say how much power "
    "each hall draws and where its cooling water comes from. Small firms may hand in a short form instead, and those that "
    "run a centre for a university need not pay the yearly fee. The register will be public, apart from the addresses of "
    "halls that serve hospitals. A first report on what it shows is due next spring, the council said."
)
OWN_WORDS = (
    "Anyone who runs big server halls will soon have to tell the state about electricity and water. Critics had asked for "
    "limits on both, while lobby groups call the paperwork a burden that drives investment abroad. What the data will be "
    "used for remains open, although several members hinted at a levy. Universities are let off lightly under the plan."
)
STATEMENT = (
    "At its meeting on {day} March 2025 the committee decided to keep the base rate at {rate} percent. Inflation has eased "
    "but remains above the aim. The committee will watch incoming data on wages and on the prices of energy closely. It is "
    "prepared to act as needed so that inflation returns to the aim in the medium term. Members voted unanimously."
)
NOTICE = (
    "各地主管部门和有关单位应当认真组织申报工作，对申报材料的真实性进行审核，并按照要求出具推荐意见。申报单位应当具备独立法人资格，"
    "经营状况良好，近三年内没有发生重大安全事故。请于{year}年6月30日前将推荐函和申报材料一式两份寄送至联系单位，逾期不予受理。"
    "评审工作由专家委员会负责，结果将在网站上公示七天，公示无异议后予以公布并授予称号，有效期三年，期满后重新评定。"
)
NAVIGATION = (
    "Subscribe now to read on. Choose a plan that suits you and cancel at any time. Our newsroom brings reports, letters and "
    "puzzles every morning. Already a member? Sign in with your mail address or ask the desk for help. Gift cards and offers "
    "for schools are found in the shop. All rights reserved by the house, reprints only with its leave."
)


def of(
    publisher: str | None = None,
    days: int | None = 0,
    text: str = TEXT,
    title: str | None = "Register of centres opens",
    **more,
):
    return Compared(text, title, publisher, published_on=None if days is None else DAY + timedelta(days=days), **more)


def layers(one: Compared, other: Compared) -> set:
    """The layer found, in both orders."""
    return {decide(one, other).layer, decide(other, one).layer}


def test_a_text_that_is_only_typeset_otherwise_is_a_copy():
    other = TEXT.replace(". ", ".\n\n").replace("The", "THE").replace(",", "\u00a0,")
    assert layers(of("Paper"), of("Journal", 4, other, "REGISTER OF CENTRES OPENS")) == {"copy"}
    assert "word for word" in decide(of("Paper"), of("Journal", 4, other)).reason


def test_a_copy_under_another_headline_is_one_if_the_text_tells_of_both():
    assert layers(of("Paper"), of("Journal", title="Council: operators must tell of cooling water")) == {"copy"}
    stub = decide(
        of("Paper", text=NAVIGATION, title="Chip exports fall"), of("Paper", text=NAVIGATION, title="Court backs lender")
    )
    assert (stub.layer, stub.is_blocked) == (None, True)
    assert "under two titles" in stub.reason


def test_the_same_text_under_titles_of_two_years_is_two():
    assert layers(of("Office", title="Call for pilots 2024"), of("Office", title="Call for pilots 2025")) == {None}


@pytest.mark.parametrize("edit", [0.9, 0.7, 0.5])
def test_a_syndicated_text_is_one_also_when_another_publisher_cuts_it_and_adds_to_it(edit):
    kept = " ".join(TEXT.split()[: int(len(TEXT.split()) * edit)])
    assert layers(of("Paper"), of("Journal", 1, f"{kept} {OWN_WORDS[:200]}")) == {"text"}


def test_one_subject_in_own_words_is_two_texts():
    decision = decide(of("Paper"), of("Journal", 0, OWN_WORDS))
    assert decision.layer is None and "own words" in decision.reason


def test_a_syndicated_text_of_another_month_is_none():
    half = " ".join(TEXT.split()[:40]) + OWN_WORDS
    assert layers(of("Paper"), of("Journal", 3, half)) == {"text"}
    assert layers(of("Paper"), of("Journal", 20, half)) == {None}
    assert layers(of("Paper"), of("Journal", 20, TEXT + " So it was.")) == {"text"}
    assert layers(of("Paper"), of("Journal", 45, TEXT + " So it was.")) == {None}


def test_a_piece_of_a_roundup_is_not_the_roundup():
    roundup = f"{OWN_WORDS} {TEXT} {NAVIGATION} {STATEMENT.format(day=3, rate='4.25')}"
    assert layers(of("Paper"), of("Journal", 0, roundup, "The week in short: levies and rates")) == {None}
    assert layers(of("Paper"), of("Journal", 0, roundup, "Register of large computing centres opens")) == {"text"}


@pytest.mark.parametrize("publishers", [("Bank", "Bank"), (None, None)])
def test_consecutive_statements_of_one_template_are_two(publishers):
    one = of(publishers[0], 0, STATEMENT.format(day=3, rate="4.25"), "Decision on rates")
    for days, text in ((42, STATEMENT.format(day=3, rate="4.25") + " Thanks."), (1, STATEMENT.format(day=4, rate="4.50"))):
        decision = decide(one, of(publishers[1], days, text, "Decision on rates"))
        assert (decision.layer, decision.is_blocked) == (None, True)
    assert "42 days apart" in decide(one, of(publishers[1], 42, one.text + " Thanks.", "Decision on rates")).reason


def test_a_number_that_differs_in_equal_text_tells_two_statements_apart():
    one, other = (of("Bank", None, STATEMENT.format(day=3, rate=rate), "Decision on rates") for rate in ("4.25", "4.50"))
    assert "4.25 and 4.50" in decide(one, other).reason
    assert decide(one, other).is_blocked


def test_recurring_notices_are_two_by_the_year_in_title_or_text():
    one, other = (of(None, None, NOTICE.format(year=year), f"关于组织推荐{year}年示范企业的通知") for year in (2023, 2024))
    assert layers(one, other) == {None}
    untitled = [replace(notice, title="关于组织推荐示范企业的通知") for notice in (one, other)]
    assert "365 days apart" in decide(*untitled).reason.replace("366", "365")


def test_a_notice_published_anew_some_days_later_is_one():
    one = of("Office", 0, "发布日期：2023-02-17\n" + NOTICE.format(year=2023), "关于组织推荐示范企业的通知")
    other = of("Office", 14, "发布日期：2023-02-20\n附件\n" + NOTICE.format(year=2023), "关于组织推荐示范企业的通知")
    assert layers(one, other) == {"text"}
    assert layers(replace(one, publisher=None), replace(other, publisher=None, title="关于组织推荐示范企业")) == {"text"}


def test_notices_under_two_numbers_are_two():
    one, other = (
        of(None, None, f"某函〔2023〕{number}号\n" + NOTICE.format(year=2023), "关于推荐的通知一览") for number in (6, 17)
    )
    assert "different numbers" in decide(one, other).reason


def test_a_forwarding_notice_stays_apart_and_says_so():
    title = "关于组织推荐示范企业的通知"
    one, other = of(None, None, NOTICE, title), of(None, None, "请遵照执行。" + NOTICE, f"省政府转发{title}")
    assert decide(one, other).layer is None
    assert "one forwards the other" in decide(one, other).reason


def test_articles_of_one_publisher_cut_to_the_same_page_are_two():
    one = of("Paper", 0, f"Chip exports fell again. {NAVIGATION}", "Chip exports fall for a third month")
    other = of("Paper", 1, f"A court sided with a lender. {NAVIGATION}", "Court backs online lender in fee dispute")
    assert (decide(one, other).layer, decide(one, other).is_blocked) == (None, True)
    assert decide(replace(one, publisher="Sister paper"), other).layer is None


def test_what_an_address_gives_again_is_one_unless_another_statement_stands_there():
    here = of("Bank", 0, address="https://bank.example/latest")
    assert layers(here, replace(here, title="Other words", published_on=DAY + timedelta(days=9), text=TEXT + " Mended.")) == {
        "text"
    }
    assert layers(here, replace(here, text=OWN_WORDS)) == {None}
    assert layers(here, replace(here, published_on=DAY + timedelta(days=45), text=TEXT + " Mended.")) == {None}


def test_a_publisher_is_known_by_its_host_too():
    one = of(None, 0, address="https://www.paper.example/a")
    other = of(None, 0, TEXT + " More to come.", "Council wants to know of water", address="https://m.paper.example/b")
    assert "of one publisher" in decide(one, other).reason


def test_paragraphs_that_recur_count_for_nothing():
    one = of("Paper", 0, f"Chip exports fell again.\n{NAVIGATION}", "A page", own_text="Chip exports fell again.")
    other = of("Paper", 0, f"A court sided with a lender.\n{NAVIGATION}", "A page", own_text="A court sided with a lender.")
    assert "own words: 0%" in decide(one, other).reason


class TestEvent:
    NEAR, FAR = Closeness(0.8, 0.75), Closeness(0.8, 0.4)

    def test_two_publishers_that_mean_the_same_on_the_same_days_tell_one_event(self):
        one, other = of("Paper"), of("Journal", 3, OWN_WORDS)
        decision = decide(one, other, lambda: self.NEAR)
        assert (decision.layer, decision.strength) == ("event", pytest.approx(0.775))
        assert "within 72 hours" in decision.reason
        assert decide(one, other, lambda: self.FAR).layer is None
        assert decide(one, other).layer is None

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (of("Paper"), of("Journal", 4, OWN_WORDS)),
            (of("Paper"), of("Journal", None, OWN_WORDS)),
            (of("Paper"), of("Paper", 0, OWN_WORDS)),
            (of("Paper"), of(None, 0, OWN_WORDS)),
            (of("Bank", is_official=True), of("Office", 0, OWN_WORDS, is_official=True)),
            (of("Paper", title="Round 3 of talks"), of("Journal", 0, OWN_WORDS, "Round 4 of talks")),
        ],
        ids=["four days", "undated", "one publisher", "publisher unknown", "two authorities", "two rounds"],
    )
    def test_nothing_else_does_and_meaning_is_not_even_asked_for(self, one, other):
        assert decide(one, other, lambda: pytest.fail("asked")).layer is None

    def test_an_article_on_an_official_text_tells_its_event(self):
        assert decide(of("Bank", is_official=True), of("Paper", 0, OWN_WORDS), lambda: self.NEAR).layer == "event"
