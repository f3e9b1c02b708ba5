from __future__ import annotations

import time

import pytest

from analysis.statements.jurisdiction import Place, government_named, government_of, jurisdiction


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("en", "Dutch regulators opened a case against the firm.", Place("NL", "country")),
        ("en", "The firm breached the GDPR.", Place("EU", "law")),
        ("en", "Member states must apply it within a year.", Place("EU", "organ")),
        ("en", "A governor in Texas signed it.", Place("US", "place")),
        ("en", "The fine is worth £5m.", Place("GB", "place")),
        ("en", "France said on Monday that the rule is needed in Spain.", Place("FR", "country")),
        ("en", "Chinese retailers were fined by the European Commission.", Place("EU", "organ")),
        ("fr", "L’article L. 511-1 du code monétaire et financier s’applique.", Place("FR", "law")),
        ("fr", "La justice américaine a tranché.", Place("US", "country")),
        ("de", "Das Bundesland Hessen fördert das Vorhaben.", Place("DE", "organ")),
        ("de", "Nach § 312 BGB gilt das nicht.", Place("DE", "law")),
        ("de", "Die österreichische Regierung plant ein Gesetz.", Place("AT", "organ")),
        ("es", "El Boletín Oficial del Estado publica la norma.", Place("ES", "law")),
        ("es", "El Gobierno estadounidense prepara aranceles.", Place("US", "country")),
        ("zh", "根据个人信息保护法，处理者应当公开规则。", Place("CN", "law")),
        ("zh", "德国政府正在讨论该法案。", Place("DE", "country")),
    ],
)
def test_what_a_passage_names_tells_the_jurisdiction(language, text, place):
    assert jurisdiction(text, language) == place


def test_the_authority_comes_first_unless_it_belongs_to_no_country():
    assert jurisdiction("Germany praised it.", "en", "fr-cnil") == Place("FR", "authority")
    assert jurisdiction("Germany praised it.", "en", "int-oecd") == Place("DE", "country")


@pytest.mark.parametrize(
    ("language", "code"), [("zh", "CN"), ("de", "DE"), ("fr", "FR"), ("es", "ES"), ("ja", "JP"), ("ko", "KR"), ("it", "IT")]
)
def test_the_language_tells_it_of_a_loose_passage_only_and_only_where_nothing_else_does(language, code):
    assert jurisdiction("…", language, is_loose=True) == Place(code, "language")
    assert jurisdiction("…", language) == Place(None, "none")


def test_english_alone_tells_nothing():
    assert jurisdiction("Prices rose again last year.", "en", is_loose=True) == Place(None, "none")


@pytest.mark.parametrize("text", ["They told us to leave it.", "an indoor rug", "Rossmann", "the mas of rome", "islands"])
def test_no_country_is_found_in_a_pronoun_or_in_a_longer_word(text):
    assert jurisdiction(text, "en") == Place(None, "none")


def test_the_name_of_a_country_in_one_language_is_no_word_of_another():
    assert jurisdiction("Island fördert Rechenzentren.", "de").code == "IS"
    assert jurisdiction("The island has data centres.", "en").code is None


def test_the_same_word_twice_weighs_once():
    assert jurisdiction("Rules of Japan for chips, chips, chips. French, French, French.", "en").code == "JP"


@pytest.mark.parametrize(
    ("code", "body"),
    [("EU", "eu-commission"), ("US", "us-president"), ("CN", "cn-government"), ("FR", "fr-government"), ("XX", None)],
)
def test_a_country_stands_for_its_government(code, body):
    assert government_of(code) == body


@pytest.mark.parametrize(
    ("name", "body"),
    [("Brussels", "eu-commission"), ("EU", "eu-commission"), ("eu", None), ("Acme", None), ("", None), (None, None)],
)
def test_a_capital_or_a_country_as_a_speaker_is_its_government(name, body):
    assert government_named(name) == body


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("France opens a case in Spain.", "FR"),
        ("Firms from France have left, as Spain wanted.", "ES"),
        ("France and later opened cases, Spain fined it.", "ES"),
        ("A case opened by France against Spain.", "FR"),
    ],
)
def test_a_country_that_acts_weighs_more_than_one_where_something_happens(text, code):
    assert jurisdiction(text, "en").code == code


@pytest.mark.parametrize(
    "text",
    [
        "EU " * 100_000,
        "§" * 300_000,
        "中国政府" * 75_000,
        "by the " * 40_000,
        "FTC " * 50_000,
        "FTC said " * 25_000,
        "by the FTC " * 20_000,
    ],
)
def test_a_hostile_text_takes_linear_time(text):
    started = time.process_time()
    jurisdiction(text, "en")
    assert time.process_time() - started < 20
