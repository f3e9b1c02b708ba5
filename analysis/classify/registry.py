"""Model files: written with a manifest, read back only when everything in it holds."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import VotingClassifier

from analysis.classify.encoder import ENCODER
from analysis.classify.model import Model, recipe
from analysis.classify.training import TrainingSet
from analysis.errors import ModelError
from analysis.tables import SECTORS, STANCES, content_id

MODEL_FILE = "model.skops"
MANIFEST_FILE = "manifest.json"
CARD_FILE = "card.md"
TRUSTED = ("analysis.classify.sectors.SectorModel", "sklearn.utils._bunch.Bunch")
"""Classes that a model file may hold beside the estimators of scikit-learn and the arrays of numpy and scipy."""
LIBRARIES = ("scikit-learn", "numpy", "scipy", "skops")
LONG = 100
"""Numbers in a list from which on it is written as an array."""
CURE = "run `policy-signals train`"
FORM = {
    "model_id": str, "sha256": str, "stances": list, "sectors": list, "languages": list, "has_vectors": bool,
    "versions": dict, "recipe": dict, "data_hash": str,
}  # fmt: skip
HELD = {
    "model_id": str, "temperature": float, "set_limits": list, "languages": list, "without_signs": list, "rule_shares": list,
}  # fmt: skip


def model_id(examples: TrainingSet, has_vectors: bool = True) -> str:
    """Return the id that the same examples, word lists, recipe and library versions always give."""
    made_of = json.dumps([recipe(has_vectors), versions(has_vectors)], sort_keys=True)
    return f"m-{content_id(examples.digest, made_of)}"


def versions(has_vectors: bool = True) -> dict[str, str]:
    """Return the installed versions of the libraries without which a model would answer otherwise."""
    return {name: version(name) for name in (*LIBRARIES, *([ENCODER] if has_vectors else []))}


def save(model: Model, folder: Path, data_hash: str) -> str:
    """Write the model and its manifest into the folder and return the model file's SHA-256.

    `data_hash` names what it was trained on. Each file takes its place whole, so that a reader never sees half of one.
    """
    import skops.io

    told = {
        "model_id": model.model_id,
        "temperature": model.temperature,
        "set_limits": list(model.set_limits),
        "languages": list(model.languages),
        "without_signs": list(model.without_signs),
        "rule_shares": list(map(list, model.rule_shares)),
    }
    content = skops.io.dumps({"stance": _savable(deepcopy(model.stance)), "sectors": model.sectors, **told})
    digest = hashlib.sha256(content).hexdigest()
    manifest = {
        **told,
        "sha256": digest,
        "data_hash": data_hash,
        "stances": list(STANCES),
        "sectors": list(SECTORS),
        "has_vectors": model.has_vectors,
        "versions": versions(model.has_vectors),
        "recipe": recipe(model.has_vectors),
    }
    folder.mkdir(parents=True, exist_ok=True)
    _place(folder / MODEL_FILE, content)
    _place(folder / MANIFEST_FILE, (json.dumps(manifest, indent=1) + "\n").encode())
    return digest


def _savable(part: Any) -> Any:
    """Return a fitted estimator, or a part of one, as skops writes it well; it is changed in place.

    Requests for sample weights go, which fitting alone needs and skops cannot write. Long lists of column numbers become
    arrays, since skops writes some 500 bytes for each number of a list.
    """
    if isinstance(part, BaseEstimator):
        vars(part).pop("_metadata_request", None)
        _savable(vars(part))
    elif isinstance(part, dict):
        for name, inner in part.items():
            part[name] = _savable(inner)
    elif isinstance(part, list | tuple):
        if len(part) > LONG and all(isinstance(inner, int) for inner in part):
            return np.array(part)
        return type(part)([_savable(inner) for inner in part])
    return part


def _place(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def load(folder: Path, file_hash: str | None = None) -> Model:
    """Return the model kept in a folder; with `file_hash`, only when its file has that SHA-256.

    Everything that the manifest tells is checked before the model file is read as one. Raises ModelError when a file is
    missing, was changed, or was made by another recipe, another order of labels or other versions than are installed.
    """
    manifest, content = _read(folder)
    _refuse_wrong_form(manifest, FORM, f"model {folder.name} has a manifest")
    digest = hashlib.sha256(content).hexdigest()
    if file_hash not in (None, digest):
        raise ModelError(f"model {folder.name} is not the file that was registered (another SHA-256): {CURE}")
    installed = versions(manifest["has_vectors"])
    if changed := _changed_versions(manifest["versions"], installed):
        raise ModelError(f"model {folder.name} was made with other versions ({changed}): {CURE} or install those")
    expected = {
        "sha256": digest,
        "stances": list(STANCES),
        "sectors": list(SECTORS),
        "recipe": recipe(manifest["has_vectors"]),
    }
    if differing := [name for name, value in expected.items() if manifest[name] != value]:
        raise ModelError(f"model {folder.name} does not fit ({', '.join(differing)} differ): {CURE}")
    return _restored(content, manifest, folder)


def _read(folder: Path) -> tuple[Any, bytes]:
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        return manifest, (folder / MODEL_FILE).read_bytes()
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"model {folder.name} cannot be read ({error}): {CURE}") from error


def _refuse_wrong_form(told: Any, form: dict[str, type], subject: str) -> None:
    if not isinstance(told, dict):
        raise ModelError(f"{subject} that is no object but {type(told).__name__}: {CURE}")
    if lacking := [name for name in form if name not in told]:
        raise ModelError(f"{subject} without {', '.join(lacking)}: {CURE}")
    if wrong := [f"{name} is no {kind.__name__}" for name, kind in form.items() if not isinstance(told[name], kind)]:
        raise ModelError(f"{subject} in which {', '.join(wrong)}: {CURE}")


def _changed_versions(made_with: dict[str, Any], installed: dict[str, str]) -> str:
    return ", ".join(
        f"{name} {made_with.get(name, 'unknown')}, here {here}"
        for name, here in installed.items()
        if made_with.get(name) != here
    )


def _restored(content: bytes, manifest: dict[str, Any], folder: Path) -> Model:
    import skops.io

    try:
        held = skops.io.loads(content, trusted=list(TRUSTED))
    except Exception as error:
        # Foreign content can fail anywhere inside the reader, by any error.
        raise ModelError(f"model {folder.name} is refused ({' '.join(str(error).split())[:300]}): {CURE}") from error
    subject = f"model {folder.name} is refused: it has content"
    _refuse_wrong_form(held, {**HELD, "stance": VotingClassifier, "sectors": object}, subject)
    if held["model_id"] != manifest["model_id"]:
        raise ModelError(f"model {folder.name} is refused: its file holds model {held['model_id']}: {CURE}")
    return Model(
        held["model_id"],
        held["stance"],
        held["sectors"],
        held["temperature"],
        tuple(held["set_limits"]),
        tuple(held["languages"]),
        tuple(held["without_signs"]),
        tuple(map(tuple, held["rule_shares"])),
    )
