from __future__ import annotations

import json
from collections import Counter

import pytest

from analysis.classify import cues
from analysis.classify.model import EXAMPLES, FOLDS, read_examples
from analysis.collect.duplicates import normal_form
from analysis.tables import CHANNELS, SECTORS, STANCES

PATHS = sorted(EXAMPLES.glob("*.jsonl"))


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_line_has_known_labels(path):
    for line in lines(path):
        assert line["language"] == path.stem, line["id"]
        assert line["id"].startswith(f"{path.stem}-"), line["id"]
        assert line["stance"] in STANCES, line["id"]
        assert set(line["sectors"]) <= set(SECTORS), line["id"]
        assert len(set(line["sectors"])) == len(line["sectors"]), line["id"]
        assert line["channel"] in CHANNELS, line["id"]
        assert line["text"].strip() == line["text"] != "", line["id"]


def test_there_are_examples_of_every_stance_in_all_languages():
    assert {path.stem for path in PATHS} == set(cues.LANGUAGES)
    for path in PATHS:
        counts = Counter(line["stance"] for line in lines(path))
        assert set(counts) == set(STANCES)
        assert min(counts.values()) >= 2 * FOLDS


def test_ids_are_unique_and_no_text_stands_twice():
    everything = [line for path in PATHS for line in lines(path)]
    assert [name for name, count in Counter(line["id"] for line in everything).items() if count > 1] == []
    assert [text for text, count in Counter(normal_form(line["text"]) for line in everything).items() if count > 1] == []


def test_every_sector_has_examples():
    assert {sector for path in PATHS for line in lines(path) for sector in line["sectors"]} == set(SECTORS)


def test_the_reader_takes_them_all():
    assert len(read_examples(PATHS)) == sum(len(lines(path)) for path in PATHS)
