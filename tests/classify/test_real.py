from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from analysis.classify import features
from analysis.classify.features import Passage
from analysis.classify.real import (
    FEATURES,
    FOLDER,
    REFERENCES,
    publisher,
    read_references,
    real_statements,
    text_hash,
    write_features,
)
from analysis.errors import ModelError
from analysis.real_statements import passages_of
from analysis.tables import CHANNELS, SECTORS, STANCES

TEXTS = [
    "The agency met in spring. It fined the platform, and the fine is high. Nobody spoke.",
    "Das Amt lobt die Branche.\n\nEs fördert neue Rechenzentren mit Geld.",
]
SAID = ["It fined the platform, and the fine is high.", "Es fördert neue Rechenzentren mit Geld."]


@pytest.fixture
def corpus(tmp_path):
    for number, text in enumerate(TEXTS):
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def reference(number, **changed):
    text, said = TEXTS[number], SAID[number]
    return {
        "file": f"{number}.txt",
        "publisher": ("The Agency", None)[number],
        "address": "https://example.org/a",
        "field": None,
        "language": ("en", "de")[number],
        "start": text.index(said),
        "end": text.index(said) + len(said),
        "character_count": len("".join(said.split())),
        "text_hash": text_hash(said),
        "stance": ("restrictive", "supportive")[number],
        "sectors": [["online_platforms"], ["data_and_cloud"]][number],
        **changed,
    }


@pytest.fixture
def folder(corpus, tmp_path):
    references = [reference(0), reference(1)]
    (tmp_path / REFERENCES).write_text("".join(json.dumps(row) + "\n" for row in references), encoding="utf-8")
    write_features(list(passages_of(references, corpus, None)), references, tmp_path)
    return tmp_path


def test_passages_are_found_in_the_documents_with_their_neighbours(corpus):
    first, second = passages_of([reference(0), reference(1)], corpus, None)
    assert first == Passage(SAID[0], "en", "The agency met in spring.", "Nobody spoke.")
    assert second == Passage(SAID[1], "de", "Das Amt lobt die Branche.", "")


def test_a_statement_that_moved_is_found_again(corpus):
    (corpus / "0.txt").write_text("Something new came before it.\n" + TEXTS[0], encoding="utf-8")
    (found,) = passages_of([reference(0)], corpus, None)
    assert found.text == SAID[0]


def test_a_statement_or_document_that_is_gone_is_named(corpus):
    (corpus / "0.txt").write_text("Another text about nothing at all stands here.", encoding="utf-8")
    with pytest.raises(ModelError, match="0.txt: the statement at 26 does not stand in it any more"):
        list(passages_of([reference(0)], corpus, None))
    with pytest.raises(ModelError, match="9.txt cannot be read"):
        list(passages_of([reference(0, file="9.txt")], corpus, None))


def test_kept_rows_are_what_the_classifier_sees_of_the_passages(folder, corpus):
    kept = real_statements(folder)
    seen = features.inputs(list(passages_of([reference(0), reference(1)], corpus, None)))
    assert kept.inputs.shape == seen.shape
    assert abs(kept.inputs - seen).max() < 1e-3
    held = features.columns()
    whole = slice(held["cues"].start, held["cue_grams"].stop)
    assert (kept.inputs[:, whole] != seen[:, whole]).nnz == 0
    assert kept.stances.tolist() == ["restrictive", "supportive"]
    assert [SECTORS[place] for place in kept.sectors.argmax(axis=1)] == ["online_platforms", "data_and_cloud"]
    assert kept.groups.tolist() == ["The Agency", "example.org"]
    assert set(kept.origins) == {"real"}


def test_rows_hold_no_text(folder):
    with np.load(folder / FEATURES, allow_pickle=False) as kept:
        assert {kept[name].dtype.kind for name in kept.files} <= set("fiuU")
        assert not any("platform" in str(kept[name]) for name in kept.files if kept[name].dtype.kind == "U")


def test_rows_of_other_word_lists_are_refused_with_the_cure(folder, monkeypatch):
    monkeypatch.setattr(features, "digest", lambda: "other")
    with pytest.raises(ModelError, match=r"encoder or word lists have changed since: run `python -m analysis\.real_statements"):
        real_statements(folder)


def test_rows_of_other_references_are_refused(folder):
    changed = json.dumps(reference(0, text_hash="0" * 64)) + "\n" + json.dumps(reference(1)) + "\n"
    (folder / REFERENCES).write_text(changed, encoding="utf-8")
    with pytest.raises(ModelError, match="the references have changed since"):
        real_statements(folder)


def test_missing_rows_are_told(folder):
    (folder / FEATURES).unlink()
    with pytest.raises(ModelError, match=r"features\.npz cannot be read"):
        real_statements(folder)


def test_the_projects_references_have_known_labels_and_no_text():
    references = read_references()
    assert len(references) >= 2000
    for row in references:
        assert row["stance"] in STANCES
        assert set(row["sectors"]) <= set(SECTORS)
        assert row["channel"] in CHANNELS
        assert row["second_stance"] is None or row["second_stance"] in STANCES
        assert row["address"] or row["title"] or row["publisher"], row["file"]
        assert len(row["text_hash"]) == len(hashlib.sha256().hexdigest())
        assert "text" not in row
    assert sum(row["second_stance"] is not None for row in references) >= 300


def test_no_more_than_six_statements_are_taken_of_a_document():
    counts: dict[tuple, int] = {}
    for row in read_references():
        place = (row["file"], row["field"], row["title"], row["address"])
        counts[place] = counts.get(place, 0) + 1
    assert max(counts.values()) <= 6


def test_the_projects_rows_fit_its_encoder_and_word_lists():
    assert len(real_statements()) == len(read_references())
    assert FOLDER.name == "real"


def test_a_statement_belongs_to_its_publisher_host_or_file():
    assert publisher({"publisher": "A", "address": "https://b.example/c", "file": "d"}) == "A"
    assert publisher({"publisher": None, "address": "https://b.example/c", "file": "d"}) == "b.example"
    assert publisher({"publisher": None, "address": None, "file": "d"}) == "d"
