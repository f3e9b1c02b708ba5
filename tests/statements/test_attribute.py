from __future__ import annotations

import pytest

from analysis.catalogue import Authority
from analysis.statements.attribute import REACH, Attribution, Mention, Names, attribute, fold, is_acronym, known_names
from analysis.statements.split import Passage

BODIES = (
    Authority(
        id="us-ftc", jurisdiction="US", level="regulator", heads=("Lina Khan",),
        names={"en": ("Federal Trade Commission", "FTC"), "fr": ("autorité d'essai",)},
    ),
    Authority(id="us-fed", jurisdiction="US", level="central_bank", names={"en": ("Federal Trade Commission of Banks", "Fed")}),
    Authority(id="cn-samr", jurisdiction="CN", level="regulator", names={"en": ("SAMR",), "zh": ("市场监管总局",)}),
)  # fmt: skip
NAMES = Names(BODIES)


def told(*texts, language="en", publisher=None):
    passages = [Passage(0, len(text), text) for text in texts]
    return attribute(passages, language, publisher, NAMES)


def found(text):
    return [(text[mention.start : mention.end], mention.authority_id) for mention in NAMES.find(text)]


def test_a_named_authority_is_found_where_it_stands():
    text = "Today the FTC and Lina Khan spoke."
    assert NAMES.find(text) == [Mention(10, 13, "us-ftc", "FTC", False), Mention(18, 27, "us-ftc", "Lina Khan", True)]


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


@pytest.mark.parametrize("text", ["L’İstanbul\u00a0ẞ 國家", "", "ﬁ ǅ"])
def test_folding_keeps_every_place(text):
    assert len(fold(text)) == len(text)


def test_folding_is_what_names_are_compared_in():
    assert fold("L’État\u00a0國家") == "l'état 国家"


def test_the_catalogue_is_known():
    assert [mention.authority_id for mention in known_names().find("The European Commission fined it.")] == ["eu-commission"]
    assert attribute([Passage(0, 1, "The CNIL fined it.")], "en", None)[0].authority_id == "fr-cnil"


def test_a_named_authority_comes_first_and_press_without_one_is_nobodys():
    assert told("The FTC sued Acme.", "Prices rose.") == [
        Attribution("us-ftc", "name", None, False),
        Attribution(None, "none", None, False),
    ]


def test_the_head_speaks_for_the_authority_and_is_carried_on_in_quotations():
    named, quoted, general = told(
        "Lina Khan defended the rule.", '"We will not wait for harm," she said.', "The agency said it would act."
    )
    assert named == Attribution("us-ftc", "speaker", "Lina Khan", False)
    assert quoted == Attribution("us-ftc", "context", "Lina Khan", True)
    assert general == Attribution("us-ftc", "context", None, False)


def test_another_authority_does_not_inherit_the_speaker():
    *_, quoted = told("Lina Khan defended the rule.", "SAMR saw it differently.", '"We will wait for better times," it said.')
    assert quoted == Attribution("cn-samr", "context", None, True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The regulator was firm."),
        ("en", "He added that it was late."),
        ("fr", "L’autorité a tranché."),
        ("fr", "Il faut agir, a-t-elle dit."),
        ("de", "Die Behörde war streng."),
        ("de", "Das sei nötig, sagte er."),
        ("es", "El regulador fue firme."),
        ("es", "Según él, es tarde."),
        ("zh", "該部門要求整改。"),
        ("zh", "他表示将加强监管。"),
    ],
)
def test_a_pronoun_or_a_general_noun_carries_the_authority_on(language, text):
    assert told("FTC", text, language=language)[1].authority_id == "us-ftc"
    assert told(text, language=language)[0] == Attribution(None, "none", None, False)


def test_an_unknown_language_carries_on_in_quotations_only():
    _, said, quoted = told("FTC", "Η αρχή ήταν αυστηρή.", "«Θα δράσουμε αμέσως και χωρίς καθυστέρηση»", language="el")
    assert (said.authority_id, quoted.by, quoted.authority_id) == (None, "context", "us-ftc")


def test_an_authority_is_carried_no_further_than_its_reach():
    silence = ["Nothing happened."]
    assert told("The FTC acted.", *silence * (REACH - 1), "The agency spoke.")[-1].authority_id == "us-ftc"
    assert told("The FTC acted.", *silence * REACH, "The agency spoke.")[-1].authority_id is None
    chain = told("The FTC acted.", *["Nothing happened.", "The agency spoke."] * REACH)
    assert chain[-1].by == "context"


def test_an_official_text_speaks_for_its_publisher():
    plain, foreign, own = told("We adopt the rule.", "SAMR disagrees.", "SAMR and the FTC agreed.", publisher="us-ftc")
    assert plain == Attribution("us-ftc", "publisher", None, False)
    assert foreign.authority_id == "cn-samr"
    assert own == Attribution("us-ftc", "name", None, False)


@pytest.mark.parametrize(
    ("text", "is_quotation"),
    [
        ('"We will act at once," it said.', True),
        ("« Nous agirons tout de suite », dit-il.", True),
        ("„Wir werden sofort handeln“, hieß es.", True),
        ("他说：“我们将立即采取有力的监管措施。”", True),
        ("“We will act at once and go on", True),
        ('The "rule" is here.', False),
        ("Nobody is quoted here.", False),
    ],
)
def test_direct_speech_is_flagged(text, is_quotation):
    assert told(text)[0].is_quotation is is_quotation


def test_no_passages_have_no_attributions():
    assert told() == []
