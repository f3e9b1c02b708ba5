from __future__ import annotations

import json

import numpy as np
import pytest

from analysis.classify.features import Passage, inputs
from analysis.classify.training import Example, chosen, joined, read_examples, training_set
from analysis.errors import ModelError
from analysis.tables import SECTORS

BAN = Example(Passage("The ministry banned chips.", "en"), "restrictive", ("semiconductors", "technology_general"), "a")
AID = Example(Passage("Das Amt fördert Werke.", "de", "Vorher.", "Nachher."), "supportive", (), "b", 0.5)


def write(tmp_path, *lines):
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_examples_are_read_with_either_name_of_the_label(tmp_path):
    path = write(
        tmp_path,
        {"text": "a", "language": "fr", "stance": "neutral", "sectors": ["fintech"], "before": "x", "after": "y"},
        "",
        {"text": "b", "label": "supportive", "sectors": None},
    )
    first, second = read_examples([path])
    assert (first.passage, first.stance, first.sectors) == (Passage("a", "fr", "x", "y"), "neutral", ("fintech",))
    assert (second.passage, second.stance, second.sectors) == (Passage("b", "en"), "supportive", ())


def test_lines_of_one_document_or_one_sitting_are_one_group(tmp_path):
    line = {"text": "a", "language": "en", "stance": "neutral"}
    path = write(
        tmp_path,
        {**line, "document": "d1"},
        {**line, "document": "d1"},
        {**line, "writer": "en-1", "split": 3},
        {**line, "writer": "en-1", "split": 3},
        line,
        line,
    )
    groups = [example.group for example in read_examples([path])]
    assert groups[0] == groups[1] != groups[2]
    assert groups[2] == groups[3]
    assert len(set(groups)) == 4


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"text": "b", "language": "en", "stance": "hostile"}, "unknown label hostile"),
        ({"text": "b", "language": "en", "stance": "neutral", "sectors": ["farming"]}, "unknown label farming"),
        ({"text": "b", "language": "en", "stance": "neutral", "sectors": [["fintech"]]}, "not a labelled passage"),
        ({"text": "b", "language": "en", "stance": "neutral", "sectors": 7}, "not a labelled passage"),
        ({"text": "b", "language": "en"}, "not a labelled passage"),
        ({"text": "b", "stance": "neutral", "language": 7}, "not a labelled passage"),
        ({"text": "b", "language": "en", "stance": "neutral", "before": 7}, "not a labelled passage"),
        ({"text": "b", "language": "en", "stance": "neutral", "after": ["c"]}, "not a labelled passage"),
        ("[" * 100_000, "not a labelled passage"),
        ({"text": " ", "language": "en", "stance": "neutral"}, "not a labelled passage"),
        ({"language": "en", "stance": "neutral"}, "not a labelled passage"),
        ({"text": 1, "language": "en", "stance": "neutral"}, "not a labelled passage"),
        ("[1]", "not a labelled passage"),
        ("{broken", "not a labelled passage"),
    ],
)
def test_a_line_that_is_no_example_is_named_with_its_file(tmp_path, line, told):
    path = write(tmp_path, {"text": "a", "language": "en", "stance": "neutral"}, line)
    with pytest.raises(ModelError, match=f"labels.jsonl, line 2: {told}"):
        read_examples([path])


def test_an_id_that_stands_twice_is_named_with_both_places(tmp_path):
    line = {"id": "p-1", "text": "a", "language": "en", "stance": "neutral"}
    with pytest.raises(ModelError, match=r"line 3: the id p-1 stands at labels\.jsonl, line 1 too"):
        read_examples([write(tmp_path, line, {**line, "id": "p-2"}, line)])


def test_no_examples_are_told(tmp_path):
    with pytest.raises(ModelError, match=r"no examples in labels\.jsonl"):
        read_examples([write(tmp_path, "")])
    with pytest.raises(ModelError, match="no examples in no file"):
        read_examples([])
    with pytest.raises(ModelError, match="cannot be read"):
        read_examples([tmp_path / "missing.jsonl"])


def test_a_set_holds_what_the_classifier_sees_of_its_examples():
    found = training_set([BAN, AID], "people")
    assert (found.inputs != inputs([BAN.passage, AID.passage])).nnz == 0
    assert found.stances.tolist() == ["restrictive", "supportive"]
    assert [SECTORS[place] for place in np.flatnonzero(found.sectors[0])] == list(BAN.sectors)
    assert not found.sectors[1].any()
    assert (found.languages.tolist(), found.groups.tolist()) == (["en", "de"], ["a", "b"])
    assert (found.weights.tolist(), found.origins.tolist()) == ([1.0, 0.5], ["people", "people"])


def test_sets_join_row_by_row_and_come_apart_again():
    one, other = training_set([BAN]), training_set([AID], "people")
    both = joined([one, other])
    assert len(both) == 2
    assert both.origins.tolist() == ["composed", "people"]
    second = chosen(both, np.array([1]))
    assert (second.inputs != other.inputs).nnz == 0
    assert second.stances.tolist() == ["supportive"]
    assert joined([one]) is one


def test_another_label_or_another_text_has_another_digest():
    digests = {training_set(examples).digest for examples in ([BAN, AID], [AID, BAN], [BAN])}
    digests.add(training_set([Example(BAN.passage, "neutral", BAN.sectors), AID]).digest)
    assert len(digests) == 4
    assert training_set([BAN, AID]).digest in digests
