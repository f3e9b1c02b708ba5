"""Model files: written with a manifest, read back only when everything in it holds."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

from analysis.classify.model import Example, Model, recipe
from analysis.errors import ModelError
from analysis.tables import STANCES, content_id

MODEL_FILE = "model.skops"
MANIFEST_FILE = "manifest.json"


def model_id(examples: Sequence[Example]) -> str:
    """Return the id that the same examples, cue lists and recipe always give."""
    shown = [(e.passage.language, e.passage.text, e.stance, e.sectors) for e in examples]
    return f"m-{content_id(json.dumps(shown, ensure_ascii=False), json.dumps(recipe(), sort_keys=True), _words_hash())}"


def _words_hash() -> str:
    """Return the hash of the word lists that features are counted from."""
    from analysis.catalogue import FOLDER as CATALOGUE
    from analysis.classify.cues import FOLDER as CUES

    paths = [*sorted(CUES.glob("*.toml")), CATALOGUE / "sectors.toml"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def save(model: Model, folder: Path) -> str:
    """Write the model and its manifest into the folder and return the model file's SHA-256."""
    import skops.io

    folder.mkdir(parents=True, exist_ok=True)
    content = skops.io.dumps(model.stance)
    (folder / MODEL_FILE).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    manifest = {
        "model_id": model.model_id,
        "sha256": digest,
        "stances": list(STANCES),
        "languages": list(model.languages),
        "temperature": model.temperature,
        "recipe": recipe(),
    }
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return digest


def load(folder: Path) -> Model:
    """Return the model kept in a folder.

    Raises ModelError when it is missing, was changed, or was made by another recipe or other versions than are installed.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        content = (folder / MODEL_FILE).read_bytes()
    except (OSError, ValueError) as error:
        raise ModelError(f"model {folder.name} cannot be read ({error}): run `policy-signals train`") from error
    lacking = {"model_id", "temperature", "languages"} - set(manifest if isinstance(manifest, dict) else ())
    if lacking:
        raise ModelError(f"model {folder.name} has a manifest without {', '.join(sorted(lacking))}: run `policy-signals train`")
    expected = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "stances": list(STANCES),
        "recipe": recipe(),
    }
    changed = [name for name, value in expected.items() if manifest.get(name) != value]
    if changed:
        raise ModelError(f"model {folder.name} does not fit ({', '.join(changed)} differ): run `policy-signals train`")
    try:
        stance = skops.io.loads(content)
    except (UntrustedTypesFoundException, zipfile.BadZipFile, LookupError, ValueError, TypeError) as error:
        raise ModelError(f"model {folder.name} is refused ({error}): run `policy-signals train`") from error
    return Model(manifest["model_id"], stance, manifest["temperature"], tuple(manifest["languages"]))
