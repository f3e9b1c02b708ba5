from __future__ import annotations

import json
import sys

import pytest
import time_machine

from analysis import cli
from analysis.classify.training import EXAMPLES
from analysis.tables import STANCES

MOMENT = "2025-06-02T09:30:00+00:00"


@pytest.fixture
def call(environment, monkeypatch, capsys):
    """Run `policy-signals` in this process and return its code, what it printed and words for people."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["policy-signals", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended, time_machine.travel(MOMENT, tick=False):
            cli.main()
            raise SystemExit(0)
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return call


def written(path, language, first, step):
    lines = [json.loads(line) for line in (EXAMPLES / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for stance in STANCES for row in [row for row in lines if row["stance"] == stance][first::step]]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_models_are_trained_scored_listed_compared_promoted_taken_back_and_told_of(call, tmp_path):
    one, other = (written(tmp_path / f"{first}.jsonl", "en", first, 12) for first in (0, 1))
    frozen = written(tmp_path / "frozen.jsonl", "en", 2, 15)
    first, second = (json.loads(call("train", "--labels", path, "--without-vectors")[1]) for path in (one, other))
    assert (first["status"], second["status"]) == ("current", "challenger")
    scored = json.loads(call("evaluate", "--labels", frozen)[1])
    assert scored["model_id"] == first["model_id"]
    assert {"press_release", "law_clause"} <= set(scored["stance"]["kind"])
    listed = {line["model_id"]: line for line in map(json.loads, call("models", "list")[1].splitlines())}
    assert listed[first["model_id"]]["evaluation_macro_f1"] == scored["stance"]["macro_f1"]
    assert listed[second["model_id"]]["status"] == "challenger"
    compared = json.loads(call("models", "compare", "--labels", frozen)[1])
    assert (compared["champion_id"], compared["challenger_id"]) == (first["model_id"], second["model_id"])
    who = ("--by", "ada", "--reason", "a trial")
    code, _, error = call("models", "promote", second["model_id"], *who)
    assert code == 1 and "--despite REASON" in error
    code, out, _ = call("models", "promote", second["model_id"], *who, "--despite", "nothing to compare on")
    assert (code, json.loads(out)["replaced_id"]) == (0, first["model_id"])
    code, card, _ = call("models", "card", second["model_id"])
    assert card.startswith(f"# Model {second['model_id']}\n") and "by ada: a trial" in card
    code, out, _ = call("models", "rollback", *who, "--json")
    assert json.loads(out) == {"model_id": first["model_id"], "rolled_back_id": second["model_id"]}
    code, out, _ = call("models", "drift", "--json")
    assert json.loads(out) == {"checks": 0, "warnings": 0, "alarms": 0, "breached": []}
    assert call("models", "card", "m-none")[0] == 1


def test_a_promotion_without_a_name_is_wrong_use(call):
    assert call("models", "promote", "m-x", "--reason", "why")[0] == 2
    code, _, error = call("models", "promote", "m-x", "--by", " ", "--reason", "why")
    assert code == 1 and "needs a person's name" in error
