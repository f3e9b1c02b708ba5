"""Acts told in composed passages: every sentence below is invented for the tests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statements.act import TYPES, UNDONE, act
from analysis.tables import ACTS

BODY = {"en": "gb-cma", "fr": "fr-cnil", "de": "de-bundeskartellamt", "es": "es-cnmc", "zh": "cn-samr"}


def told(text, language="en", **known):
    return act(text, language, **{"channel": "press", "authority_id": BODY.get(language, "int-oecd"), **known})


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "The authority fined the app store 30 million pounds on Friday.", "fine"),
        ("en", "The authority opened a formal investigation into two cloud providers.", "probe"),
        ("en", "The authority proposes a rule on the labels of synthetic voices.", "draft"),
        ("en", "The authority published guidance on the use of drones by farmers.", "guidance"),
        ("en", "The authority banned the sale of unlabelled chips.", "rule"),
        ("en", "The authority cleared the merger of the two satellite makers.", "approval"),
        ("en", "The government grants subsidies of ten million pounds for quantum laboratories.", "support"),
        ("fr", "L'autorité a infligé une amende de trois millions d'euros à un éditeur.", "fine"),
        ("fr", "L'autorité a ouvert une enquête sur deux moteurs de recherche.", "probe"),
        ("fr", "Le gouvernement propose un texte sur les drones.", "draft"),
        ("fr", "La commission a publié une recommandation sur les traceurs.", "guidance"),
        ("fr", "Le régulateur interdit la vente de ces appareils.", "rule"),
        ("fr", "Le régulateur autorise le service de paiement.", "approval"),
        ("fr", "L'État subventionne trois usines de puces.", "support"),
        ("de", "Die Behörde verhängte ein Bußgeld gegen den Anbieter.", "fine"),
        ("de", "Die Behörde leitete ein Verfahren gegen zwei Suchdienste ein.", "probe"),
        ("de", "Das Ministerium legte einen Entwurf für Drohnen vor.", "draft"),
        ("de", "Das Amt veröffentlichte eine Orientierungshilfe zu Sprachmodellen.", "guidance"),
        ("de", "Die Behörde untersagt den Verkauf dieser Geräte.", "rule"),
        ("de", "Die Behörde genehmigte den Dienst am Montag.", "approval"),
        ("de", "Der Bund fördert drei Chipfabriken mit einer Milliarde Euro.", "support"),
        ("es", "La autoridad impuso una multa de dos millones a la aplicación.", "fine"),
        ("es", "El regulador abrió una investigación sobre dos buscadores.", "probe"),
        ("es", "El Gobierno propone un texto sobre drones.", "draft"),
        ("es", "La agencia publicó una guía sobre modelos de lenguaje.", "guidance"),
        ("es", "El regulador prohíbe la venta de estos aparatos.", "rule"),
        ("es", "El regulador autoriza el servicio de pago.", "approval"),
        ("es", "El Estado subvenciona tres fábricas de chips.", "support"),
        ("zh", "市场监管部门对该应用处以三百万元罚款。", "fine"),
        ("zh", "主管部门对两家搜索服务立案调查。", "probe"),
        ("zh", "主管部门就无人机规则公开征求意见。", "draft"),
        ("zh", "主管部门印发《语音模型应用指南》。", "guidance"),
        ("zh", "现将《语音模型应用指南》印发给你们。", "guidance"),
        ("zh", "主管部门印发《无人机管理办法》。", "rule"),
        ("zh", "主管部门批准了三款新游戏。", "approval"),
        ("zh", "财政部门对芯片工厂发放补贴。", "support"),
    ],
)
def test_each_type_is_told_in_each_language(language, text, expected):
    assert told(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The authority could fine the app store next year."),
        ("en", "The authority is considering a ban of unlabelled chips."),
        ("en", "The authority will ban unlabelled chips."),
        ("en", "The authority did not open an investigation into the shop."),
        ("fr", "L'autorité pourrait infliger une amende à l'éditeur."),
        ("fr", "L'autorité menace d'interdire la vente de ces appareils."),
        ("de", "Die Behörde könnte ein Bußgeld verhängen."),
        ("de", "Dem Anbieter droht eine Geldstrafe von zwei Millionen."),
        ("es", "La autoridad podría imponer una multa a la aplicación."),
        ("zh", "该应用或将被处以罚款。"),
    ],
)
def test_what_may_come_is_threatened_promised_or_denied_is_no_deed(language, text):
    assert told(text, language) not in TYPES


def test_an_investigation_counts_from_its_announcement_and_a_settlement_from_the_promise_to_pay():
    assert told("The authority will investigate the chat service.") == "probe"
    assert told("The shop will pay two million pounds to settle the charges.") == "fine"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The court annulled the fine of the year before.", "approval"),
        ("The authority closed its investigation into the map service.", "approval"),
        ("The authority revoked the licence of the payment service.", "rule"),
        ("The government lifted the restrictions on drones.", "rule"),
        ("The commission withdrew its proposal on cookies.", "draft"),
    ],
)
def test_taking_back_an_act_is_an_act_of_its_own(text, expected):
    assert told(text) == expected


def test_every_deed_can_be_taken_back_and_is_a_known_act():
    assert set(UNDONE) == set(TYPES)
    assert {*TYPES, *UNDONE.values()} <= set(ACTS)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Google investigates a fault of its map service."),
        ("en", "The company bans employees from the chat service."),
        ("fr", "L'entreprise interdit l'usage de l'outil."),
        ("de", "Das Unternehmen verbietet den Einsatz des Werkzeugs."),
        ("es", "La empresa prohíbe el uso de la herramienta."),
        ("zh", "该公司禁止员工使用此工具。"),
    ],
)
def test_what_a_firm_does_is_no_act(language, text):
    assert told(text, language) not in TYPES
    assert told("The authority fined the shop.", authority_id=None) == "none"


def test_what_is_done_to_a_firm_is_an_act():
    assert told("TikTok banned in one more state.") == "rule"
    assert told("The central bank forbids payments in tokens.") == "rule"


def test_a_turn_decides_before_the_words():
    assert told("We fined the shop.", turn="answer") == "answer"
    assert told("Has the authority fined the shop?", turn="question") == "none"
    assert told("Yes.", turn="answer", authority_id=None) == "answer"


def test_what_is_said_is_a_speech_and_a_deed_that_is_told_in_it_a_deed():
    assert told("The chair said that drones are useful.") == "speech"
    assert told("Drones are useful.", speaker="Ada Example") == "speech"
    assert told("“Drones are useful.”", is_quotation=True) == "speech"
    assert told("The chair said that the authority fined the shop.") == "fine"
    assert told("Drones are useful.") == "none"


def test_the_title_makes_a_speech_of_an_official_text_alone():
    assert told("Drones are useful.", channel="official", title="Speech at the fair") == "speech"
    assert told("Drones are useful.", channel="press", title="Speech at the fair") == "none"
    assert told("Drones are useful.", channel="official", title="Speechless") == "none"
    assert told("Drohnen sind nützlich.", "de", channel="official", title="Rede zur Messe") == "speech"


def test_what_an_official_text_lays_on_others_is_a_rule_and_on_itself_a_speech():
    assert told("Sellers must keep the label for two years.", channel="official") == "rule"
    assert told("Sellers must keep the label for two years.") == "none"
    assert told("We must keep the lead.", channel="official") == "speech"


def test_a_law_that_a_sentence_begins_with_is_a_rule():
    assert told("The law is two years old.") == "rule"
    assert told("Nobody had read the law.") == "none"


def test_what_a_court_says_is_a_ruling():
    assert told("The court said that the label is needed.", authority_id="eu-cjeu") == "rule"
    assert told("The label is needed, said the judge.", authority_id="eu-cjeu", speaker="Ada Example") == "speech"


def test_a_chinese_title_that_is_only_cited_is_no_act_and_the_end_of_a_title_tells_its_type():
    assert told("主管部门按照《无人机管理办法》工作。", "zh") == "none"
    assert told("主管部门印发《芯片补贴资金管理办法》。", "zh") in ("rule", "support")
    assert told("主管部門印發《無人機管理辦法》。", "zh") == "rule"


def test_capitals_and_curved_apostrophes_do_not_matter():
    assert told("THE AUTHORITY FINED THE SHOP.") == "fine"
    assert told("L’autorité a infligé une amende à l’éditeur.", "fr") == "fine"


def test_a_language_without_lists_has_speech_and_none_alone():
    assert told("当局は罰金を科した。", "ja") == "none"
    assert told("当局は罰金を科した。", "ja", speaker="例") == "speech"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.sampled_from([*BODY, "ja"]), st.sampled_from(["official", "press"]))
def test_any_text_has_one_known_act(text, language, channel):
    found = told(text, language, channel=channel)
    assert found in ACTS
    assert found == told(text, language, channel=channel)
