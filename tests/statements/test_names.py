from __future__ import annotations

from datetime import date

import pytest
from composed_bodies import NAMES

from analysis.catalogue import Authority, Holder, Office
from analysis.statements.names import Mention, Names, Person, fold, is_acronym, known_names, surname_of


def found(text):
    return [(text[mention.start : mention.end], mention.authority_id) for mention in NAMES.find(text)]


def test_a_named_authority_is_found_where_it_stands():
    text = "Today the FTC and Lina Khan spoke."
    assert NAMES.find(text) == [
        Mention(10, 13, "us-ftc", "FTC"),
        Mention(18, 27, "us-ftc", "Lina Khan", "holder", "us-ftc-chair"),
    ]


def test_of_overlapping_names_the_longest_counts():
    assert found("The Federal Trade Commission of Banks met.") == [("Federal Trade Commission of Banks", "us-fed")]
    assert found("The Federal Trade Commission met.") == [("Federal Trade Commission", "us-ftc")]


@pytest.mark.parametrize(
    "text", ["AFTCA met.", "The FTCs met.", "Federated met.", "unFed", "Lina Khanna spoke.", "1FTC", "FTC2"]
)
def test_no_name_is_found_inside_a_longer_word(text):
    assert found(text) == []


def test_an_acronym_must_be_written_in_its_case_and_a_name_need_not():
    assert found("the ftc of it; Ftc") == []
    assert found("FEDERAL TRADE COMMISSION, the FTC's chair") == [("FEDERAL TRADE COMMISSION", "us-ftc"), ("FTC", "us-ftc")]
    assert (is_acronym("FTC"), is_acronym("Fed"), is_acronym("COMMISSION"), is_acronym("市")) == (True, False, False, False)


def test_apostrophes_and_traditional_characters_make_no_other_name():
    assert found("L’autorité d’essai agit.") == [("autorité d’essai", "us-ftc")]
    assert found("市場監管總局發布公告") == [("市場監管總局", "cn-samr")]
    assert found("由市场监管总局SAMR发布") == [("市场监管总局", "cn-samr"), ("SAMR", "cn-samr")]


@pytest.mark.parametrize(
    "text", ["FTC CGM ships goods.", "An FTC filing by Acme", "FTC filings", "FTC Filing", "SAMR Holdings grew.", "SAMR Group"]
)
def test_an_acronym_within_another_name_is_no_mention(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["FTC Sues Acme", "FTC SUES ACME", "The FTC, CGM and others", "FTC AI rules", "FTC CGMs", "FTC filed it", "FTC"]
)
def test_an_acronym_before_another_capital_stays_a_mention(text):
    assert found(text) == [("FTC", "us-ftc")]


def test_no_body_of_the_catalogue_is_found_in_a_shipping_line_or_a_filing():
    assert known_names().find("CMA CGM raised its prices, an SEC filing by Apple shows.") == []


def test_a_written_out_name_may_be_followed_by_anything():
    assert found("A Federal Trade Commission filing") == [("Federal Trade Commission", "us-ftc")]


@pytest.mark.parametrize("text", ["L’İstanbul\u00a0ẞ 國家", "", "ﬁ ǅ"])
def test_folding_keeps_every_place(text):
    assert len(fold(text)) == len(text)


def test_folding_is_what_names_are_compared_in():
    assert fold("L’État\u00a0國家") == "l'état 国家"


TERMS = Names(
    (
        Authority(
            id="fr-economy", jurisdiction="FR", level="ministry", names={"fr": ("ministère de l'Économie",), "en": ("Bercy",)},
            offices=(
                Office(
                    id="fr-economy-minister", rank="head", title={"fr": ("ministre de l'Économie",), "zh": ("经济部长",)},
                    holders=(
                        Holder(names=("Anna de la Tour", "安娜"), since=date(2020, 1, 1), until=date(2022, 5, 20)),
                        Holder(names=("Paul Martin",), since=date(2022, 5, 20)),
                    ),
                ),
            ),
        ),
        Authority(
            id="fr-prosecutor", jurisdiction="FR", level="prosecutor", names={"en": ("Paris prosecutor",)},
            offices=(
                Office(
                    id="fr-prosecutor-head", rank="head", title={},
                    holders=(Holder(names=("Anna de la Tour",), since=date(2022, 6, 1)),),
                ),
            ),
        ),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "authority_id", "office_id"),
    [
        (date(2021, 3, 1), "fr-economy", "fr-economy-minister"),
        (date(2023, 3, 1), "fr-prosecutor", "fr-prosecutor-head"),
        (date(2019, 3, 1), None, None),
        (None, "fr-prosecutor", "fr-prosecutor-head"),
    ],
)
def test_a_person_stands_for_the_office_held_on_the_day(day, authority_id, office_id):
    [mention] = TERMS.find("Anna de la Tour l'a dit.", day)
    assert (mention.authority_id, mention.office_id, mention.kind) == (authority_id, office_id, "holder")


def test_the_title_of_an_office_carries_its_authority():
    assert TERMS.find("Le ministre de l’Économie agit.") == [
        Mention(3, 25, "fr-economy", "ministre de l'Économie", "office", "fr-economy-minister")
    ]
    assert [mention.office_id for mention in TERMS.find("经济部长安娜说", date(2021, 3, 1))] == ["fr-economy-minister"] * 2


@pytest.mark.parametrize(
    "text", ["L’ancien ministre de l’Économie", "former ministre de l'Économie", "前经济部长", "ex-ministre de l'Économie"]
)
def test_who_has_left_an_office_does_not_stand_for_it(text):
    assert [mention.authority_id for mention in TERMS.find(text)] == [None]


def test_a_name_after_a_title_that_was_left_does_not_stand_for_the_office_either():
    assert [mention.authority_id for mention in TERMS.find("l'ancien ministre de l'Économie Paul Martin")] == [None, None]


def test_a_surname_names_the_one_office_holder_who_has_it_on_the_day():
    assert TERMS.titled("de la tour", date(2021, 3, 1)) == Person("Anna de la Tour", "fr-economy", "fr-economy-minister")
    assert TERMS.titled("martin") == Person("Paul Martin", "fr-economy", "fr-economy-minister")
    assert TERMS.titled("martin", date(2021, 3, 1)) is None
    assert TERMS.titled("dupont") is None


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("lina khan", "khan"),
        ("ursula von der leyen", "von der leyen"),
        ("吴清", ""),
        ("lula", ""),
        ("bruno le maire", "le maire"),
    ],
)
def test_a_surname_is_the_last_name_with_its_particles(name, surname):
    assert surname_of(name) == surname


def test_a_name_inside_a_longer_word_hides_none_that_begins_in_it():
    names = Names((Authority(id="xx-one", jurisdiction="", level="regulator", names={"en": ("Er be", "be Firm")}),))
    assert [mention.name for mention in names.find("Plattner be firm")] == ["be Firm"]
