from __future__ import annotations

import time

import pytest

from analysis.statements.quotation import direct_part, find_quotations


def quoted(*texts, language="en", paragraphs=()):
    """What is quoted in each passage, direct speech only."""
    found = find_quotations(texts, language, paragraphs)
    return [
        [text[part.start : part.end].strip() for part in parts if part.is_direct]
        for text, parts in zip(texts, found, strict=True)
    ]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "“We will act at once,” it said.", "We will act at once,"),
        ("en", '"We will act at once," it said.', "We will act at once,"),
        ("en", "‘We will act at once,’ it said.", "We will act at once,"),
        ("fr", "« Nous agirons tout de suite », dit-il.", "Nous agirons tout de suite"),
        ("fr", "«\u00a0Nous agirons tout de suite\u00a0», dit-il.", "Nous agirons tout de suite"),
        ("de", "„Wir werden sofort handeln“, hieß es.", "Wir werden sofort handeln"),
        ("de", "„Wir werden sofort handeln”, hieß es.", "Wir werden sofort handeln"),
        ("de", "»Wir werden sofort handeln«, hieß es.", "Wir werden sofort handeln"),
        ("de", "‚Wir werden sofort handeln‘, hieß es.", "Wir werden sofort handeln"),
        ("de", "“Wir werden sofort handeln”, hieß es.", "Wir werden sofort handeln"),
        ("es", "«Vamos a actuar de inmediato», dijo.", "Vamos a actuar de inmediato"),
        ("zh", "他说：“我们将立即采取有力措施。”", "我们将立即采取有力措施。"),
        ("zh", "他说：「我們將立即採取有力措施。」", "我們將立即採取有力措施。"),
        ("zh", "他说：『我們將立即採取有力措施。』", "我們將立即採取有力措施。"),
        ("zh", "他表示：“支持。”", "支持。"),
        ("zh", "“我们会处理。”他说。", "我们会处理。"),
    ],
)
def test_the_marks_of_each_language_hold_a_quotation(language, text, words):
    assert quoted(text, language=language) == [[words]]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("de", "„Er sagte ‚sofort handeln‘ und ging dann“, hieß es.", "Er sagte ‚sofort handeln‘ und ging dann"),
        ("fr", "« Il a dit « agir vite » et il est parti », dit-elle.", "Il a dit « agir vite » et il est parti"),
        ("zh", "他说：「這叫『放管服』改革，要做好。」", "這叫『放管服』改革，要做好。"),
        ("en", "“He called it ‘a big step’ and left,” she said.", "He called it ‘a big step’ and left,"),
    ],
)
def test_a_quotation_within_a_quotation_does_not_end_it(language, text, words):
    assert quoted(text, language=language) == [[words]]


@pytest.mark.parametrize(
    "text",
    [
        'The "rule" is here.',
        'A screen of 14" width and more is a large one',
        "It’s the companies’ rules that the firm’s lawyers read",
        "“互联网+”行动",
        "Nobody is quoted here.",
        "",
        '"',
        "»",
    ],
)
def test_words_set_off_and_apostrophes_are_no_quotation(text):
    assert quoted(text) == [[]]


def test_a_quotation_runs_over_several_sentences_under_one_number():
    texts = ("« Nous agirons.", "Nous n’attendrons plus.", "Tout est prêt », dit-il.", "Rien de plus.")
    found = find_quotations(texts, "fr")
    assert [[part.number for part in parts] for parts in found] == [[0], [0], [0], []]
    assert quoted(*texts, language="fr") == [["Nous agirons."], ["Nous n’attendrons plus."], ["Tout est prêt"], []]


def test_a_quotation_goes_on_in_the_next_paragraph_only_where_its_marks_show_it():
    assert quoted("“We will act.", "“We will win.”", paragraphs=(True, True)) == [["We will act."], ["We will win."]]
    assert quoted("« Nous agirons.", "Nous gagnerons », dit-il.", language="fr", paragraphs=(True, True))[1] == [
        "Nous gagnerons"
    ]
    assert quoted("“We will act and win.", "Shares fell by a tenth.", paragraphs=(True, True)) == [["We will act and win."], []]


def test_an_unclosed_quotation_ends_somewhere():
    found = quoted("“We will act at once.", *["Nothing of it was said."] * 30)
    assert found[1] and not found[-1]


def test_what_is_closed_and_was_never_opened_is_quoted_from_the_beginning():
    assert quoted("We will act at once and go on”, it said.") == [["We will act at once and go on"]]


def test_a_stray_mark_before_a_quotation_is_passed_over():
    assert quoted('A 14" screen, "which we shall forbid by law," it said.') == [["which we shall forbid by law,"]]


def test_the_longest_part_is_the_quotation_of_a_passage():
    [parts] = find_quotations(["“We will act,” he said, “and we shall not wait any longer.”"], "en")
    assert direct_part(parts).start == parts[1].start
    assert direct_part([]) is None


@pytest.mark.parametrize("mark", list('«»“”„‚‘’「」『』"＂'))
def test_a_million_marks_take_linear_time(mark):
    started = time.process_time()
    find_quotations([mark * 200_000], "de")
    assert time.process_time() - started < 10
