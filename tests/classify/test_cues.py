from __future__ import annotations

import tomllib

import numpy as np
import pytest

from analysis.classify import cues
from analysis.classify.lexicon import alternatives

TABLES = {
    language: tomllib.loads((cues.FOLDER / f"{language}.toml").read_text(encoding="utf-8")) for language in cues.LANGUAGES
}


def counted(text, language="en"):
    """Return the cue numbers of a text that are not zero."""
    numbers = cues.cue_features(text, language)
    return {name: float(number) for name, number in zip(cues.feature_names(), numbers, strict=True) if number}


@pytest.mark.parametrize("language", cues.LANGUAGES)
def test_all_languages_have_the_same_groups(language):
    assert [f"{table}.{group}" for table, groups in TABLES[language].items() for group in groups] == list(cues.groups())
    assert all(forms for groups in TABLES[language].values() for forms in groups.values())


def test_every_number_has_its_own_name():
    names = cues.feature_names()
    assert len(set(names)) == len(names) == len(cues.cue_features("", "en"))
    assert tuple(names[: len(cues.groups())]) == cues.groups()


def test_cues_are_found_with_their_group():
    text = "The ministry banned exports."
    assert [(text[match.start : match.end], match.label) for match in cues.find(text, "en")] == [
        ("ministry", "authority.generic"),
        ("banned", "restrictive.prohibition"),
    ]
    assert cues.find("The ministry banned exports.", "ru") == ()
    assert cues.lexicon("en") is cues.lexicon("en")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The ministry banned exports."),
        ("fr", "Le ministère interdit la publicité."),
        ("de", "Das Ministerium verbietet den Export."),
        ("es", "El ministerio prohíbe la publicidad."),
    ],
)
def test_an_authoritys_act_is_counted_for_it(language, text):
    numbers = counted(text, language)
    assert numbers["restrictive by authority"] == 1
    assert numbers["supportive minus restrictive"] == -1


def test_chinese_acts_are_counted():
    assert counted("监管部门禁止出口。", "zh")["restrictive by authority"] == 1


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("The ministry banned exports.", "authority"),
        ("The company banned imports.", "firm"),
        ("It banned imports.", "nobody"),
        ("It banned imports, said the ministry.", "authority"),
        ("The company told the ministry that it banned imports.", "authority"),
        ("The ministry heard that the company banned imports.", "firm"),
    ],
)
def test_an_act_belongs_to_the_nearest_actor_before_it_else_to_the_first(text, actor):
    acts = {name: number for name, number in counted(text).items() if name.startswith("restrictive by")}
    assert acts == {f"restrictive by {actor}": 1}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The ministry will not ban exports."),
        ("fr", "Le ministère n'interdira jamais la publicité."),
        ("zh", "监管部门不禁止出口。"),
    ],
)
def test_a_negation_before_an_act_turns_it(language, text):
    numbers = counted(text, language)
    assert numbers["restrictive negated"] == 1
    assert numbers["supportive by authority"] == 1
    assert numbers["supportive minus restrictive"] == 1


def test_a_negation_reaches_six_tokens():
    assert "restrictive negated" in counted("not x x x x x banned")
    assert "restrictive negated" not in counted("not x x x x x x banned")
    assert "restrictive negated" not in counted("banned, not")


@pytest.mark.parametrize("text", ["The ministry lifted the ban.", "The ministry did not keep it and lifted the ban."])
def test_a_reversal_keeps_its_side(text):
    numbers = counted(text)
    assert numbers["supportive by authority"] == numbers["reversal_supportive.ban_lifted"] == 1
    assert not {"restrictive.prohibition", "restrictive negated", "supportive negated"} & set(numbers)


def test_numbers_are_capped():
    numbers = counted("ban " * 9)
    assert numbers["restrictive.prohibition"] == numbers["restrictive by nobody"] == cues.CAP
    assert numbers["supportive minus restrictive"] == -cues.CAP


@pytest.mark.parametrize(("text", "language"), [("Prices rose.", "en"), ("", "en"), ("The ministry banned exports.", "ru")])
def test_no_cue_is_all_zeros(text, language):
    assert not np.any(cues.cue_features(text, language))


@pytest.mark.parametrize("language", cues.LANGUAGES)
def test_every_listed_form_is_found_by_itself(language):
    hidden = [
        form
        for groups in TABLES[language].values()
        for forms in groups.values()
        for form in forms
        for each in alternatives(form)
        if not cues.find(each.replace("*", "").replace(" … ", " ").replace("…", ""), language)
    ]
    assert hidden == []


