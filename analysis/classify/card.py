"""A model's card: purpose, data, recipe, figures with intervals and limits, as Markdown from its row in the registry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.tables import STANCES

PURPOSE = """It gives a statement of a public document or of the press the stance of the authority in it towards a technology
sector: supportive, neutral, restrictive, or no signal where no authority's position is told; and the sectors that it is
about. Its judgements are summed up by week, place and sector. It is not made for judging persons or single firms, nor for
decisions on one statement that nobody reads."""
LIMITS = """- Figures hold for statements like those that they were measured on; other sources, topics and times differ.
- It judges one stance a statement, for all sectors in it; who is meant by which clause is seen in part only.
- Composed examples are clearer than life: of the held-out figures those on real statements and on people's labels count.
- Sets of stances keep their coverage only as far as new statements are like those that set their limits.
- "Cannot tell" is an answer: none or several stances that cannot be ruled out."""
ORIGINS = {
    "composed": "composed for the project",
    "real": "real statements, kept as figures without their text",
    "people": "people's labels",
}


def card(row: Mapping[str, Any]) -> str:
    """Return the card of a row of `models`. It says the same for the same row."""
    recipe, versions, examples = (json.loads(row[name]) for name in ("recipe", "versions", "examples"))
    evaluation = json.loads(row["evaluation"]) if row["evaluation"] else None
    parts = [
        f"# Model {row['model_id']}",
        _life(row),
        "## Purpose",
        PURPOSE,
        "## Training data",
        f"{row['example_count']} labelled statements; SHA-256 of them and their labels: `{row['data_hash']}`.",
        _data(examples),
        "## Recipe",
        _recipe(row, recipe, versions),
        "## Held-out figures",
        "Cross-validation on the training data; statements of one document or writer never stood on both sides.",
        *(
            part
            for origin, figures in json.loads(row["metrics"]).items()
            for part in (f"### On examples {ORIGINS.get(origin, origin)}", *_figures(figures))
        ),
        "## Evaluation",
        *(_evaluation(evaluation) if evaluation else ["It was not scored on a labelled file yet: `policy-signals evaluate`."]),
        "## Limits",
        LIMITS,
        "## How to cite",
        f"Policy Signals, stance classifier {row['model_id']}, trained {row['trained_at']:%Y-%m-%d}, SHA-256 of the file "
        f"`{row['file_hash']}`.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _life(row: Mapping[str, Any]) -> str:
    words = [f"Status: {row['status']}. Trained {row['trained_at']:%Y-%m-%d %H:%M} UTC."]
    if row["promoted_at"]:
        who = f" by {_plain(row['promoted_by'])}" if row["promoted_by"] else ""
        words.append(f"Made current {row['promoted_at']:%Y-%m-%d %H:%M} UTC{who}: {_plain(row['promotion_reason'] or '')}.")
    if row["replaced_id"]:
        words.append(f"It replaced {row['replaced_id']}.")
    if row["despite"]:
        words.append(f"The comparison could not tell; promoted all the same: {_plain(row['despite'])}.")
    if row["rolled_back_at"]:
        who = f"{row['rolled_back_at']:%Y-%m-%d %H:%M} UTC by {_plain(row['rolled_back_by'])}"
        words.append(f"Taken back {who}: {_plain(row['rollback_reason'])}.")
    return " ".join(words)


def _plain(words: str) -> str:
    """Return a person's words as one line without marks of Markdown or HTML and without the last full stop."""
    shown = "".join(f"\\{sign}" if sign in "\\`*_[]<>|#!" else sign for sign in " ".join(words.split()))
    return shown.rstrip(".")


def _data(examples: Mapping[str, Mapping[str, Mapping[str, int]]]) -> str:
    rows = [
        (ORIGINS.get(origin, origin), language, *(str(by_stance[stance]) for stance in STANCES), str(sum(by_stance.values())))
        for origin, by_language in sorted(examples.items())
        for language, by_stance in sorted(by_language.items())
    ]
    return _table(("origin", "language", *STANCES, "all"), rows) if rows else ""


def _recipe(row: Mapping[str, Any], recipe: Mapping[str, Any], versions: Mapping[str, str]) -> str:
    told = [
        f"Sentence vectors vote: {'yes' if row['has_vectors'] else 'no'}. Languages: {row['languages']}. Order of the "
        f"probabilities: {row['label_order']}.",
        _table(("library", "version"), sorted(versions.items())) if versions else "",
        f"```json\n{json.dumps(recipe, indent=1, sort_keys=True)}\n```",
    ]
    return "\n\n".join(part for part in told if part)


def _evaluation(evaluation: Mapping[str, Any]) -> list[str]:
    place = evaluation.get("jurisdiction") or {}
    parts = [
        f"On a labelled file with the SHA-256 `{evaluation['labels_sha256']}`, which it was not trained on.",
        *_figures({**evaluation["stance"], "sectors": evaluation.get("sectors")}),
    ]
    if place.get("count"):
        parts.append(f"Jurisdiction right: {_number(place['accuracy'])} of {place['count']} statements that have one.")
    return parts


def _figures(figures: Mapping[str, Any]) -> list[str]:
    whole = (
        ("macro-F1", _with_interval(figures)),
        ("accuracy", _number(figures["accuracy"])),
        ("expected calibration error", _number(figures["expected_calibration_error"])),
        ("Brier score", _number(figures["brier"])),
        ("supportive taken for restrictive or the reverse, of directional", _number(figures["opposite_share_of_directional"])),
        ("cannot tell", _number(figures.get("cannot_tell_share"))),
        ("sets that hold the true stance", _number(figures.get("coverage"))),
        ("single answers that are right", _number(figures.get("single_accuracy"))),
        ("sectors, micro-F1", _number((figures.get("sectors") or {}).get("micro_f1"))),
        ("sectors, macro-F1", _number((figures.get("sectors") or {}).get("macro_f1"))),
    )
    by_stance = [(stance, _number(figures["f1"][stance]), _span(*figures["f1_interval"][stance])) for stance in STANCES]
    by_part = [
        (
            f"{name} {value}".strip(),
            str(found["count"]),
            _with_interval(found),
            _number(found["expected_calibration_error"]),
            _number(found.get("cannot_tell_share")),
        )
        for name in ("language", "kind", "channel")
        for value, found in figures.get(name, {}).items()
    ]
    reliability = [
        (f"from {row['from']:.1f}", str(row["count"]), _number(row["confidence"]), _number(row["accuracy"]))
        for row in figures["reliability"]
    ]
    return [
        _table((f"{figures['count']} statements", "figure (95 % interval)"), whole),
        _table(("stance", "F1", "95 % interval"), by_stance),
        _table(("part", "statements", "macro-F1 (95 % interval)", "calibration error", "cannot tell"), by_part)
        if by_part
        else "",
        _table(("highest probability", "statements", "mean of it", "right"), reliability),
    ]


def _with_interval(figures: Mapping[str, Any]) -> str:
    return f"{_number(figures['macro_f1'])} ({_span(figures['macro_f1_low'], figures['macro_f1_high'])})"


def _span(low: float | None, high: float | None) -> str:
    return f"{_number(low)} to {_number(high)}"


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
