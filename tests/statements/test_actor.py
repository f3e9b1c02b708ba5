from __future__ import annotations

import pytest

from analysis.statements.actor import ACTING, acting
from analysis.statements.names import fold, known_names
from analysis.statements.quotation import find_quotations
from analysis.statements.scene import Scene
from analysis.statements.speech import speeches


def actor(text, language, publisher_id=None):
    folded = fold(text)
    [parts] = find_quotations([text], language)
    scene = Scene(text, folded, known_names().find(text), speeches()[language].tokens(folded), parts)
    mention, score = acting(scene, publisher_id)
    return mention.authority_id if mention else None, score


@pytest.mark.parametrize(
    ("language", "text", "authority_id"),
    [
        ("en", "After talks with the CNIL, the FTC fined the firm.", "us-ftc"),
        ("en", "The CNIL was told that Acme was sued by the FTC.", "us-ftc"),
        ("fr", "Saisie par un plaignant contre la FTC, la CNIL a ouvert une enquête.", "fr-cnil"),
        ("fr", "Le recours contre la CNIL fut rejeté par la Commission européenne.", "eu-commission"),
        ("de", "Nach der CNIL hat das Bundeskartellamt ein Verfahren eröffnet.", "de-bundeskartellamt"),
        ("de", "Das Verbot wurde vom Bundeskartellamt verhängt, nicht von Meta.", "de-bundeskartellamt"),
        ("es", "Tras la queja contra la CNIL, la AEPD abrió una investigación.", "es-aepd"),
        ("es", "La multa contra Acme fue impuesta por la AEPD.", "es-aepd"),
        ("zh", "根据国务院部署，工信部决定开展试点。", "cn-miit"),
        ("zh", "该公司被市场监管总局处罚。", "cn-samr"),
    ],
)
def test_the_subject_of_a_verb_or_the_agent_of_a_passive_one_acts(language, text, authority_id):
    assert actor(text, language)[0] == authority_id
    assert actor(text, language)[1] >= ACTING


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Acme filed a complaint against the FTC."),
        ("en", "Lawmakers asked the FTC to act."),
        ("en", "The FTC was sued by Acme."),
        ("fr", "Acme a déposé plainte contre la CNIL."),
        ("fr", "Les élus ont demandé à la CNIL de trancher."),
        ("de", "Acme klagt gegen das Bundeskartellamt."),
        ("de", "Der Verband fordert die EU-Kommission auf, zu handeln."),
        ("es", "Acme recurre contra la AEPD."),
        ("es", "La patronal pidió a la AEPD más tiempo."),
        ("zh", "该公司起诉市场监管总局。"),
        ("zh", "为贯彻落实国务院部署，现公布名单。"),
        ("zh", "依据《国务院关于加强管理的通知》，现公布名单。"),
    ],
)
def test_who_is_only_acted_upon_does_not_act(language, text):
    assert actor(text, language)[1] < 0


def test_bodies_named_in_one_breath_act_together_and_the_first_leads():
    assert actor("工信部、商务部、科技部决定开展试点。", "zh") == ("cn-miit", ACTING)


def test_the_publisher_leads_where_two_do_the_same():
    assert actor("SEC and FTC agreed.", "en", "us-ftc")[0] == "us-ftc"
    assert actor("SEC and FTC agreed.", "en")[0] == "us-sec"


def test_a_body_named_in_direct_speech_comes_after_one_outside():
    assert actor("“The CNIL has said a lot of things,” the FTC said.", "en")[0] == "us-ftc"


def test_a_subject_is_acted_upon_only_where_the_agent_is_near():
    assert actor("The FTC was told of the rule in a letter that somebody sent it early in May by Acme.", "en")[1] >= 0


def test_no_name_is_no_actor():
    assert actor("Prices rose.", "en") == (None, 0)
