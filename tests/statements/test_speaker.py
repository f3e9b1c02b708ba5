from __future__ import annotations

from datetime import date

import pytest

from analysis.catalogue import Authority
from analysis.statements.attribute import attribute
from analysis.statements.names import Names
from analysis.statements.split import Passage, split


def read(text, language="en", publisher=None):
    """Whose position the statements of a text tell, by which rule, and who speaks, by the names of the catalogue."""
    found = attribute(split(text, language), language, publisher, text=text)
    return [(one.authority_id, one.by, one.speaker) for one in found]


@pytest.mark.parametrize(
    ("language", "text", "authority_id", "speaker"),
    [
        ("en", "“We will act at once,” said Lina Khan, chair of the FTC.", "us-ftc", "Lina Khan"),
        ("en", "FTC Commissioner Ada Muster said that firms must wait.", "us-ftc", "Ada Muster"),
        ("en", "According to the European Commission, the platform broke the law.", "eu-commission", None),
        ("en", "The CNIL: “We will not let this pass again.”", "fr-cnil", None),
        ("en", "The rule, the FTC said, comes too late.", "us-ftc", None),
        ("en", "A spokesperson for the European Commission said talks went on.", "eu-commission", None),
        ("fr", "« Nous agirons tout de suite », a déclaré le président de la CNIL.", "fr-cnil", None),
        ("fr", "Selon la CNIL, la firme a tardé.", "fr-cnil", None),
        ("fr", "Marie-Laure Denis, présidente de la CNIL, a rappelé les règles.", "fr-cnil", "Marie-Laure Denis"),
        ("de", "„Wir werden sofort handeln“, sagte Andreas Mundt am Montag.", "de-bundeskartellamt", "Andreas Mundt"),
        ("de", "Laut Bundeskartellamt ist der Fall offen.", "de-bundeskartellamt", None),
        ("de", "Dem Bundeskartellamt zufolge ist der Fall offen.", "de-bundeskartellamt", None),
        ("de", "Nach Angaben der EU-Kommission läuft das Verfahren.", "eu-commission", None),
        ("de", "Das sei zu spät, so das Bundeskartellamt.", "de-bundeskartellamt", None),
        ("de", "BSI-Präsidentin Claudia Plattner betonte, dass die Lage ernst ist.", "de-bsi", "Claudia Plattner"),
        ("es", "«Vamos a actuar de inmediato», señaló la AEPD.", "es-aepd", None),
        ("es", "Según la CNMV, hay riesgos.", "es-cnmv", None),
        ("es", "En rueda de prensa afirmó la AEPD que habrá multas.", "es-aepd", None),
        ("zh", "中国证监会主席吴清在发布会上表示，将支持企业。", "cn-csrc", "Wu Qing"),
        ("zh", "“我们将继续推进改革。”工信部指出。", "cn-miit", None),
        ("zh", "据工信部介绍，今年将出台新政。", "cn-miit", None),
        ("zh", "在回答提问时，工信部强调，要加强管理。", "cn-miit", None),
    ],
)
def test_a_speaker_is_tied_to_the_authority(language, text, authority_id, speaker):
    found = read(text, language)
    assert {one[0] for one in found} == {authority_id}
    assert found[0][2] == speaker


