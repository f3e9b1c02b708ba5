"""Composed documents: every text below is invented for the tests and stands for no real statement."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest

from analysis import catalogue, steps
from analysis.catalogue import Source
from analysis.collect.isolate import isolation

ENGLISH = (
    "The Securities and Exchange Commission will support crypto asset firms with simpler rules in case {number}. "
    "The agency welcomes responsible innovation in digital tokens. The meeting of round {number} took place at noon."
)
FRENCH = (
    "La CNIL soutient les entreprises d'intelligence artificielle et simplifie leurs démarches, a-t-elle annoncé "
    "au numéro {number}. Le cours de l'action a baissé de deux pour cent."
)


def official(number: int, **changes) -> dict:
    line = {
        "file": f"official/notice-{number}.txt", "date": f"2025-03-{2 + number:02d}", "title": f"Notice number {number}",
        "language": "en", "channel": "official", "authority_id": "us-sec", "publisher": "Composed Gazette",
        "address": f"https://www.agency.example/notices/{number}",
    }  # fmt: skip
    return {**line, **changes}


@pytest.fixture(scope="session")
def reader():
    """A child process that reads hostile bytes, for all tests: each takes seconds to start."""
    with isolation() as isolated:
        yield isolated


@pytest.fixture(autouse=True)
def one_reader(reader, monkeypatch) -> None:
    """Let `collect` use the child process that is there; in the tests of the command line it starts its own."""

    @contextmanager
    def open_again():
        yield reader

    # Not by its dotted name: `analysis.steps` has a function of that name.
    monkeypatch.setattr(sys.modules["analysis.steps.collect"], "isolation", open_again)


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """Write files, and an index of the given lines, into the folder that is to be collected, and return it."""
    folder = tmp_path / "documents"
    folder.mkdir()

    def write(files: dict[str, str | bytes] | None = None, index: list[dict] | None = None) -> Path:
        for name, content in (files or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        if index is not None:
            lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in index)
            (folder / "index.jsonl").write_text(lines, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def documents_folder(write) -> Path:
    """Three official notices in English, told by an index, and three French articles that tell of themselves."""
    notices = {f"official/notice-{number}.txt": ENGLISH.format(number=number) for number in (1, 2, 3)}
    articles = {
        f"press/article-{number}.md": f"---\ntitle: Article {number}\ndate: 2025-03-{3 + number:02d}\n---\n"
        + FRENCH.format(number=number)
        for number in (1, 2, 3)
    }
    return write({**notices, **articles}, [official(number) for number in (1, 2, 3)])


@pytest.fixture
def flow(now) -> Callable[..., dict]:
    """Collect a folder, classify, index and report, and return what each step gave."""

    def run(settings, folder, moment=now) -> dict:
        return {
            "collect": steps.collect(settings, moment, folder=folder),
            "classify": steps.classify(settings, moment),
            "index": steps.index(settings, moment),
            "report": steps.report(settings, moment),
        }

    return run


@pytest.fixture
def declare(tmp_path, monkeypatch):
    """Declare feeds, one to an id and an address on this machine, in place of the project's sources."""
    places = tmp_path / "catalogue"

    def declare(**addresses: str) -> list[Source]:
        (places / "sources").mkdir(parents=True, exist_ok=True)
        words = "".join(
            f'[[source]]\nid = "{name}"\nname = "Feed {name}"\nkind = "feed"\naddress = "{address}"\nchannel = "press"\n'
            'hosts = ["localhost", "127.0.0.1"]\nlanguages = ["en"]\nexpected_per_week = 7\nconfidence = "low"\n'
            'seen_in = "this test"\nterms = "Composed."\nrobots = "Composed."\n'
            for name, address in addresses.items()
        )
        (places / "sources" / "feeds.toml").write_text(words, encoding="utf-8")
        shutil.copytree(project / "authorities", places / "authorities", dirs_exist_ok=True)
        shutil.copy(project / "sectors.toml", places)
        catalogue.sources.cache_clear()
        return list(catalogue.sources().values())

    project = catalogue.FOLDER
    monkeypatch.setattr(catalogue, "FOLDER", places)
    yield declare
    catalogue.sources.cache_clear()
