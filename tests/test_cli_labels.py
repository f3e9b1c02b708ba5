from __future__ import annotations

import json
import sys
from xml.etree import ElementTree as ET

import pytest
import time_machine
from judged_press import Press

from analysis import cli, store

MOMENT = "2025-06-02T09:30:00+00:00"


@pytest.fixture
def call(environment, monkeypatch, capsys):
    """Run `policy-signals labels` in this process and return its code, JSON lines and words for people."""

    def call(*words: object) -> tuple[int, list, str]:
        monkeypatch.setattr(sys, "argv", ["policy-signals", "labels", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended, time_machine.travel(MOMENT, tick=False):
            cli.main()
            raise SystemExit(0)
        out, err = capsys.readouterr()
        told = [json.loads(line) for line in out.splitlines()] if out.startswith("{") else [out]
        return ended.value.code or 0, told, err

    return call


@pytest.fixture
def press(call, tmp_path) -> Press:
    engine = store.open_engine(f"sqlite:///{tmp_path / 'home' / 'policy_signals.db'}")
    store.upgrade(engine)
    return Press(engine)


def test_a_sample_is_drawn_asked_answered_taken_back_and_told(call, press):
    press.add(3)
    assert call("audit", "--size", 2, "--json")[1] == [
        {"week": "2025-W22", "candidates": 3, "drawn": 2, "cells_drawn_before": 0}
    ]  # fmt: skip
    code, items, _ = call("open", "--by", "ada")
    assert (code, len(items), items[0]["reading"]) == (0, 2, "first")
    name = items[0]["statement_id"]
    words = (
        "--stance",
        "restrictive",
        "--sector",
        "fintech",
        "--jurisdiction",
        "EU",
        "--unsure",
        "--note",
        "Hm.",
        "--by",
        "ada",
    )
    assert call("answer", name, *words, "--json")[1][0]["purpose"] == "audit"
    assert call("answer", name, "--stance", "neutral", "--by", "ada", "--json")[1][0]["version"] == 2
    assert call("undo", name, "--by", "ada", "--json")[1] == [{"statement_id": name, "stance": "restrictive"}]
    assert call("second", "--reader", "bob", "--share", 1, "--json")[1] == [{"bob": 1}]
    call("answer", name, "--stance", "neutral", "--by", "bob")
    assert call("third", "--reader", "cleo", "--json")[1] == [{"cleo": 1}]
    assert call("agreement", "--purpose", "audit")[1][0]["raw"] == 0.0
    [told] = call("status")[1]
    assert set(told["people"]) == {"ada", "bob", "cleo"} and told["disputed"] == {"audit": 1}


def test_the_queue_is_drawn_by_size_and_name(call, press):
    press.add(8)
    assert call("queue", "--size", 4, "--batch", "first", "--json")[1][0]["drawn"] == 4
    code, _, words = call("queue", "--size", 4)
    assert (code, "batch 2025-06-02 · drawn 4" in words) == (0, True)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json"])
def test_a_file_is_written_and_read_by_its_ending(call, press, tmp_path, ending):
    [name] = press.add(1)
    call("answer", name, "--stance", "neutral", "--by", "ada")
    path = tmp_path / f"labels{ending}"
    [told] = call("export", path, "--json")[1]
    assert told == {"file": str(path), "bytes": path.stat().st_size}
    assert call("import", path, "--json")[1] == [{"imported": 0, "unchanged": 0, "known": 1, "unanswered": 0}]
    call("audit")
    waiting = tmp_path / f"waiting{ending}"
    call("export", waiting, "--waiting-for", "bob")
    assert call("import", waiting, "--by", "bob", "--json")[1][0]["unanswered"] == 1


def test_what_cannot_be_taken_is_one_clear_line_and_1(call, press, tmp_path):
    [name] = press.add(1)
    assert "unknown stance 'odd'" in call("answer", name, "--stance", "odd", "--by", "ada")[2]
    path = tmp_path / "labels.csv"
    path.write_text("statement_id,stance\nnowhere,neutral\n")
    code, _, words = call("import", path, "--by", "ada")
    assert (code, words.count("\n")) == (1, 1) and "line 2: unknown statement 'nowhere'" in words
    assert "no format ends in '.txt'" in call("export", tmp_path / "labels.txt")[2]
    assert "give a number and a name" in call("import", path, "--person", "ada")[2]
    assert call("export", tmp_path / "labels.txt", "--format", "csv")[0] == 0


def test_numbers_of_label_studios_users_are_named(call, press, tmp_path):
    [name] = press.add(1)
    result = {"from_name": "stance", "to_name": "text", "type": "choices", "value": {"choices": ["neutral"]}}
    task = {"id": 1, "data": {"statement_id": name}, "annotations": [{"id": 2, "completed_by": 3, "result": [result]}]}
    path = tmp_path / "export.json"
    path.write_text(json.dumps([task]))
    assert "--person 3=NAME" in call("import", path)[2]
    assert call("import", path, "--person", "3=ada", "--json")[1][0]["imported"] == 1


def test_the_interface_for_label_studio_is_printed(call):
    code, [told], _ = call("interface")
    assert (code, ET.fromstring(told).tag) == (0, "View")
