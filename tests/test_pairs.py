from __future__ import annotations

import gzip
import json
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from analysis import cli, pairs
from analysis.errors import PolicySignalsError

TEXT = (
    "The council opened a register for operators of large computing centres on Monday. Operators must say how much power "
    "each hall draws and where its cooling water comes from. Small firms may hand in a short form instead, and those that "
    "run a centre for a university need not pay the yearly fee. The register will be public, apart from the addresses of "
    "halls that serve hospitals. A first report on what it shows is due next spring, the council said."
)
OWN_WORDS = (
    "A register of big computing centres has been opened by the council. Whoever operates one has to state its use of power "
    "and of water for cooling, with exceptions for universities and a lighter form for small companies. The list is open to "
    "everybody except where hospitals depend on a hall."
)


def article(title: str, text: str, source: str, day: str = "2025-03-03") -> str:
    return f"---\ntitle: {title}\nsource: {source}\ndate: {day}\n---\n{text}\n"


@pytest.fixture(scope="module")
def one_reader():
    with pairs.isolation() as isolated:
        yield isolated


@pytest.fixture(autouse=True)
def open_once(one_reader, monkeypatch):
    """Let all tests use one child process: each takes seconds to start."""

    @contextmanager
    def open_again():
        yield one_reader

    monkeypatch.setattr(pairs, "isolation", open_again)


@pytest.fixture
def judge(tmp_path, now):
    """Write two files and give what is said of them."""

    def judge(one: str | bytes, other: str | bytes, names: tuple[str, str] = ("one.md", "other.md")) -> dict:
        for name, content in zip(names, (one, other), strict=True):
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        [line] = pairs.pair_lines(json.dumps(dict(zip("ab", names, strict=True))), tmp_path, now)
        assert (line["a"], line["b"]) == names
        return line

    return judge


def test_a_copy_at_another_publisher_is_the_same_and_the_reason_says_so(judge):
    line = judge(article("Register opens", TEXT, "Paper"), article("Register opens", TEXT + " It was late.", "Journal"))
    assert list(line) == ["a", "b", "same", "reason"]
    assert line["same"] is True and "two publishers with one text" in line["reason"]


def test_files_of_other_formats_are_read_as_collecting_reads_them(judge):
    page = f"<!doctype html><html><head><title>Register opens</title></head><body><article><h1>Register opens</h1><p>{TEXT}</p>"
    line = judge(gzip.compress(page.encode()), f"Register opens\n\n{TEXT}", ("page.html.gz", "note.txt"))
    assert line["same"] is True


def test_one_event_in_own_words_is_not_the_same_and_the_reason_tells_it(judge):
    title = "Council opens register of large computing centres"
    line = judge(article(title, TEXT, "Paper"), article(f"{title} today", OWN_WORDS, "Journal", "2025-03-04"))
    assert line["same"] is False
    assert "one event told by two publishers" in line["reason"]
    later = judge(article(title, TEXT, "Paper"), article(f"{title} today", OWN_WORDS, "Journal", "2025-03-24"))
    assert later["same"] is False and "event" not in later["reason"]


def test_names_of_files_and_folders_are_no_evidence(judge, tmp_path):
    for folder in ("2024", "2025"):
        (tmp_path / folder).mkdir()
    names = ("2024/round-1.txt", "2025/round-2.txt")
    assert judge(TEXT, TEXT, names)["same"] is True
    assert judge(TEXT, OWN_WORDS, ("same.txt", "same-copy.txt"))["same"] is False


def test_what_cannot_be_read_is_neither_and_holds_up_no_other(tmp_path, now):
    (tmp_path / "good.txt").write_text(TEXT)
    (tmp_path / "empty.txt").write_text("")
    asked = [("good.txt", "nowhere.txt"), ("empty.txt", "good.txt"), ("a\0b", "."), ("good.txt", "good.txt")]
    found = list(pairs.pair_lines("\n".join(json.dumps({"a": a, "b": b}) for a, b in asked), tmp_path, now))
    assert [line["same"] for line in found] == [None, None, None, True]
    assert "nowhere.txt: the file cannot be read (No such file" in found[0]["reason"]
    assert "empty.txt: the file is empty" in found[1]["reason"] and "good.txt:" not in found[1]["reason"]
    assert "a\0b: " in found[2]["reason"] and ".: " in found[2]["reason"]


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"a": "one.txt"}', '{"a": 1, "b": 2}', "null"])
def test_a_line_that_is_no_pair_is_named(tmp_path, now, line):
    with pytest.raises(PolicySignalsError, match="line 3: no pair: write"):
        list(pairs.pair_lines(f'\n{{"a": "x", "b": "y"}}\n{line}\n', tmp_path, now))


def test_the_verb_prints_a_line_a_pair_for_files_beside_its_input(tmp_path, monkeypatch):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name, text in (("one.txt", TEXT), ("two.txt", TEXT), ("three.txt", OWN_WORDS)):
        (folder / name).write_text(text)
    asked = [{"a": "one.txt", "b": "two.txt"}, {"a": "one.txt", "b": str(folder / "three.txt")}]
    (folder / "pairs.jsonl").write_text("\n".join(map(json.dumps, asked)))
    ended = CliRunner().invoke(cli.app, ["pairs", "--input", str(folder / "pairs.jsonl")])
    assert ended.exit_code == 0
    assert [json.loads(line)["same"] for line in ended.stdout.splitlines()] == [True, False]
    monkeypatch.chdir(folder)
    piped = CliRunner().invoke(cli.app, ["pairs", "--input", "-"], input=json.dumps(asked[0]))
    assert json.loads(piped.stdout) == {"a": "one.txt", "b": "two.txt", "same": True, "reason": "the same text, word for word"}
