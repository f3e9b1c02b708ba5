from __future__ import annotations

import pytest

from analysis.catalogue import Authority
from analysis.statements.attribute import (
    REACH,
    Attribution,
    Mention,
    Names,
    attribute,
    fold,
    is_acronym,
    known_names,
)
from analysis.statements.dialogue import Turn
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


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Meta dijo que apelará."),
        ("es", "Meta, dueña de Facebook, dijo que apelará."),
        ("es", "«Vamos a apelar la multa», dijo un portavoz de Meta."),
        ("es", "La empresa afirmó que cumple la ley."),
        ("fr", "Le patron de Meta a-t-il menti ?"),
        ("zh", "阿里巴巴有关负责人说明了情况。"),
        ("zh", "阿里巴巴发言人表示将上诉。"),
        ("zh", "欧洲监管机构另有看法。"),
        ("zh", "公司主席表示将上诉。"),
        ("zh", "其他表示也有。"),
        ("en", "The president of Intel praised it."),
        ("en", "The bank JPMorgan said so."),
        ("en", "It met officials\tReuters knows."),
        ("en", "The president of\u00a0Intel praised it."),
        ("fr", "Le président de Renault a salué la règle."),
        ("fr", "L’agence d’information l’a dit."),
        ("fr", "Le ministre des sports a salué la règle."),
        ("de", "Der Präsident des Verbands lobte sie."),
        ("de", "Die Agentur der Branche lobte sie."),
        ("de", "Das sei gut, so der Minister von Hessen."),
        ("es", "El presidente del banco la elogió."),
        ("es", "La agencia de noticias lo contó."),
    ],
)
def test_the_words_of_another_subject_carry_nothing_on(language, text):
    assert told("FTC", text, language=language)[1] == Attribution(None, "none", None, "«" in text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Dijo que actuará."),
        ("es", "También señaló que actuará."),
        ("es", "«Vamos a actuar de inmediato», dijo."),
        ("es", '"Vamos a actuar de inmediato", añadió.'),
        ("es", "Vamos a actuar —indicó— de inmediato."),
        ("fr", "« Nous agirons tout de suite », a-t-il dit."),
        ("zh", "“我们将立即采取有力措施”，发言人表示。"),
        ("zh", "监管机构要求整改。"),
        ("en", "The president of Intel praised it, the agency said."),
        ("de", "Das sei gut, so der Minister."),
    ],
)
def test_words_without_another_subject_carry_on(language, text):
    assert told("FTC", text, language=language)[1].authority_id == "us-ftc"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", '"The commission will not wait any longer," said Margrethe Vestager.'),
        ("fr", "« La commission va agir tout de suite », a déclaré Margrethe Vestager."),
        ("de", "„Die Kommission wird sofort handeln“, sagte Margrethe Vestager."),
        ("es", "«La comisión va a actuar de inmediato», dijo Margrethe Vestager."),
    ],
)
def test_a_quotation_of_another_person_is_nobodys_nor_are_her_further_words(language, text):
    further = {"en": "she said", "fr": "a-t-elle dit", "de": "sagte sie", "es": "según ella"}[language]
    _, quoted, pronoun = told("FTC", text, f"Oui, {further}.", language=language)
    assert quoted == Attribution(None, "none", None, True)
    assert pronoun == Attribution(None, "none", None, False)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", '"We will not wait any longer," said the commissioner Margrethe Vestager.'),
        ("fr", "« Nous agirons tout de suite », a déclaré la commissaire Margrethe Vestager."),
        ("de", "„Wir werden sofort handeln“, sagte die Kommissarin Margrethe Vestager."),
        ("es", "«Vamos a actuar de inmediato», dijo la comisaria Margrethe Vestager."),
    ],
)
def test_a_person_quoted_with_the_office_speaks_for_the_authority_but_is_not_its_head(language, text):
    assert told("Lina Khan", text, language=language)[1] == Attribution("us-ftc", "context", None, True)


def test_after_another_person_a_named_authority_is_carried_on_again():
    other = '"We shall appeal at once," said Tim Cook.'
    assert [told("FTC", other, *more, "She said no.")[-1].authority_id for more in ([], ["The agency spoke."], ["FTC"])] == [
        None,
        "us-ftc",
        "us-ftc",
    ]


def test_a_general_noun_with_an_owner_carries_on_where_it_is_in_the_name_of_the_authority():
    text = "The Ministry of Commerce said so."
    ministry = Authority(id="cn-mofcom", jurisdiction="CN", level="ministry", names={"en": ("China's Ministry of Commerce",)})
    passages = [Passage(0, 1, words) for words in ("China’s Ministry of Commerce acted.", text, "The Ministry of Sports sat.")]
    assert [one.by for one in attribute(passages, "en", None, Names((ministry,)))] == ["name", "context", "none"]
    assert told("FTC", text)[1].by == "none"


