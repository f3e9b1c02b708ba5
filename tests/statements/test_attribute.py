from __future__ import annotations

import time
from datetime import date
from typing import NamedTuple

import pytest
from composed_bodies import NAMES

from analysis.catalogue import Authority
from analysis.statements.attribute import REACH, attribute
from analysis.statements.dialogue import Turn
from analysis.statements.names import Names, known_names
from analysis.statements.split import Passage, split


class Told(NamedTuple):
    authority_id: str | None
    by: str
    speaker: str | None
    is_quotation: bool


def short(attributions):
    return [Told(one.authority_id, one.by, one.speaker, one.is_quotation) for one in attributions]


def told(*texts, language="en", publisher=None):
    passages = [Passage(0, len(text), text) for text in texts]
    return short(attribute(passages, language, publisher, NAMES))


def test_the_catalogue_is_known():
    assert [mention.authority_id for mention in known_names().find("The European Commission fined it.")] == ["eu-commission"]
    assert attribute([Passage(0, 1, "The CNIL fined it.")], "en", None)[0].authority_id == "fr-cnil"


def test_a_named_authority_comes_first_and_press_without_one_is_nobodys():
    assert told("The FTC sued Acme.", "Prices rose.") == [
        Told("us-ftc", "name", None, False),
        Told(None, "none", None, False),
    ]


def test_the_head_speaks_for_the_authority_and_is_carried_on_in_quotations():
    named, quoted, general = told(
        "Lina Khan defended the rule.", '"We will not wait for harm," she said.', "The agency said it would act."
    )
    assert named == Told("us-ftc", "holder", "Lina Khan", False)
    assert quoted == Told("us-ftc", "pronoun", "Lina Khan", True)
    assert general == Told("us-ftc", "noun", None, False)


def test_another_authority_does_not_inherit_the_speaker():
    *_, quoted = told("Lina Khan defended the rule.", "SAMR saw it differently.", '"We will wait for better times," it said.')
    assert quoted == Told("cn-samr", "pronoun", None, True)


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
    assert told(text, language=language)[0] == Told(None, "none", None, False)


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
    spoken = told("FTC", text, language=language)[1]
    assert (spoken.authority_id, spoken.by, spoken.is_quotation) == (None, "none", "«" in text)


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
    assert quoted == Told(None, "none", "Margrethe Vestager", True)
    assert pronoun == Told(None, "none", "Margrethe Vestager", False)


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
    assert told("Lina Khan", text, language=language)[1] == Told("us-ftc", "noun", "Margrethe Vestager", True)


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
    assert [one.by for one in attribute(passages, "en", None, Names((ministry,)))] == ["name", "noun", "none"]
    assert told("FTC", text)[1].by == "none"


def test_the_head_named_once_is_carried_on_in_french():
    texts = (
        "« Les règles seront claires », a souligné jeudi Wu Qing, "
        "le patron de l’autorité chinoise de régulation des marchés (CSRC).",
        "« Nous irons plus loin encore », a-t-il souligné.",
        "Les règles seront revues, a noté Wu Qing lors d’une conférence.",
    )
    assert short(attribute([Passage(0, len(text), text) for text in texts], "fr", None)) == [
        Told("cn-csrc", "holder", "Wu Qing", True),
        Told("cn-csrc", "pronoun", "Wu Qing", True),
        Told("cn-csrc", "holder", "Wu Qing", False),
    ]


def test_of_two_authorities_in_a_passage_the_first_is_kept():
    assert [told("SAMR and the FTC agreed.")[0].authority_id, told("FTC and SAMR agreed.")[0].authority_id] == [
        "cn-samr",
        "us-ftc",
    ]


def test_an_unknown_language_carries_on_in_quotations_only():
    _, said, quoted = told("FTC", "Η αρχή ήταν αυστηρή.", "«Θα δράσουμε αμέσως και χωρίς καθυστέρηση»", language="el")
    assert (said.authority_id, quoted.by, quoted.authority_id) == (None, "quotation", "us-ftc")


def test_an_authority_is_carried_no_further_than_its_reach():
    silence = ["Nothing happened."]
    assert told("The FTC acted.", *silence * (REACH - 1), "The agency spoke.")[-1].authority_id == "us-ftc"
    assert told("The FTC acted.", *silence * REACH, "The agency spoke.")[-1].authority_id is None
    chain = told("The FTC acted.", *["Nothing happened.", "The agency spoke."] * REACH)
    assert chain[-1].by == "noun"


def test_an_official_text_speaks_for_its_publisher():
    plain, foreign, own = told("We adopt the rule.", "SAMR disagrees.", "SAMR and the FTC agreed.", publisher="us-ftc")
    assert plain == Told("us-ftc", "publisher", None, False)
    assert foreign.authority_id == "cn-samr"
    assert own == Told("us-ftc", "name", None, False)


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
    assert told("word " * 80_000) == [Told(None, "none", None, False)]


def test_no_passages_have_no_attributions():
    assert told() == []


def answered(*texts, publisher=None, names=NAMES, **known):
    passages = [Passage(0, len(text), text) for text in texts]
    return short(attribute(passages, "en", publisher, names, [Turn(0, 9, "answer", **known)] * len(texts)))


def test_a_question_is_nobodys_position_whatever_it_names():
    text = "Will the FTC act on what SAMR did, as Lina Khan said?"
    assert short(attribute([Passage(0, 9, text)], "en", "us-ftc", NAMES, [Turn(0, 9, "question")])) == [
        Told(None, "none", None, False)
    ]