@pytest.mark.parametrize(
    ("language", "text", "speaker"),
    [
        ("en", "“This FTC complaint is wrong and harms users,” said Tim Cook of Apple.", "Tim Cook"),
        ("en", "Acme said it would fight the CNIL.", "Acme"),
        ("en", "Analysts said the FTC went too far.", "Analysts"),
        ("en", "Former FTC chair Lina Khan said it came too late.", "Lina Khan"),
        ("fr", "« La CNIL se trompe sur toute la ligne », a affirmé Jeanne Dupont, avocate de la firme.", "Jeanne Dupont"),
        ("fr", "Selon Acme, la décision de la CNIL est infondée.", "Acme"),
        ("de", "„Das Bundeskartellamt irrt in der Sache“, sagte Verbandschef Max Muster.", "Max Muster"),
        ("de", "Der Branchenverband kritisierte die EU-Kommission.", "Der Branchenverband"),
        ("es", "«La AEPD se equivoca de principio a fin», dijo Ana Muestra, abogada de la firma.", "Ana Muestra"),
        ("es", "Acme dijo que recurrirá la multa de la AEPD.", "Acme"),
        ("zh", "专家认为，工信部的规定过严。", "专家"),
        ("zh", "某公司发言人表示，将对市场监管总局的处罚提起上诉。", "某公司发言人"),
    ],
)
def test_a_firm_a_lobby_or_an_expert_is_a_speaker_and_no_authority(language, text, speaker):
    assert read(text, language) == [(None, "none", speaker)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Acme said the FTC has gone too far."),
        ("en", "According to Acme, the FTC has closed its probe."),
        ("fr", "Selon Acme, la CNIL a classé le dossier."),
        ("de", "Acme erklärte, das Bundeskartellamt hat das Verfahren eingestellt."),
        ("es", "Según Acme, la CNMC abrió un expediente."),
    ],
)
def test_an_act_that_only_a_firm_tells_is_nobodys(language, text):
    assert read(text, language) == [(None, "none", "Acme")]


def test_an_act_told_before_the_firm_speaks_is_the_bodys():
    assert read("The rule was adopted by the FTC in May, Acme said.")[0][0] == "us-ftc"


@pytest.mark.parametrize(
    ("language", "text", "person"),
    [
        (
            "en",
            "The FTC sued Acme. Acme chief executive Ada Muster was not pleased. “We will fight it,” she said.",
            "Ada Muster",
        ),
        ("en", "The FTC sued Acme. Acme president Ada Muster was not pleased. “We will fight it,” she said.", "Ada Muster"),
        ("fr", "La CNIL a agi. Le directeur de Acme, Jean Essai, s’est dit surpris. Acme ira loin, a-t-il dit.", "Jean Essai"),
        ("de", "Die BaFin griff ein. Gründerin Eva Muster war empört. „Wir klagen dagegen“, sagte sie.", "Eva Muster"),
        ("es", "La CNMC actuó. El fundador de Acme, Juan Muestra, rechazó la multa. «Es injusta», afirmó.", "Juan Muestra"),
    ],
)
def test_a_pronoun_means_the_person_of_a_firm_named_in_between_and_not_the_authority(language, text, person):
    assert read(text, language)[-1] == (None, "none", person)


@pytest.mark.parametrize(
    "text",
    [
        "Lina Khan said it is late. Some experts are wary. She added that a rule will come.",
        "Lina Khan said it is late. The company is large. She added that a rule will come.",
        "Lina Khan said it is late. The head of the agency, Ada Muster, was ill. She added that a rule will come.",
        "Lina Khan said it is late. A “founder Ada Muster” was made up. She added that a rule will come.",
    ],
)
def test_a_firm_or_a_crowd_in_between_takes_no_pronoun_from_the_person_who_spoke(text):
    assert read(text)[-1] == ("us-ftc", "pronoun", "Lina Khan")


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The FTC went too far, said Ada Muster of Acme.", "Ada Muster"),
        ("The FTC went too far, said Ada Muster on Monday.", "Ada Muster"),
        ("Ada Muster: “The FTC went too far this time.”", "Ada Muster"),
    ],
)
def test_who_stands_behind_an_english_verb_or_before_a_colon_speaks(text, speaker):
    assert read(text) == [(None, "none", speaker)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Das Unternehmen kündigte Widerspruch an.", "Das Unternehmen"),
        ("„Wir halten uns an das Recht“, teilte der Konzern mit.", "der Konzern"),
        ("Das sagte Max Muster.", "Max Muster"),
        ("Am Montag sagte Max Muster, es eile.", "Max Muster"),
    ],
)
def test_a_german_subject_is_whole_and_no_object_of_its_verb(text, speaker):
    assert read(text, "de")[0][1:] == ("none", speaker)