@pytest.mark.parametrize(
    ("language", "text", "group"),
    [
        ("de", "Die Behörde hebt das vor drei Jahren beschlossene Werbeverbot auf.", "reversal_supportive.ban_lifted"),
        ("de", "Das Kartellamt stellt sein Verfahren gegen den Händler ein.", "reversal_supportive.case_dropped"),
        ("de", "Das Kartellamt leitet gegen den Händler ein Verfahren ein.", "restrictive.investigation"),
        ("de", "Das Gericht hob die Geldbuße des Konzerns auf.", "reversal_supportive.sanction_undone"),
        ("de", "Die Aufsicht entzog der Börse die Zulassung.", "reversal_restrictive.licence_lost"),
        ("de", "Ein Handyverbot gilt ab Montag.", "restrictive.prohibition"),
        ("fr", "Le gouvernement lèvera dès lundi l'interdiction.", "reversal_supportive.ban_lifted"),
        ("fr", "Le parquet a classé sans suite la plainte.", "reversal_supportive.case_dropped"),
        ("fr", "La cour a annulé en partie l'amende.", "reversal_supportive.sanction_undone"),
        ("fr", "Le régulateur a retiré à la banque son agrément.", "reversal_restrictive.licence_lost"),
        ("fr", "Les exploitants ne sont plus tenus de déclarer.", "reversal_supportive.duty_waived"),
        ("es", "El ministerio levantará este lunes la prohibición.", "reversal_supportive.ban_lifted"),
        ("es", "La fiscalía archivó ayer la investigación.", "reversal_supportive.case_dropped"),
        ("es", "El tribunal redujo a la mitad la multa.", "reversal_supportive.sanction_undone"),
        ("es", "El organismo denegó al operador la licencia.", "reversal_restrictive.approval_refused"),
        ("es", "Los talleres ya no necesitan permiso.", "reversal_supportive.duty_waived"),
        ("zh", "监管部门解除了对直播的禁令。", "reversal_supportive.ban_lifted"),
        ("zh", "商家无须另行办理手续。", "reversal_supportive.duty_waived"),
        ("zh", "有关部门责令平台限期改正。", "restrictive.order"),
        ("zh", "省里给予企业一次性奖励。", "supportive.funding"),
    ],
)
def test_an_act_is_found_with_its_object_in_between_and_a_reversal_as_one(language, text, group):
    acts = [name for name in counted(text, language) if name.split(".")[0] in cues.LEAN]
    assert acts == [group]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Die Zeitung erscheint in einer Auflage von tausend Stück."),
        ("de", "Der Roman ist auf gute Leser angewiesen."),
        ("de", "Sie reist nach Rügen."),
        ("fr", "Le règlement se fait par carte."),
        ("zh", "这款手机支持5G。"),
    ],
)
def test_a_word_in_a_harmless_sense_is_no_act(language, text):
    assert "supportive minus restrictive" not in counted(text, language)


PULLS = {
    "restrictive": "restrictive",
    "reversal_restrictive": "restrictive",
    "supportive": "supportive",
    "reversal_supportive": "supportive",
    "procedure": "procedure",
    "authority": "authority",
    "firm": "firm",
}


@pytest.mark.parametrize("language", cues.LANGUAGES)
def test_no_form_pulls_two_ways(language):
    pulls: dict[str, set[str]] = {}
    for table, groups in TABLES[language].items():
        for form in (one for forms in groups.values() for listed in forms for one in alternatives(listed)):
            pulls.setdefault(form, set()).update({PULLS[table]} if table in PULLS else ())
    assert {form: sides for form, sides in pulls.items() if len(sides) > 1} == {}


def labels(text):
    return {match.label for match in cues.find(text, "en")}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The minister lifted her two-year ban.", "reversal_supportive.ban_lifted"),
        ("The prosecutors dropped their long-running case.", "reversal_supportive.case_dropped"),
        ("The court annulled most of the fine.", "reversal_supportive.sanction_undone"),
        ("The ministry will remove the parcel exemption.", "reversal_restrictive.relief_ended"),
        ("The app was in violation of the code.", "restrictive.finding"),
        ("The seller agreed to pay two million euros.", "restrictive.settlement"),
        ("Customs duties on parcels will rise.", "restrictive.levy"),
        ("Shops must use age verification.", "restrictive.protection"),
        ("The region plans to build a chip plant.", "supportive.plan"),
        ("Quantum computing is vital to the economy.", "supportive.value"),
        ("The agency seeks views on its draft.", "procedure.consultation"),
        ("Retailers urged the regulator to act.", "firm_act.lobbying"),
        ("The maker denied any wrongdoing.", "firm_act.response"),
        ("Sellers filed a class action.", "firm_act.lawsuit"),
        ("The app suspended accounts.", "firm_act.own_rules"),
        ("Its shares fell after the ban.", "presupposed.after_act"),
        ("The bank faces a fine.", "presupposed.exposure"),
        ("Scammers sent letters.", "target.criminal"),
        ("The city awarded the contract.", "buyer.purchase"),
        ("Sign up for our newsletter.", "plain.boilerplate"),
    ],
)
def test_kinds_of_english_acts_and_settings_are_told_apart(text, label):
    assert label in labels(text)


@pytest.mark.parametrize("text", ["The bank faces a fine.", "Its shares fell after the ban.", "The shop filed a lawsuit."])
def test_an_english_act_that_is_only_presupposed_or_a_firms_own_has_no_lean(text):
    assert counted(text).get("supportive minus restrictive", 0) == 0


def test_a_month_is_no_permission_and_a_member_state_no_saying():
    assert labels("It began on 5 May in the United States.") == {"plain.background"}


def test_relations_are_counted_beside_the_cues():
    numbers = counted("The ministry banned exports.")
    assert numbers["authority: restrictive clause"] == 1
    assert "headline" not in numbers