def test_the_head_named_once_is_carried_on_in_french():
    texts = (
        "« Les règles seront claires », a souligné jeudi Wu Qing, "
        "le patron de l’autorité chinoise de régulation des marchés (CSRC).",
        "« Nous irons plus loin encore », a-t-il souligné.",
        "Les règles seront revues, a noté Wu Qing lors d’une conférence.",
    )
    assert attribute([Passage(0, len(text), text) for text in texts], "fr", None) == [
        Attribution("cn-csrc", "speaker", "Wu Qing", True),
        Attribution("cn-csrc", "context", "Wu Qing", True),
        Attribution("cn-csrc", "speaker", "Wu Qing", False),
    ]


def test_of_two_authorities_in_a_passage_the_first_is_kept():
    assert [told("SAMR and the FTC agreed.")[0].authority_id, told("FTC and SAMR agreed.")[0].authority_id] == [
        "cn-samr",
        "us-ftc",
    ]


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
        ("We will act at once and go on”", True),
        ('The agency said: "We will act at once."', True),
        ('"We will act at once and go on', True),
        ('The "rule" is here.', False),
        ('The "gatekeeper" designation applies to six firms', False),
        ('The "gatekeeper" designation and the "very large platform" apply', True),
        ('"Gatekeeper" designation applies to six firms', False),
        ('A screen of 14" width and more is a large one', False),
        ("Nobody is quoted here.", False),
    ],
)
def test_direct_speech_is_flagged(text, is_quotation):
    assert told(text)[0].is_quotation is is_quotation


def test_a_long_text_without_a_closing_mark_is_searched_once():
    # Were it searched to its end from each of its places, this would run for many minutes.
    assert told("word " * 80_000) == [Attribution(None, "none", None, False)]


def test_no_passages_have_no_attributions():
    assert told() == []


def answered(*texts, publisher=None, names=NAMES, **known):
    passages = [Passage(0, len(text), text) for text in texts]
    return attribute(passages, "en", publisher, names, [Turn(0, 9, "answer", **known)] * len(texts))


def test_a_question_is_nobodys_position_whatever_it_names():
    text = "Will the FTC act on what SAMR did, as Lina Khan said?"
    assert attribute([Passage(0, 9, text)], "en", "us-ftc", NAMES, [Turn(0, 9, "question")]) == [
        Attribution(None, "none", None, False)
    ]


def test_an_answer_is_the_position_of_the_publisher_even_where_it_names_another_body():
    assert answered("We saw what SAMR did.", "The FTC will act.", "He said so.", publisher="us-ftc", speaker="A. Muster") == [
        Attribution("us-ftc", "publisher", "A. Muster", False),
        Attribution("us-ftc", "name", "A. Muster", False),
        Attribution("us-ftc", "publisher", "A. Muster", False),
    ]
    assert answered("Lina Khan will act.", publisher="us-ftc") == [Attribution("us-ftc", "speaker", "Lina Khan", False)]


@pytest.mark.parametrize("publisher", [None, "us-ftc"])
def test_an_answer_is_the_position_of_the_body_named_as_answering(publisher):
    [found] = answered("We shall act.", publisher=publisher, speaker="发言人", body="市场监管总局发言人")
    assert found == Attribution("cn-samr", "speaker", "发言人", False)


def test_an_answer_of_nobody_known_is_read_like_press():
    plain, named = answered("We made it.", "The FTC fined us.", speaker="Ada Muster")
    assert (plain, named) == (
        Attribution(None, "none", "Ada Muster", False),
        Attribution("us-ftc", "name", "Ada Muster", False),
    )


def test_a_guest_of_a_parliament_does_not_speak_for_it_nor_for_the_body_of_the_question():
    passages = [Passage(0, 9, text) for text in ("Did the FTC tell you?", "The agency did not.")]
    turns = [Turn(0, 9, "question", answers="guest"), Turn(9, 19, "answer", "Mr. Muster", answers="guest")]
    assert attribute(passages, "en", "us-congress", NAMES, turns)[1] == Attribution(None, "none", "Mr. Muster", False)


def test_a_government_answers_its_parliament_and_a_ministry_in_its_own_name():
    def authority_of(publisher, **known):
        return answered("We shall act.", publisher=publisher, names=known_names(), answers="government", **known)[
            0
        ].authority_id

    assert authority_of("gb-parliament") == "gb-government"
    assert authority_of("eu-parliament") == "eu-commission"
    assert authority_of("us-congress") is None
    assert authority_of("gb-ofcom") == "gb-ofcom"
    assert authority_of(None) is None
    assert authority_of("eu-parliament", body="the European Central Bank") == "eu-ecb"


def test_nothing_is_carried_on_from_one_turn_into_the_next():
    passages = [Passage(0, 9, text) for text in ("The FTC acted.", "The agency was firm.", "The agency was firm.")]
    one, other = Turn(0, 9, "answer"), Turn(9, 20, "answer")
    assert [found.by for found in attribute(passages, "en", None, NAMES, [one, one, other])] == ["name", "context", "none"]
    assert [found.by for found in attribute(passages, "en", None, NAMES, [None, None, one])] == ["name", "context", "none"]