def test_a_german_body_with_its_article_is_no_speaker_by_its_object():
    assert read("Das Bundeskartellamt kündigte Schritte an.", "de") == [("de-bundeskartellamt", "name", None)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We will appeal at once,” said Acme founder Ada Muster.", "Ada Muster"),
        ("“We will appeal at once,” Acme’s lawyer Ada Muster said.", "Ada Muster"),
        ("“We will appeal at once,” said Acme.", "Acme"),
    ],
)
def test_the_person_is_the_speaker_where_the_firm_stands_before(text, speaker):
    assert read(text)[0] == (None, "none", speaker)


def test_a_pronoun_reaches_beyond_its_paragraph_only_where_the_next_begins_with_it():
    first = "The FTC said it would act.\n"
    assert read(f"{first}He added that fines may follow.", "en")[1][:2] == ("us-ftc", "pronoun")
    assert read(f"{first}In Ohio, prices rose, he said.", "en")[1][0] is None
    assert read(f"{first}“Nobody will be left alone in this.”", "en")[1][:2] == ("us-ftc", "quotation")
    assert read(f"{first}Prices rose. “Nobody will be left alone in this.”", "en")[2][0] is None


def test_a_surname_names_the_person_after_the_full_name():
    text = "FTC Commissioner Ada Muster said the rule is late.\nMuster warned that firms must comply.\nMuster will act."
    assert read(text) == [
        ("us-ftc", "office", "Ada Muster"),
        ("us-ftc", "holder", "Ada Muster"),
        ("us-ftc", "holder", "Ada Muster"),
    ]
    assert read("Muster warned that firms must comply.")[0] == (None, "none", "Muster")
    assert read("Tim Cook of Acme spoke. “The FTC is wrong on this,” Cook said.")[1][0] is None


def test_a_title_before_a_surname_names_the_office_holder():
    names = Names(
        (
            Authority(
                id="de-digital",
                jurisdiction="DE",
                level="ministry",
                names={"en": ("digital ministry",)},
                office=(
                    {
                        "id": "de-digital-minister",
                        "rank": "head",
                        "title": {"de": ("Digitalminister",)},
                        "holder": ({"names": ("Karl Probe",), "since": date(2025, 5, 6)},),
                    },
                ),
            ),
        )
    )
    text = "Minister Probe sagte, dass gehandelt wird."
    passages = [Passage(0, len(text), text)]
    [found] = attribute(passages, "de", None, names)
    assert (found.authority_id, found.office_id, found.speaker) == ("de-digital", "de-digital-minister", "Karl Probe")
    assert attribute(passages, "de", None, names, day=date(2024, 1, 1))[0].authority_id is None


@pytest.mark.parametrize(
    ("language", "text", "authority_id"),
    [
        ("en", "Brussels wants to act against the firm.", "eu-commission"),
        ("en", "The fine was imposed by the European Union.", "eu-commission"),
        ("en", "Beijing said it would answer.", "cn-government"),
        ("en", "China said no.", "cn-government"),
        ("fr", "Bruxelles ouvre une enquête.", "eu-commission"),
        ("de", "Brüssel prüft den Fall.", "eu-commission"),
        ("es", "Bruselas investiga el caso.", "eu-commission"),
        ("zh", "欧盟决定对该公司罚款。", "eu-commission"),
    ],
)
def test_a_capital_or_a_union_that_acts_stands_for_its_government(language, text, authority_id):
    assert read(text, language) == [(authority_id, "name", None)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Offices in Berlin will close."),
        ("en", "Firms from China have protested."),
        ("en", "Watchdogs across the EU have looked into it."),
        ("en", "It was banned in Italy and later opened again."),
        ("en", "The rule is EU-only and has been around."),
        ("fr", "Les entreprises de Chine ont protesté."),
        ("de", "In Berlin hat die Firma ein Büro eröffnet."),
        ("es", "En Madrid ha abierto una tienda."),
        ("zh", "在日本宣布上市的公司股价上涨。"),
    ],
)
def test_a_country_or_a_capital_where_something_happens_stands_for_nobody(language, text):
    assert read(text, language) == [(None, "none", None)]
