"""A person makes a challenger the current model, after a comparison, and takes it back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, Engine, select

from analysis import store
from analysis.errors import ModelError
from analysis.settings import Settings
from analysis.steps.models.registered import change, current_row, loaded, row_of, take_turn, write_card
from analysis.steps.place import open_place
from analysis.tables import STANCES, models

if TYPE_CHECKING:
    from analysis.classify.features import Passage
    from analysis.classify.model import Model
    from analysis.classify.promotion import Compared, Verdict

NEWEST = 400
"""Audited statements, the newest, that a challenger is compared on."""


def compare(settings: Settings, labels: Path | None, model_id: str | None = None) -> dict[str, Any]:
    """Return the verdict on a challenger, else the newest one, against the current model; nothing is changed.

    `labels` is the frozen evaluation. Raises ModelError when there is nothing to compare, or a model or file cannot be used.
    """
    engine = open_place(settings)
    with store.reading(engine) as connection:
        champion = current_row(connection)
        challenger = row_of(connection, model_id) if model_id else _newest_challenger(connection)
    found = _verdict(settings, engine, champion, challenger, labels)
    return {
        "champion_id": champion["model_id"] if champion else None,
        "challenger_id": challenger["model_id"],
        **found.as_dict(),
    }


def _newest_challenger(connection: Connection) -> dict[str, Any]:
    waiting = select(models).where(models.c.status == "challenger").order_by(models.c.trained_at.desc(), models.c.model_id)
    row = connection.execute(waiting).mappings().first()
    if row is None:
        raise ModelError("no model is a challenger: run `policy-signals train` after new labels came, or name a model")
    return dict(row)


def _verdict(
    settings: Settings, engine: Engine, champion: dict[str, Any] | None, challenger: dict[str, Any], labels: Path | None
) -> Verdict:
    from analysis.classify.promotion import Verdict, verdict

    if champion and champion["model_id"] == challenger["model_id"]:
        raise ModelError(f"model {challenger['model_id']} is current already: name another one")
    new = loaded(settings, challenger)
    try:
        old = loaded(settings, champion) if champion else None
    except ModelError as error:
        return Verdict("cannot tell", (str(error),), {})
    if old is None:
        return Verdict("cannot tell", ("no model is current to be compared with",), {})
    if lost := sorted(set(old.languages) - set(new.languages)):
        return Verdict("no", (f"it does not know {', '.join(lost)}, which the current model judges",), {})
    return verdict(_frozen(old, new, labels) if labels else None, _newest(engine, old, new), np.random.default_rng(0))


def _frozen(old: Model, new: Model, labels: Path) -> Compared | None:
    from analysis.classify.training import read_examples

    examples = read_examples([labels])
    return _compared(old, new, [(each.passage, each.stance, each.group) for each in examples])


def _newest(engine: Engine, old: Model, new: Model) -> Compared | None:
    """Return what both models say of the newest audited statements, on which none was trained."""
    from analysis.classify.features import Passage
    from analysis.steps.labels import audit_labels
    from analysis.steps.labels.held import shown

    found = sorted(audit_labels(engine), key=lambda label: (label.week, label.statement_id), reverse=True)[:NEWEST]
    with store.reading(engine) as connection:
        texts = shown(connection, (label.statement_id for label in found))
    rows = []
    for label in found:
        if told := texts.get(label.statement_id):
            passage = Passage(told["text"], told["language"], told["before"], told["after"])
            rows.append((passage, label.stance, label.group))
    return _compared(old, new, rows)


def _compared(old: Model, new: Model, rows: Sequence[tuple[Passage, str, str]]) -> Compared | None:
    from analysis.classify.model import judge
    from analysis.classify.promotion import Compared

    known = [row for row in rows if row[0].language in old.languages]
    if not known:
        return None
    passages, stances, groups = zip(*known, strict=True)
    told = [
        np.array([[judgement.probabilities[stance] for stance in STANCES] for judgement in judge(model, passages)])
        for model in (old, new)
    ]
    return Compared(stances, [passage.language for passage in passages], groups, *told)


def promote(
    settings: Settings,
    model_id: str,
    by: str,
    reason: str,
    now: datetime,
    labels: Path | None = None,
    despite: str | None = None,
) -> dict[str, Any]:
    """Make a model the current one, in a person's name and for a reason, and return the verdict that allowed it.

    Raises ModelError when it is worse or not shown to be better; where that cannot be told, unless `despite` says why it is
    promoted all the same.
    """
    _refuse_nameless("promotion", by, reason)
    engine = open_place(settings)
    with store.reading(engine) as connection:
        champion, challenger = current_row(connection), row_of(connection, model_id)
    found = _verdict(settings, engine, champion, challenger, labels)
    told = "; ".join(found.reasons)
    if found.outcome == "no":
        raise ModelError(f"model {model_id} is not promoted: {told}")
    if not found.may_promote and not (despite or "").strip():
        raise ModelError(f"model {model_id} is not promoted, it cannot be told whether it is better: {told}: --despite REASON")
    changes = {
        "status": "current",
        "promoted_at": now,
        "promoted_by": by,
        "promotion_reason": reason,
        "despite": None if found.may_promote else despite,
        "verdict": json.dumps(found.as_dict()),
        "replaced_id": champion["model_id"] if champion else None,
        **dict.fromkeys(("rolled_back_at", "rolled_back_by", "rollback_reason")),
    }
    _change_current(settings, engine, champion, {}, model_id, changes)
    return {"model_id": model_id, "replaced_id": changes["replaced_id"], **found.as_dict()}


def _refuse_nameless(what: str, by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise ModelError(f"a {what} needs a person's name and a reason: give --by and --reason")


def _change_current(
    settings: Settings,
    engine: Engine,
    before: dict[str, Any] | None,
    of_before: dict[str, Any],
    model_id: str,
    changes: dict[str, Any],
) -> None:
    """Retire the current model and put another in its place, if it is still the one that was looked at."""
    with store.writing(engine) as connection:
        take_turn(connection)
        found = current_row(connection)
        if (found or {}).get("model_id") != (before or {}).get("model_id"):
            raise ModelError("another model has become current meanwhile: look at `policy-signals models list` and do it again")
        if found:
            change(connection, found["model_id"], status="retired", **of_before)
        change(connection, model_id, **changes)
        rows = [row_of(connection, name) for name in ([found["model_id"]] if found else []) + [model_id]]
    for row in rows:
        write_card(settings, row)


def roll_back(settings: Settings, by: str, reason: str, now: datetime) -> dict[str, Any]:
    """Make the model current again that the current one replaced: one step. Return both ids.

    Raises ModelError when it replaced none, or when that model's file is missing or of other versions.
    """
    _refuse_nameless("rollback", by, reason)
    engine = open_place(settings)
    with store.reading(engine) as connection:
        current = current_row(connection)
        if current is None or current["replaced_id"] is None:
            raise ModelError("the current model replaced none: there is nothing to go back to")
        before = row_of(connection, current["replaced_id"])
    loaded(settings, before)
    taken_back = {"rolled_back_at": now, "rolled_back_by": by, "rollback_reason": reason}
    _change_current(settings, engine, current, taken_back, before["model_id"], {"status": "current"})
    return {"model_id": before["model_id"], "rolled_back_id": current["model_id"]}
