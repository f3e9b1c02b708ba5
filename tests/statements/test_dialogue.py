"""Composed dialogues: every text below is invented for the tests and stands for no real statement."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statements.dialogue import Turn, dialogue, turns_at


def shown(text, title=None):
    """The turns as kind, speaker, who asked, and the words without blanks at the ends."""
    return [(turn.kind[0], turn.speaker, turn.asked_by, text[turn.start : turn.end].strip()) for turn in dialogue(text, title)]


def kinds(text, title=None):
    return "".join(turn.kind[0] for turn in dialogue(text, title))


def two_pairs(question, answer):
    """Two questions with their answers, each on a line of its own behind its label."""
    return (
        "The office explains its new rule.\n"
        f"{question.format(1)} Does the rule bind small firms?\n{answer.format(1)} No, it does not.\nThey are exempt.\n"
        f"{question.format(2)} When does it begin?\n{answer.format(2)} In May.\n"
    )


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Q:", "A:"),
        ("Q.", "A."),
        ("Q{}.", "A{}."),
        ("Q{}:", "A{}:"),
        ("Q{} ", "A{} "),
        ("**Q:**", "**A:**"),
        ("- Q:", "- A:"),
        ("Question:", "Answer:"),
        ("Question {}:", "Answer {}:"),
        ("QUESTION {}.", "ANSWER {}."),
        ("Question\n", "Answer\n"),
        ("{}. Question:", "Answer:"),
        ("问：", "答："),
        ("問：", "答："),
        ("一、问：", "答："),
        ("问题{}：", "回答："),
        ("【问】", "【答】"),
        ("（问）", "（答）"),
        ("（問）", "（答）"),
        ("問{}　", "答{}　"),
        ("問）", "答）"),
        ("記者：", "大臣："),
        ("（記者）", "（大臣）"),
        ("（記 者）\n", "（大 臣）\n"),
        ("记者：", "发言人："),
        ("有记者问：", "答："),
        ("Frage:", "Antwort:"),
        ("Frage {}:", "Antwort:"),
        ("Frage der Abgeordneten Beispiel:", "Antwort des Staatssekretärs Muster:"),
        ("Question :", "Réponse :"),
        ("Question\u00a0:", "Réponse\u202f:"),
        ("Journaliste :", "Porte-parole :"),
        ("Pregunta:", "Respuesta:"),
        ("P:", "R:"),
        ("P.", "R."),
        ("Domanda:", "Risposta:"),
        ("D:", "R:"),
        ("Pergunta:", "Resposta:"),
        ("질문:", "답변:"),
        ("문:", "답:"),
        ("문 {}.", "답 {}."),
        ("기자:", "장관:"),
        ("Reporter:", "Spokesperson:"),
        ("Reporter:", "Minister Muster:"),
        ("Q:", "Ms. Muster:"),
        ("Reporter:", "Muster:"),
        ("Agence Exemple:", "Spokesperson:"),
    ],
)
def test_labels_of_question_and_answer_make_turns(question, answer):
    text = two_pairs(question, answer)
    assert kinds(text) == "qaqa"
    first, answered, second, last = (text[turn.start : turn.end].strip() for turn in dialogue(text))
    assert first.endswith("small firms?") and first.startswith(question.format(1).strip())
    assert answered.endswith("They are exempt.") and second.endswith("begin?") and last.endswith("In May.")


@pytest.mark.parametrize(
    ("question", "answer", "asked_by", "speaker"),
    [
        ("新闻社记者：", "商务部发言人：", "新闻社记者", "商务部发言人"),
        ("问（日报记者）：", "答：", "日报记者", None),
        ("Q (Jane Doe, Example Wire):", "A:", "Jane Doe, Example Wire", None),
        ("Reporter:", "Spokesperson Muster:", "Reporter", "Spokesperson Muster"),
        ("Agence Exemple:", "Spokesperson:", "Agence Exemple", "Spokesperson"),
        ("Frage der Abgeordneten Beispiel:", "Antwort der Ministerin Muster:", "Abgeordneten Beispiel", "Ministerin Muster"),
        ("記者：", "山本大臣：", "記者", "山本大臣"),
        ("Reporter:", "Wu Muster:", "Reporter", "Wu Muster"),
        ("Q:", "A:", None, None),
    ],
)  # fmt: skip
def test_a_label_tells_who_asks_and_who_answers(question, answer, asked_by, speaker):
    turns = dialogue(two_pairs(question, answer))
    assert [(turn.kind, turn.speaker, turn.asked_by) for turn in turns] == [
        ("question", None, asked_by), ("answer", speaker, asked_by)
    ] * 2  # fmt: skip


def test_the_title_of_a_chinese_dialogue_tells_who_takes_part():
    title = "商务部新闻发言人就某项措施答记者问"
    text = f"{title}\n问：这项措施有什么背景？\n答：我们注意到有关情况。\n"
    assert shown(text, title) == [
        ("q", None, "记者", "问：这项措施有什么背景？"),
        ("a", "商务部新闻发言人", "记者", "答：我们注意到有关情况。"),
    ]
    assert dialogue(text, title)[1].body == "商务部新闻发言人"
    assert shown(text) == shown(text, title)


def test_the_title_of_an_interview_tells_who_answers():
    text = two_pairs("Q:", "A:")
    for title in ("Interview with Ada Muster: on rules", "Im Gespräch mit Ada Muster über Regeln", "Entretien avec Ada Muster"):
        assert {turn.speaker for turn in dialogue(text, title)} == {None, "Ada Muster"}


def test_labels_are_found_inside_a_line_after_the_end_of_a_sentence():
    text = "局里说明如下。问：何时开始？答：五月开始。问：谁负责？答：我局负责。"
    assert shown(text) == [
        ("q", None, None, "问：何时开始？"), ("a", None, None, "答：五月开始。"),
        ("q", None, None, "问：谁负责？"), ("a", None, None, "答：我局负责。"),
    ]  # fmt: skip
    assert kinds("Here it is. Q: When? A: Soon. Q: Who? A: The office.") == "qaqa"


def test_one_pair_is_a_dialogue_only_where_the_text_says_so_or_is_little_else():
    pair = "Question: Is it time?\nAnswer: It is.\n"
    around = "The column goes on about the weather, the harvest and the price of grain.\n" * 3
    assert kinds(pair) == "qa"
    assert kinds(around + pair) == ""
    assert kinds(around + pair, "Questions and answers on the harvest") == "qa"
    assert kinds(f"Q&A\n{around}{pair}") == "qa"


HEARING = """Chairman Beispiel: The committee will come to order.
Mr. Muster: I thank the committee for having me.
Senator Rossi: Mr. Muster, did the firm know?
Mr. Muster: It did not.
Senator Rossi: Who told you? I ask again.
Mr. Muster: Nobody told me. Was it late? It was.
Chairman Beispiel: The gentleman's time has expired.
Mr. Muster: I shall write to you.
"""


@pytest.mark.parametrize("text", [HEARING, HEARING.replace(":", "."), HEARING.upper().replace(":", ".").replace("MR.", "Mr.")])
def test_in_a_hearing_members_ask_and_witnesses_answer_what_was_asked(text):
    turns = dialogue(text)
    assert [turn.kind for turn in turns] == ["question", "answer", "question", "answer", "answer"]
    assert {turn.answers for turn in turns} == {"guest"}
    assert [turn.speaker and turn.speaker.casefold() for turn in turns] == [
        None,
        "mr. muster",
        None,
        "mr. muster",
        "mr. muster",
    ]
    assert {turn.asked_by.casefold() for turn in turns} == {"senator rossi"}
    assert "expired" not in "".join(text[turn.start : turn.end].casefold() for turn in turns)


def test_a_name_at_the_end_of_a_sentence_that_a_line_break_cuts_begins_no_turn():
    text = HEARING.replace(":", ".").replace("Nobody told me.", "Nobody told me, says\nMr. Rossi. It was so.")
    assert [turn.speaker for turn in dialogue(text)] == [None, "Mr. Muster", None, "Mr. Muster", "Mr. Muster"]


def test_the_chair_of_an_authority_answers_reporters():
    turns = dialogue(two_pairs("Reporter:", "Chair Lee:"))
    assert [(turn.kind, turn.answers) for turn in turns] == [("question", "publisher"), ("answer", "publisher")] * 2
    assert turns[1].speaker == "Chair Lee"


def test_two_names_are_an_interview_where_one_of_them_asks():
    text = (
        "Zeitung: Was kommt?\nMuster: Viel.\nZeitung: Wann?\nMuster: Bald. Wer weiß?\nDenn es ist spät.\n"
        "Zeitung: Und wo?\nMuster: Hier.\n"
    )
    assert [turn[:3] for turn in shown(text)] == [("q", None, "Zeitung"), ("a", "Muster", "Zeitung")] * 3
    assert kinds(text.replace("?", ".")) == ""
    assert kinds(text.split("Und wo")[0] + "Und wo?") == ""
    assert kinds("Ein langer Bericht steht davor. " * 20 + "\n" + text) == ""


def test_whoever_asks_once_is_heard_where_one_name_answers_all():
    names = ("Example Wire", "The Gazette", "Muster TV", "Example Wire")
    text = "".join(f"{name}: Will it be law? Or not?\nWu Beispiel: It will.\nSoon.\n" for name in names)
    assert [turn[:3] for turn in shown(text)][::2] == [("q", None, name) for name in names]
    assert [turn[:3] for turn in shown(text)][1::2] == [("a", "Wu Beispiel", name) for name in names]
    hearing = "Chairman Rossi: Welcome.\n" + text
    assert kinds(hearing) == "qa" * 4
    assert "Welcome" not in shown(hearing)[0][3]


INTERVIEW = """The new rule was long awaited.
What will the rule change?
It will make firms tell more.
And it costs little.
Who pays for it? Will it be dear?
The firms pay.
When does it begin?
In May.
"""


@pytest.mark.parametrize(
    "title",
    [
        "Interview: the head of the office", "Q&A on the rule", "Fragen und Antworten zur Regel", "Entretien avec Ada Muster",
        "Entrevista a Ada Muster", "专访某局长", "一問一答", "인터뷰", "FAQ",
    ],
)  # fmt: skip
def test_questions_in_paragraphs_of_their_own_are_turns_where_the_title_says_so(title):
    assert [(kind, words) for kind, _, _, words in shown(INTERVIEW, title)] == [
        ("q", "What will the rule change?"), ("a", "It will make firms tell more.\nAnd it costs little."),
        ("q", "Who pays for it? Will it be dear?"), ("a", "The firms pay."),
        ("q", "When does it begin?"), ("a", "In May."),
    ]  # fmt: skip


def test_without_a_mark_or_with_fewer_questions_they_are_rhetorical():
    assert kinds(INTERVIEW) == kinds(INTERVIEW, "A new rule") == ""
    assert kinds(INTERVIEW.split("When")[0], "Interview: the head of the office") == ""
    assert kinds("In an interview last week, she was firm.\n" * 9 + INTERVIEW) == ""
    assert kinds(INTERVIEW, "Overview of the rule; preinterviewed, in FAQTS") == ""


def test_questions_before_the_mark_are_none_of_the_dialogue():
    text = "What a week?\nIt was long.\nWe are now ready to take your questions.\n" + INTERVIEW.split("\n", 1)[1]
    assert kinds(text) == "qaqaqa"
    assert shown(text)[0][3] == "What will the rule change?"


def test_the_last_line_of_a_broken_paragraph_is_no_question():
    broken = "Some say that nobody in the whole country has ever\nAsked whether this could be so?\nIt could.\n"
    assert kinds(broken * 4, "Interview") == ""


def test_questions_in_a_row_are_one_turn():
    assert kinds(INTERVIEW.replace("In May.\n", "Or has it begun?\nIn May.\n"), "Interview") == "qaqaqa"


def test_numbered_questions_may_run_over_lines():
    text = "Q&A\n" + "".join(
        f"{number}. Does rule {number} bind\nall firms?\nIt does.\n2019. That was a year.\n" for number in (1, 2, 3)
    )
    assert [words for kind, _, _, words in shown(text) if kind == "q"] == [
        f"{n}. Does rule {n} bind\nall firms?" for n in (1, 2, 3)
    ]
    chinese = (
        "".join(f"{sign}、第{sign}个问题是什么？\n内容如下。\n" for sign in "一二三四五六七八九十") + "十一、还有吗？\n没有。\n"
    )
    assert kinds(chinese, "某项通知的解读") == "qa" * 11
    assert kinds(chinese, "某项通知") == ""


EUROPEAN = {
    "en": (
        "Question for written answer E-000000/2030\nto the Commission\nRule 144\nAda Muster (XYZ)\nSubject: Rules\n"
        "Will the Commission act?\n",
        "Answer given by Mr Beispiel on behalf of the European Commission (1.2.2030)\nThe Commission will act.\n",
        "Mr Beispiel", "European Commission",
    ),
    "fr": (
        "Question avec demande de réponse écrite E-000000/2030\nà la Commission\nArticle 144\nAda Muster (XYZ)\n"
        "La Commission agira-t-elle ?\n",
        "Réponse donnée par M. Beispiel au nom de la Commission européenne (1.2.2030)\nLa Commission agira.\n",
        "M. Beispiel", "la Commission européenne",
    ),
    "de": (
        "Anfrage zur schriftlichen Beantwortung E-000000/2030\nan die Kommission\nArtikel 144\nAda Muster (XYZ)\n"
        "Wird die Kommission handeln?\n",
        "Antwort von Herrn Beispiel im Namen der Europäischen Kommission (1.2.2030)\nDie Kommission wird handeln.\n",
        "Herrn Beispiel", "Europäischen Kommission",
    ),
    "es": (
        "Pregunta con solicitud de respuesta escrita E-000000/2030\na la Comisión\nArtículo 144\nAda Muster (XYZ)\n"
        "¿Actuará la Comisión?\n",
        "Respuesta del Sr. Beispiel en nombre de la Comisión Europea (1.2.2030)\nLa Comisión actuará.\n",
        "Sr. Beispiel", "la Comisión Europea",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", EUROPEAN)
def test_a_question_to_the_european_commission_and_its_answer_stand_together_or_alone(language):
    question, answer, speaker, body = EUROPEAN[language]
    asked, answered = dialogue(question + answer)
    assert (asked.kind, answered.kind) == ("question", "answer")
    assert (question + answer)[asked.start : asked.end].rstrip() == question.rstrip()
    assert (asked.asked_by, answered.asked_by) == ("Ada Muster (XYZ)",) * 2
    assert answered.speaker == speaker and answered.body.endswith(body)
    assert answered.answers == "government"
    assert kinds(question) == "q"
    assert kinds(answer) == "a"


def test_a_question_to_a_secretary_of_state_and_its_answer():
    text = (
        "Asked by Ada Muster (Example Party, Anytown)\nTo ask the Secretary of State for Rules, what steps she is taking.\n"
        "Answered by Eva Beispiel\nWe are taking all steps.\n"
        "Asked by Bo Muster (Example Party, Othertown)\nTo ask His Majesty's Government whether it will act.\n"
        "Answered on: 1 February 2030\nIt will act.\nIt must.\n"
    )
    assert [(kind, speaker, asked) for kind, speaker, asked, _ in shown(text)] == [
        ("q", None, "Ada Muster (Example Party, Anytown)"),
        ("a", "Eva Beispiel", "Ada Muster (Example Party, Anytown)"),
        ("q", None, "Bo Muster (Example Party, Othertown)"),
        ("a", None, "Bo Muster (Example Party, Othertown)"),
    ]
    answers = [turn for turn in dialogue(text) if turn.kind == "answer"]
    assert [turn.answers for turn in answers] == ["government"] * 2
    assert text[answers[1].start : answers[1].end] == "It will act.\nIt must."


def test_a_name_before_the_question_asks_and_a_name_before_the_answer_answers():
    text = "Ada Muster: To ask the Minister for Rules what he will do.\nBo Beispiel: I shall act.\nSoon."
    assert [turn[:3] for turn in shown(text)] == [("q", None, "Ada Muster"), ("a", "Bo Beispiel", "Ada Muster")]
    again = "Q (Ada Muster): To ask the Minister for Rules what he will do.\nA (Bo Beispiel): I shall act."
    assert [turn[:3] for turn in shown(again)] == [("q", None, "Ada Muster"), ("a", "Bo Beispiel", "Ada Muster")]
    assert kinds("To ask the Minister for Rules what he will do.") == ""
    assert kinds("Asked by the paper, he was silent.\nHe went on.\nAnswered by nobody.") == ""
    assert kinds("Answer given by the minister was short.\nIt rained.") == ""


def test_a_french_written_question_and_its_answer():
    text = (
        "Question de : Mme Ada Muster\nMinistère interrogé : Économie\nTexte de la question\nQue fera le ministre ?\n"
        "« Texte de la réponse »\nLe ministère agira.\n"
    )
    assert [(kind, speaker, asked) for kind, speaker, asked, _ in shown(text)] == [
        ("q", None, "Mme Ada Muster"), ("a", "Économie", "Mme Ada Muster")
    ]  # fmt: skip
    assert text[dialogue(text)[1].start :].startswith("« Texte de la réponse")


def test_a_german_inquiry_is_told_apart_by_its_forewords_and_numbers():
    text = (
        "Deutscher Bundestag\nAntwort\nder Bundesregierung\nauf die Kleine Anfrage der Abgeordneten Ada Muster, Bo Beispiel\n"
        "und der Fraktion XYZ\n– Drucksache 00/0000 –\nVorbemerkung der Fragesteller\nEs fehlt an Regeln.\n"
        "Vorbemerkung der Bundesregierung\nRegeln bestehen.\n1. Welche Regeln\nbestehen?\nAlle.\n2. Seit wann?\nSeit Mai.\n"
    )
    asked_by = "Abgeordneten Ada Muster, Bo Beispiel und der Fraktion XYZ"
    assert [(kind, speaker) for kind, speaker, *_ in shown(text)] == [
        ("q", None), ("a", "Bundesregierung"), ("q", None), ("a", "Bundesregierung"), ("q", None), ("a", "Bundesregierung")
    ]  # fmt: skip
    assert {turn.asked_by for turn in dialogue(text)} == {asked_by}
    assert shown(text)[2][3] == "1. Welche Regeln\nbestehen?"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Is this the end? Nobody knows.\nAnd who would pay?\nThe firms, of course.\nWhy not?\nBecause.\n",
        "The question: can it work? The answer: no.\nIt was tried before.\n",
        "P. Muster, chair\nQ. Beispiel, deputy\nR. Rossi, member\nA. Doe, member\n",
        "A. Scope\nThe rule binds firms.\nB. Time\nFrom May.\nQ. More\nNothing.\n",
        "Ms. Muster attacked Mr. Beispiel.\nMr. Beispiel answered. She left?\nMs. Muster laughed.\n",
        "Note: the rule is new.\nContact: the office.\nNote: it is short.\nContact: the desk. Ready?\n",
        "记者从某局获悉：新规五月施行。\n发言人表示：“我们将行动。”\n记者：张三\n责任编辑：李四\n",
        "有人问：这样行吗？没有人答。\n",
        "一是什么？二是什么？\n主要内容：有三条。\n主要目的：有两条。\n主要内容：见附件？\n",
        "Chairman, Board: Ada Muster\nDirector: Bo Beispiel\nChairman, Council: Eva Rossi\n",
        "Press: +00 00\nQuestions: write to us.\nQuestion: may I?\n",
        "Answer: yes.\nAnswer: no.\nAnswer: maybe.\n",
        "The minister: “Will we wait?”\nThe crowd cheered.\nThe minister: “We will not.”\n",
        "10:30 Opening\n11:00 Who pays?\n12:00 Lunch\n",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_dialogue_is_none(text):
    assert dialogue(text) == []


def test_words_repeated_before_a_colon_do_not_interrupt_an_answer():
    text = "Q: May I?\nA: Yes.\nNote: not on Sundays.\nQ: And you?\nA: No.\nNote: never.\n"
    assert kinds(text) == "qaqa"
    assert shown(text)[1][3] == "A: Yes.\nNote: not on Sundays."
    assert kinds(text.replace("A:", "Muster:")) == "qaqa"


PIECES = st.sampled_from(
    ["Q: ", "A: ", "问：", "答：", "Reporter: ", "Senator Rossi: ", "Mr. ROSSI. ", "（答）",
     "To ask the Minister of Rules what ",
     "Answered by Ada", "Frage 1: ", "Antwort der ", "Bundesregierung auf die Kleine Anfrage der ",
     "一、", "1. ", "Who?", "是吗？",
     "Yes. ", "Interview\n", "\n", "\n\n", " ", "Texte de la question\n", "Question for written answer\n"]
)  # fmt: skip


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join), st.none() | PIECES)
def test_turns_lie_in_the_text_in_their_order_and_apart(text, title):
    turns = dialogue(text, title)
    assert all(0 <= turn.start < turn.end <= len(text) for turn in turns)
    assert all(one.end <= following.start for one, following in pairwise(turns))


def test_a_place_is_in_the_turn_that_contains_it():
    one, other = Turn(5, 10, "question"), Turn(10, 20, "answer")
    assert turns_at([one, other], [0, 5, 9, 10, 19, 20]) == [None, one, one, other, other, None]
    assert turns_at([], [3]) == [None]


HOSTILE = [
    "Q:", "问：", "Q: ", "Q:\n", "问：\n", "Q: a?\nA: b\n", "问：甲？答：乙。", "Interview ", "Q&A ", "Q&A\n", "a?\n",
    "1. a\n", "1.", "To ask the Aa", "To ask the A", "Senator Aa: ", "Mr. Aa. ", "Mr. ", "(", "（a", "Frage 1", "Aa Bb ",
    "Antwort der Regierung auf die ", "Vorbemerkung der ", "答记者", "就", "Asked by a\n", "Aa (b), ", "?", "*", " ", "\t", "x",
    "。", "Reporter: a?\nAa: b\n", "一、a？\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_half_a_million_characters_of_any_mark_are_read_in_seconds(piece):
    text = piece * (500_000 // len(piece))
    begun = time.process_time()
    dialogue(text, text[:200])
    # Quadratic work would take many minutes.
    assert time.process_time() - begun < 20
