"""Raw bytes under their SHA-256: in a folder, or in object storage through fsspec."""

from __future__ import annotations

import hashlib
import uuid

import fsspec

from analysis.errors import StoreError


def content_hash(content: bytes) -> str:
    """Return the name under which the archive keeps these bytes."""
    return hashlib.sha256(content).hexdigest()


def keep(root: str, content: bytes) -> str:
    """Keep the bytes once and return their SHA-256; a reader never sees half of them.

    `root` is any fsspec address. Raises StoreError when the place cannot be written.
    """
    name = content_hash(content)
    files, folder = fsspec.core.url_to_fs(root)
    path = _path(folder, name)
    try:
        if not files.exists(path):
            files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            half = f"{path}.{uuid.uuid4().hex}"
            files.pipe_file(half, content)
            files.mv(half, path)
    except OSError as error:
        raise StoreError(f"archive {root} cannot be written ({error}): make room, or set POLICY_SIGNALS_HOME") from error
    return name


def load(root: str, name: str) -> bytes:
    """Return the bytes kept under a SHA-256, checked against it.

    Raises StoreError when they are missing or were changed.
    """
    files, folder = fsspec.core.url_to_fs(root)
    try:
        content = files.cat_file(_path(folder, name))
    except FileNotFoundError as error:
        raise StoreError(f"archive {root} has nothing under {name}: restore it from a backup") from error
    if content_hash(content) != name:
        raise StoreError(f"archive {root}: the bytes under {name} were changed: restore them from a backup")
    return content


def _path(folder: str, name: str) -> str:
    return f"{folder}/{name[:2]}/{name}"
