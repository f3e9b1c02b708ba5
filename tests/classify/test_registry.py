from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace

import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from analysis.classify import cues
from analysis.classify.features import Passage
from analysis.classify.model import EXAMPLES, fit, judge, read_examples
from analysis.classify.registry import MANIFEST_FILE, MODEL_FILE, load, model_id, save
from analysis.errors import ModelError
from analysis.tables import STANCES

PASSAGES = [Passage("The ministry banned the export of chips.", "en"), Passage("Das Amt fördert neue Werke.", "de")]


@pytest.fixture(scope="module")
def examples():
    known = read_examples([EXAMPLES / "en.jsonl", EXAMPLES / "de.jsonl"])
    return [example for stance in STANCES for example in [e for e in known if e.stance == stance][::16]]


@pytest.fixture(scope="module")
def model(examples):
    return fit(examples, model_id(examples))[0]


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "kept"
    digest = save(model, folder)
    assert digest == hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    """Return a copy of the model's folder that may be damaged."""
    return shutil.copytree(saved, tmp_path / "copy")


def remade(folder, **changes):
    """Change the manifest of a model's folder."""
    path = folder / MANIFEST_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_model_read_back_gives_equal_answers(model, saved):
    read = load(saved)
    assert (read.model_id, read.temperature, read.languages) == (model.model_id, model.temperature, model.languages)
    assert read.languages == ("de", "en")
    assert judge(read, PASSAGES) == judge(model, PASSAGES)


@pytest.mark.parametrize("place", [0, 200, -1])
def test_one_changed_byte_is_noticed(folder, place):
    content = bytearray((folder / MODEL_FILE).read_bytes())
    content[place] ^= 1
    (folder / MODEL_FILE).write_bytes(content)
    with pytest.raises(ModelError, match=r"does not fit \(sha256 differ\): run `policy-signals train`"):
        load(folder)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"stances": list(STANCES[::-1])}, "stances"),
        ({"recipe": {"encoder": "another 1.0"}}, "recipe"),
        ({"sha256": "0" * 64, "recipe": None}, "sha256, recipe"),
    ],
)
def test_a_foreign_manifest_is_refused(folder, changes, told):
    remade(folder, **changes)
    with pytest.raises(ModelError, match=rf"does not fit \({told} differ\)"):
        load(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, MANIFEST_FILE])
def test_a_missing_file_is_told(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match="model copy cannot be read"):
        load(folder)


@pytest.mark.parametrize("content", ["", "{broken", "[]", "null"])
def test_a_manifest_that_is_none_is_refused(folder, content):
    (folder / MANIFEST_FILE).write_text(content)
    with pytest.raises(ModelError, match="model copy"):
        load(folder)


@pytest.mark.parametrize("name", ["model_id", "temperature", "languages"])
def test_a_manifest_that_lacks_an_entry_is_refused(folder, name):
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    del manifest[name]
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="model copy"):
        load(folder)


class Foreign(LogisticRegression):
    """A type that no model of ours is made of."""


@pytest.mark.parametrize(
    "content", [skops.io.dumps(Foreign()), b"PK\x03\x04 no archive", b""], ids=["foreign type", "broken", "empty"]
)
def test_content_that_is_no_model_is_refused_even_with_a_fitting_manifest(folder, content):
    (folder / MODEL_FILE).write_bytes(content)
    remade(folder, sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(ModelError, match="model copy is refused"):
        load(folder)


def test_the_id_comes_from_the_examples_alone(examples):
    assert model_id(examples) == model_id(list(examples))
    assert model_id(examples).startswith("m-")
    other = [replace(examples[0], stance=examples[-1].stance), *examples[1:]]
    assert len({model_id(examples), model_id(examples[1:]), model_id(other)}) == 3


def test_changed_word_lists_make_another_model(examples, tmp_path, monkeypatch):
    before = model_id(examples)
    monkeypatch.setattr(cues, "FOLDER", shutil.copytree(cues.FOLDER, tmp_path / "cues"))
    assert model_id(examples) == before
    path = tmp_path / "cues" / "en.toml"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8") + "\n# one more word\n", encoding="utf-8")
    assert model_id(examples) != before
