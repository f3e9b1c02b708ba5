from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from judged_press import filled
from sqlalchemy import insert, select, text
from typer.main import get_command

from analysis import cli, steps, store
from analysis.classify.training import EXAMPLES
from analysis.settings import PROJECT
from analysis.tables import metadata, models, stance_index

ENGLISH = "The Securities and Exchange Commission will support crypto asset firms with simpler rules."


def verbs() -> list[str]:
    found = []
    for name, command in get_command(cli.app).commands.items():
        inner = getattr(command, "commands", None)
        found += [f"{name} {verb}" for verb in inner] if inner else [name]
    return found


class Ended:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self) -> list[dict]:
        """Standard output, of which every line must be strict JSON."""
        return [json.loads(line, parse_constant=pytest.fail) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The one line for people."""
        [line] = [line for line in self.err.splitlines() if line.startswith("policy-signals: ")]
        return line


@pytest.fixture
def call(environment, monkeypatch, capsys):
    """Run the command line in this process."""

    def call(*words: object, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "argv", ["policy-signals", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
            raise SystemExit(0)
        return Ended(ended.value.code or 0, *capsys.readouterr())

    return call


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    (made / "note.md").write_text(f"---\ndate: 2025-03-06\n---\n{ENGLISH}\n")
    (made / "empty.txt").write_text("")
    return made


def test_the_verbs_that_other_programs_call_are_there():
    promised = {
        "run", "collect", "classify", "index", "report", "send", "feed", "extract", "read", "pairs", "label", "train",
        "evaluate", "sources list", "sources check", "database upgrade", "database check",
    }  # fmt: skip
    assert promised <= set(verbs())


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_has_help_with_an_example(call, verb):
    ended = call(*verb.split(), "--help")
    assert ended.code == 0
    assert re.search(rf"Example: .*policy-signals {verb}", " ".join(ended.out.split()))


@pytest.mark.parametrize(
    "words",
    [
        ["fly"], ["run", "--since", "yesterday"], ["send"], ["label"], ["read"], ["feed"], ["index", "--colour"],
        ["index", "--as-of", "then"], ["index", "--as-of", "2025-06-02", "--revisions"], ["evaluate"], ["database", "burn"],
    ],
)  # fmt: skip
def test_wrong_use_ends_with_2_and_prints_nothing_for_programs(call, words):
    ended = call(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err


def test_run_prints_one_object_for_programs_and_everything_for_people_elsewhere(call, home, folder):
    ended = call("run", "--folder", folder, "--offline", "--json")
    assert ended.code == 0
    [result] = ended.lines
    assert list(result) == ["documents", "statements", "signals", "rejected", "index_points", "report", "mail"]
    assert (result["documents"], result["rejected"]) == (1, 1)
    assert Path(result["report"]).is_file() and Path(result["mail"]).is_file()
    people = call("run", "--folder", folder, "--offline")
    assert (people.code, people.out) == (0, "")
    assert {result["report"], result["mail"]} <= set(people.err.split())
    assert "documents 1" in people.err


def test_each_step_prints_its_counts(call, home, folder):
    assert call("collect", "--folder", folder, "--json").lines == [
        {"documents": 1, "copies": 0, "rejected": 1, "failed_sources": []}
    ]  # fmt: skip
    assert call("classify", "--json").lines == [{"statements": 1, "signals": 1, "rejected": 0}]
    [indexed] = call("index", "--json").lines
    assert list(indexed) == [
        "index_points", "novelties", "amplifications", "instrument_changes", "volumes", "silences", "language_changes", "deeds",
        "speaker_stances", "shifts", "regimes",
    ]  # fmt: skip
    assert indexed["index_points"] > 0 and indexed["novelties"] == 1 and indexed["shifts"] == 0
    assert call("index").err.startswith("index points 0 · ")
    [made] = call("report", "--week", "2025-W10", "--json").lines
    assert list(made) == ["week", "headline", "report", "mail"]
    people = call("collect", "--folder", folder)
    assert (people.out, people.err.strip()) == ("", "documents 0 · copies 0 · rejected 0 · failed sources none")


REVISIONS = ("index", "--revisions")
KNOWN = [*(column.name for column in stance_index.columns), "is_provisional"]


def test_the_index_as_of_a_day_is_what_was_known_at_its_end(call, home, folder, now):
    steps.collect(home, now, folder=folder)
    steps.classify(home, now)
    written = steps.index(home, now)["index_points"]
    known = call("index", "--as-of", "2025-06-02", "--json")
    assert (known.code, len(known.lines)) == (0, written)
    assert all(list(line) == KNOWN for line in known.lines)
    assert {(line["balance"], line["reason"]) for line in known.lines} == {(None, "too_few_stories")}
    table = call("index", "--as-of", "2025-06-02").out
    assert table.split()[: len(KNOWN)] == KNOWN and len(table.splitlines()) == written + 1
    assert "None" not in table and "nan" not in table.lower()
    assert {line["is_provisional"] for line in known.lines if line["week_on"] >= "2025-05-05"} == {True}
    assert {line["is_provisional"] for line in known.lines if line["week_on"] < "2025-04-28"} == {False}
    before = call("index", "--as-of", "2025-06-01", "--json")
    assert (before.code, before.out) == (0, "")
    assert call("index", "--as-of", "2025-06-01").err == "nothing was known\n"


def test_revisions_tell_how_far_figures_moved_by_their_age(call, home, now):
    assert (call("index", "--revisions", "--json").out, call("index", "--revisions").out) == ("", "")
    cell = {"window_weeks": 13, "scope": "sector", "sector": "fintech", "channel": "press", "week_on": date(2025, 5, 19)}
    with store.writing(store.open_engine(home.database_url)) as connection:
        model_id = connection.scalar(select(models.c.model_id))
        told = {now: 0.5, now + timedelta(weeks=2): 0.25}
        vintages = [
            filled(stance_index, **cell, model_id=model_id, balance=balance, as_of_at=at) for at, balance in told.items()
        ]
        connection.execute(insert(stance_index), vintages)
    triangle = [(line["window_weeks"], line["lag_weeks"], line["mean_revision"]) for line in call(*REVISIONS, "--json").lines]
    assert triangle == [(13, 2, 0.25), (13, 3, 0.25)]
    header, *rows = call(*REVISIONS).out.splitlines()
    assert header.split() == ["window_weeks", "lag_weeks", "point_count", "mean_revision", "largest_revision"]
    assert len(rows) == len(triangle)


def test_a_period_is_given_by_its_days(call, home, folder):
    assert call("collect", "--folder", folder, "--since", "2025-03-07", "--json").lines[0]["documents"] == 0
    assert call("collect", "--folder", folder, "--until", "2025-03-06", "--json").lines[0]["documents"] == 0
    wanted = call("collect", "--folder", folder, "--since", "2025-03-06", "--until", "2025-03-07", "--json")
    assert wanted.lines[0]["documents"] == 1


def test_a_failed_source_ends_with_1_after_its_counts(call, home, tmp_path):
    ended = call("collect", "--folder", tmp_path / "nowhere", "--json")
    assert ended.code == 1
    assert ended.lines[0]["failed_sources"] == ["folder"]
    assert "failed: folder" in ended.error
    assert call("run", "--folder", tmp_path / "nowhere", "--json").code == 1


def test_what_cannot_be_done_is_one_clear_line_and_1(call, home, environment, tmp_path):
    (tmp_path / "file").write_text("no folder")
    assert "unknown source nowhere" in call("collect", "--source", "nowhere").error
    assert "week 'W10' is none" in call("report", "--week", "W10").error
    assert "set POLICY_SIGNALS_SMTP" in call("send", "--week", "2025-W10", "--to", "a@example.org").error
    assert "nowhere.jsonl cannot be read" in call("label", "--input", tmp_path / "nowhere.jsonl").error
    assert "nowhere.txt" in call("read", tmp_path / "nowhere.txt").error
    environment.setenv("POLICY_SIGNALS_DATABASE", f"sqlite:///{tmp_path / 'file' / 'below.db'}")
    cli.settings.cache_clear()
    ended = call("index", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert "cannot be opened" in ended.error and "POLICY_SIGNALS_DATABASE" in ended.error


def test_a_week_out_of_reach_a_disk_and_a_database_that_fail_are_one_clear_line_and_1(call, home):
    assert "week 9999-W52 has not begun" in call("report", "--week", "9999-W52").error
    (home.home / "reports").write_text("no folder")
    ended = call("report", "--week", "2025-W10")
    assert (ended.code, "reports" in ended.error and "check that the place" in ended.error) == (1, True)
    with store.writing(store.open_engine(home.database_url)) as connection:
        connection.execute(text("DROP TABLE signal_sectors"))
    ended = call("index")
    assert (ended.code, "the database failed (no such table: signal_sectors)" in ended.error) == (1, True)


def test_a_mail_that_was_not_taken_or_is_in_doubt_is_named_and_ends_with_1(call, home, environment):
    class Box:
        async def handle_DATA(self, server, _session, _envelope):
            server.transport.abort()
            return "250 OK"

        async def handle_RCPT(self, _server, _session, envelope, address, _options):
            envelope.rcpt_tos.append(address)
            return "550 no such mailbox" if address.startswith("nobody@") else "250 OK"

    call("report", "--week", "2025-W10")
    controller = Controller(Box(), hostname="127.0.0.1", port=_free_port())
    controller.start()
    environment.setenv("POLICY_SIGNALS_SMTP", f"smtp://127.0.0.1:{controller.port}")
    cli.settings.cache_clear()
    words = ["send", "--week", "2025-W10", "--to", "nobody@example.org", "--to", "a@example.org", "--json"]
    ended = call(*words)
    controller.stop()
    assert ended.code == 1
    assert ended.lines == [{"sent": 0, "already_sent": 0, "failed": ["nobody@example.org"], "in_doubt": ["a@example.org"]}]
    assert "not taken: nobody@example.org; in doubt, and not sent again: a@example.org" in ended.error


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.mark.parametrize("words", [["train", "--labels"], ["evaluate", "--labels"]])
def test_a_labelled_file_that_is_not_there_is_wrong_use(call, home, tmp_path, words):
    ended = call(*words, tmp_path / "nowhere.jsonl")
    assert (ended.code, ended.out) == (2, "")
    assert "nowhere.jsonl" in ended.err


def test_feed_and_extract_print_a_line_a_file_and_end_with_1_when_one_was_unreadable(call, folder):
    ended = call("extract", folder / "note.md", folder / "empty.txt")
    assert ended.code == 1
    assert [line["error"] for line in ended.lines] == [None, "the file is empty"]
    assert "1 of the files could not be read" in ended.error
    assert call("extract", folder / "note.md").code == 0
    ended = call("feed", folder / "note.md", "--base-url", "https://paper.example/")
    assert ended.code == 1
    assert set(ended.lines[0]) == {"file", "format", "entries", "error"}


def test_a_file_name_that_is_no_unicode_is_printed_all_the_same(call, folder):
    name = folder / os.fsdecode(b"caf\xe9.txt")
    name.write_text(ENGLISH)
    [line] = call("extract", name).lines
    assert line["text"] == ENGLISH


def test_label_and_read_take_standard_input(call, home):
    ended = call("label", "--input", "-", stdin=json.dumps({"id": "1", "text": ENGLISH}) + "\n")
    assert list(ended.lines[0]) == [
        "id", "stance", "probabilities", "stance_set", "rule_stance", "sectors", "terms", "model_id", "jurisdiction",
        "jurisdiction_by", "authority_id", "office_id", "attributed_by", "speaker",
    ]  # fmt: skip
    [told] = call("read", "-", stdin=ENGLISH).lines
    assert set(told) == {"document", "statements"}


@pytest.fixture(scope="session")
def few_labels(tmp_path_factory) -> Path:
    """A few of the project's English examples of every stance."""
    rows = [json.loads(line) for line in (EXAMPLES / "en.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = sorted(rows, key=lambda row: row["stance"])[::5]
    path = tmp_path_factory.mktemp("labels") / "labelled.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in wanted), encoding="utf-8")
    return path


def test_train_writes_a_model_where_it_is_told_and_registers_it_nowhere_and_evaluate_scores_the_current_one(
    call, home, few_labels, tmp_path, contents
):
    before = contents(home)
    ended = call("train", "--labels", few_labels, "--out", tmp_path / "model")
    assert ended.code == 0, ended.err
    [fitted] = ended.lines
    assert set(fitted) == {"model_id", "examples", "metrics"}
    assert {path.name for path in (tmp_path / "model").iterdir()} == {"model.skops", "manifest.json"}
    assert json.loads((tmp_path / "model" / "manifest.json").read_text())["model_id"] == fitted["model_id"]
    assert contents(home)["models"] == before["models"]
    [scored] = call("evaluate", "--labels", few_labels).lines
    assert set(scored) == {"model_id", "stance", "rule", "sectors", "jurisdiction", "passages_in_other_languages"}
    assert scored["model_id"] != fitted["model_id"]
    assert 0 <= scored["stance"]["macro_f1_low"] <= scored["stance"]["macro_f1"] <= scored["stance"]["macro_f1_high"] <= 1


def test_sources_are_listed_a_line_each(call):
    listed = {line["id"]: line for line in call("sources", "list").lines}
    assert listed["sample"]["kind"] == "folder"
    assert all({"id", "name", "kind", "address", "channel"} <= set(line) for line in listed.values())


def test_a_database_is_upgraded_and_checked_and_a_tampered_statement_is_found(call, home, folder):
    assert "run `policy-signals database upgrade`" in _unmade(call)
    [upgraded] = call("database", "upgrade", "--json").lines
    call("collect", "--folder", folder)
    call("classify")
    ended = call("database", "check", "--json")
    assert ended.code == 0
    [found] = ended.lines
    assert (found["revision"], found["broken"]) == (upgraded["revision"], {})
    assert set(found["rows"]) == {table.name for table in metadata.sorted_tables}
    with store.writing(store.open_engine(home.database_url)) as connection:
        connection.execute(text("UPDATE statements SET text = replace(text, 'support', 'oppose')"))
    ended = call("database", "check", "--json")
    assert ended.code == 1
    assert ended.lines[0]["broken"] == {"a statement is a verbatim part of its document": 1}
    assert "a statement is a verbatim part of its document: 1 rows" in ended.error


def _unmade(call) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLICY_SIGNALS_DATABASE", "sqlite:///unmade.db")
        cli.settings.cache_clear()
        error = call("database", "check").error
    cli.settings.cache_clear()
    return error


def test_the_installed_program_ends_with_1_and_one_line(tmp_path):
    program = Path(sys.executable).with_name("policy-signals")
    (tmp_path / "file").write_text("no folder")
    environment = {**os.environ, "POLICY_SIGNALS_HOME": str(tmp_path / "file" / "home")}
    ended = subprocess.run([program, "index"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("policy-signals: home ") and ended.stderr.count("\n") == 1
    assert "POLICY_SIGNALS_HOME" in ended.stderr


@pytest.mark.parametrize("is_project", [True, False])
def test_the_same_home_is_used_from_any_folder_of_a_project_and_the_working_folders_own_elsewhere(tmp_path, is_project):
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project / "analysis").mkdir(parents=True)
    for name in ("__init__.py", "settings.py"):
        shutil.copy(PROJECT / "analysis" / name, project / "analysis")
    for folder in (project, elsewhere):
        (folder / ".env").write_text(f"POLICY_SIGNALS_CONTACT={folder.name}\n")
    if is_project:
        (project / "pyproject.toml").write_text("")
    program = "from analysis.settings import settings; print(settings().home, settings().contact)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POLICY_SIGNALS_")}
    environment["PYTHONPATH"] = str(project)
    ended = subprocess.run([sys.executable, "-c", program], cwd=elsewhere, env=environment, capture_output=True, text=True)
    base = project if is_project else elsewhere
    assert ended.stdout == f"{base / 'var'} {base.name}\n", ended.stderr
