from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest

from analysis.classify import cues
from analysis.classify.lexicon import LANGUAGES_WITHOUT_BLANKS
from analysis.classify.training import EXAMPLES, composed_examples
from analysis.collect.duplicates import normal_form
from analysis.tables import CHANNELS, SECTORS, STANCES

PATHS = sorted(EXAMPLES.glob("*.jsonl"))
KINDS = {
    "press_release", "law_clause", "notice", "speech", "questions_answers", "news_lead", "news_body", "market_report",
    "company_announcement", "opinion", "interview", "headline", "boilerplate",
}  # fmt: skip
FIELDS = [
    "id", "language", "before", "text", "after", "stance", "sectors", "jurisdiction", "authority", "kind", "channel", "case",
    "split", "writer", "made_on",
]  # fmt: skip
FURTHER = {"ja", "ko", "pt", "it"}


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


EVERYTHING = {path.stem: lines(path) for path in PATHS}


@pytest.mark.parametrize("language", EVERYTHING)
def test_every_line_has_all_fields_with_known_labels(language):
    for line in EVERYTHING[language]:
        assert list(line) == FIELDS, line["id"]
        assert line["language"] == language, line["id"]
        assert line["id"].startswith(f"{language}-"), line["id"]
        assert line["stance"] in STANCES, line["id"]
        assert set(line["sectors"]) <= set(SECTORS), line["id"]
        assert len(set(line["sectors"])) == len(line["sectors"]), line["id"]
        assert line["channel"] in CHANNELS, line["id"]
        assert line["kind"] in KINDS, line["id"]
        assert line["text"].strip() == line["text"] != "", line["id"]
        assert line["stance"] != "no_signal" or line["jurisdiction"] == "", line["id"]
        assert line["split"] in range(5), line["id"]


def test_there_are_enough_in_every_language():
    assert set(EVERYTHING) == {*cues.LANGUAGES, *FURTHER}
    counts = {language: len(rows) for language, rows in EVERYTHING.items()}
    assert sum(counts.values()) >= 6000
    assert min(counts[language] for language in cues.LANGUAGES) >= 1100
    assert min(counts[language] for language in FURTHER) >= 100


@pytest.mark.parametrize("language", cues.LANGUAGES)
def test_shares_are_those_of_life(language):
    rows = EVERYTHING[language]
    counts = Counter(line["stance"] for line in rows)
    assert counts["no_signal"] >= 0.35 * len(rows)
    assert counts["neutral"] >= 0.2 * len(rows)
    assert min(counts.values()) >= 0.15 * len(rows)
    assert sum(bool(line["before"] or line["after"]) for line in rows) >= 0.4 * len(rows)


@pytest.mark.parametrize("language", cues.LANGUAGES)
def test_every_stance_is_there_in_every_sector_and_every_kind_in_every_language(language):
    rows = EVERYTHING[language]
    cells = Counter((line["stance"], sector) for line in rows for sector in line["sectors"])
    assert [(stance, sector) for stance in STANCES for sector in SECTORS if cells[stance, sector] < 10] == []
    assert {line["kind"] for line in rows} == KINDS
    assert {(line["stance"], line["channel"]) for line in rows} == {(stance, c) for stance in STANCES for c in CHANNELS}


def test_ids_are_unique_and_no_text_stands_twice():
    everything = [line for rows in EVERYTHING.values() for line in rows]
    assert [name for name, count in Counter(line["id"] for line in everything).items() if count > 1] == []
    assert [text for text, count in Counter(normal_form(line["text"]) for line in everything).items() if count > 1] == []


@pytest.mark.parametrize("language", EVERYTHING)
def test_no_two_examples_have_more_than_half_of_their_runs_of_four_words_in_common(language):
    runs = [runs_of_four(line["text"], language) for line in EVERYTHING[language]]
    holders = defaultdict(list)
    for number, found in enumerate(runs):
        for run in found:
            holders[run].append(number)
    shared = Counter((a, b) for held in holders.values() for at, a in enumerate(held) for b in held[at + 1 :])
    too_near = [pair for pair, count in shared.items() if count > 0.5 * min(len(runs[number]) for number in pair)]
    assert [[EVERYTHING[language][number]["id"] for number in pair] for pair in too_near] == []


def runs_of_four(text, language):
    """Return the runs of four words of a text, of eight characters where no blanks part words."""
    words, length = ([*text], 8) if language in LANGUAGES_WITHOUT_BLANKS else (text.lower().split(), 4)
    return {tuple(words[place : place + length]) for place in range(len(words) - length + 1)}


def test_the_reader_takes_them_all_in_groups_by_sitting():
    examples = composed_examples()
    assert len(examples) == sum(map(len, EVERYTHING.values()))
    groups = Counter(example.group for example in examples)
    assert len(groups) >= 5 * len(EVERYTHING)