def test_an_answer_is_the_position_of_the_publisher_even_where_it_names_another_body():
    assert answered("We saw what SAMR did.", "The FTC will act.", "He said so.", publisher="us-ftc", speaker="A. Muster") == [
        Told("us-ftc", "publisher", "A. Muster", False),
        Told("us-ftc", "name", "A. Muster", False),
        Told("us-ftc", "publisher", "A. Muster", False),
    ]
    assert answered("Lina Khan will act.", publisher="us-ftc") == [Told("us-ftc", "holder", "Lina Khan", False)]


@pytest.mark.parametrize("publisher", [None, "us-ftc"])
def test_an_answer_is_the_position_of_the_body_named_as_answering(publisher):
    [found] = answered("We shall act.", publisher=publisher, speaker="发言人", body="市场监管总局发言人")
    assert found == Told("cn-samr", "turn", "发言人", False)


def test_an_answer_of_nobody_known_is_read_like_press():
    plain, named = answered("We made it.", "The FTC fined us.", speaker="Ada Muster")
    assert (plain, named) == (
        Told(None, "none", "Ada Muster", False),
        Told("us-ftc", "name", "Ada Muster", False),
    )


def test_a_guest_of_a_parliament_does_not_speak_for_it_nor_for_the_body_of_the_question():
    passages = [Passage(0, 9, text) for text in ("Did the FTC tell you?", "The agency did not.")]
    turns = [Turn(0, 9, "question", answers="guest"), Turn(9, 19, "answer", "Mr. Muster", answers="guest")]
    assert short(attribute(passages, "en", "us-congress", NAMES, turns))[1] == Told(None, "none", "Mr. Muster", False)


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
    assert [found.by for found in attribute(passages, "en", None, NAMES, [one, one, other])] == ["name", "noun", "none"]
    assert [found.by for found in attribute(passages, "en", None, NAMES, [None, None, one])] == ["name", "noun", "none"]


def read(text, language="en", publisher=None, day=None):
    """The statements of a text of the press, by the names of the catalogue."""
    passages = split(text, language)
    return attribute(passages, language, publisher, text=text, day=day)


def known(attributions):
    return [(one.authority_id, one.by, one.speaker) for one in attributions]


def test_in_an_official_text_another_is_quoted_and_a_firms_words_without_marks_are_the_publishers():
    quoted, told_of = read("“We did nothing wrong at all,” said Acme.\nAcme told its users that it was safe.", "en", "us-ftc")
    assert (quoted.authority_id, quoted.speaker) == (None, "Acme")
    assert (told_of.authority_id, told_of.by) == ("us-ftc", "publisher")


def test_another_authority_that_acts_or_speaks_in_an_official_text_is_the_one():
    assert [one.authority_id for one in read("The CNIL fined Acme. We welcome the CNIL report.", "en", "us-ftc")] == [
        "fr-cnil",
        "us-ftc",
    ]


@pytest.mark.parametrize(
    ("language", "text", "ways"),
    [
        ("en", "“We will act. We shall not wait. The law is clear,” the FTC said.", ["name"]),
        ("en", "The FTC acted. “We will act and we will not wait,” it said.", ["name", "pronoun"]),
        ("fr", "« Nous agirons tout de suite.\nRien ne nous arrêtera », a dit la CNIL.", ["quotation", "name"]),
        ("de", "Das Bundeskartellamt sagte, das gelte für alle. Das sei überfällig.", ["name", "report"]),
        (
            "es",
            "«Vamos a actuar de inmediato.\nNo esperaremos más», dijo la AEPD. Añadió que habrá multas.",
            ["quotation", "name", "pronoun"],
        ),
        ("zh", "工信部表示，将加强管理。该部门强调，要抓好落实。", ["name", "noun"]),
        ("zh", "“我们将采取必要措施。”商务部说。", ["quotation", "name"]),
    ],
)
def test_the_speaker_is_carried_over_the_sentences_of_a_paragraph(language, text, ways):
    found = read(text, language)
    assert len({one.authority_id for one in found}) == 1 and found[0].authority_id
    assert [one.by for one in found][-len(ways) :] == ways


def test_who_speaks_is_read_by_the_day_of_the_document():
    terms = {"since": date(2021, 6, 15), "until": date(2025, 1, 20)}
    names = Names(
        (
            Authority(
                id="us-ftc", jurisdiction="US", level="regulator", names={"en": ("FTC",)},
                office=({"id": "us-ftc-chair", "rank": "head", "title": {}, "holder": ({"names": ("Lina Khan",), **terms},)},),
            ),
        )
    )  # fmt: skip
    passages = [Passage(0, 30, "Lina Khan said it is too late.")]
    [held], [left] = (attribute(passages, "en", None, names, day=day) for day in (date(2023, 1, 1), date(2025, 6, 1)))
    assert (held.authority_id, held.by, held.office_id) == ("us-ftc", "holder", "us-ftc-chair")
    assert (left.authority_id, left.by, left.speaker) == (None, "none", "Lina Khan")


def test_the_place_of_a_quotation_is_told_in_the_document():
    text = "Prices rose.\nThe FTC said: “We will act at once.” Nothing more."
    found = read(text)[1]
    assert text[found.quote_start : found.quote_end] == "We will act at once."
    assert read(text)[0].quote_start is None


@pytest.mark.parametrize("text", ['"' * 90_000, "«" * 90_000, "said the " * 10_000, "，表示" * 20_000, "He said, " * 10_000])
def test_hostile_texts_take_linear_time(text):
    started = time.process_time()
    for language in ("fr", "zh"):
        read(text, language)
    assert time.process_time() - started < 30
