from __future__ import annotations

import hashlib

import pytest

from analysis import archive
from analysis.errors import StoreError


def files(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_are_kept_under_their_sha256_and_come_back(tmp_path):
    content = b"\x00 raw \xff bytes"
    name = archive.keep(str(tmp_path), content)
    assert name == hashlib.sha256(content).hexdigest() == archive.content_hash(content)
    assert archive.load(str(tmp_path), name) == content


def test_the_same_bytes_are_kept_once_and_the_file_is_not_written_again(tmp_path):
    name = archive.keep(str(tmp_path), b"text")
    [kept] = files(tmp_path)
    before = kept.stat()
    assert archive.keep(str(tmp_path), b"text") == name
    assert files(tmp_path) == [kept]
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_no_half_written_file_stays(tmp_path):
    for number in range(20):
        archive.keep(str(tmp_path), bytes([number]) * 1000)
    assert all(len(path.name) == 64 for path in files(tmp_path))


def test_changed_bytes_are_noticed(tmp_path):
    name = archive.keep(str(tmp_path), b"what was said")
    files(tmp_path)[0].write_bytes(b"what was not said")
    with pytest.raises(StoreError, match=f"{name} were changed"):
        archive.load(str(tmp_path), name)


def test_missing_bytes_are_a_clear_error(tmp_path):
    with pytest.raises(StoreError, match="nothing under 00ff.*backup"):
        archive.load(str(tmp_path), "00ff")


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="cannot be written.*POLICY_SIGNALS_HOME"):
        archive.keep(str(tmp_path / "file" / "archive"), b"text")


def test_object_storage_is_an_address_like_any_other():
    name = archive.keep("memory://archive", b"text")
    assert archive.load("memory://archive", name) == b"text"
