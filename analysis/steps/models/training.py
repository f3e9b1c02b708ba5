"""A model is fitted and registered: a challenger, or the current one where no other can be used."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Engine, select

from analysis import store
from analysis.errors import ModelError
from analysis.settings import Settings
from analysis.steps.models.registered import LIFE, change, current_row, loaded, take_turn, write_card
from analysis.steps.place import check, open_place, write
from analysis.tables import SECTORS, STANCES, models

if TYPE_CHECKING:
    from analysis.classify.model import HeldOut, Model
    from analysis.classify.training import Example, TrainingSet

log = logging.getLogger(__name__)

FIRST = "first model"


def current_model(settings: Settings, engine: Engine, now: datetime) -> Model:
    """Return the registry's current model, trained from the project's examples where there is none that can be used.

    Raises ModelError when the one just trained cannot be used either.
    """
    with store.reading(engine) as connection:
        row = current_row(connection)
    if row:
        try:
            return loaded(settings, row)
        except ModelError as error:
            log.warning("%s; a new one is trained from the project's examples", error)
    train(settings, now)
    with store.reading(engine) as connection:
        return loaded(settings, current_row(connection) or {})


def is_ready(settings: Settings, engine: Engine) -> bool:
    """Whether there is a current model that can be used, so that none has to be trained first."""
    with store.reading(engine) as connection:
        row = current_row(connection)
    try:
        return bool(row and loaded(settings, row))
    except ModelError:
        return False


def train(
    settings: Settings, now: datetime, labels: Sequence[Path] = (), out: Path | None = None, has_vectors: bool = True
) -> dict[str, Any]:
    """Fit a model on labelled files, else on the project's examples and people's labels; return id and held-out metrics.

    With `out` it is written there and nowhere registered. Otherwise it becomes a challenger, or the current model where none
    can be used. The same examples, recipe and versions give the same model, which is not fitted again.
    """
    from analysis.classify import registry
    from analysis.classify.model import fit

    engine = None if labels and out else open_place(settings)
    examples = _examples(engine, labels)
    name = registry.model_id(examples, has_vectors)
    if engine and not out and (kept := _usable(settings, engine, name)):
        status = _register(settings, engine, kept, now)
        return _told(kept) | {"status": status}
    model, held_out = fit(examples, name, has_vectors)
    path = Path("models") / name
    digest = registry.save(model, out or settings.home / path, examples.digest)
    row = {**_fitted_row(model, examples, held_out), "file_path": path.as_posix(), "file_hash": digest, "trained_at": now}
    if out or not engine:
        return _told(row)
    return _told(row) | {"status": _register(settings, engine, row, now)}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {"model_id": row["model_id"], "examples": row["example_count"], "metrics": json.loads(row["metrics"])}


def _examples(engine: Engine | None, labels: Sequence[Path]) -> TrainingSet:
    from analysis.classify.real import real_statements
    from analysis.classify.training import composed_examples, joined, read_examples, training_set

    if labels or engine is None:
        return training_set(read_examples(labels))
    people = people_examples(engine)
    own = [training_set(composed_examples()), real_statements()]
    return joined([*own, training_set(people, "people")] if people else own)


def people_examples(engine: Engine) -> list[Example]:
    """Return people's labels as examples, each with its weight; none of a statement that was ever audited."""
    from analysis.classify.features import Passage
    from analysis.classify.training import Example
    from analysis.steps.labels import training_labels

    return [
        Example(
            Passage(label.text, label.language, label.before, label.after),
            label.stance,
            label.sectors,
            label.group,
            label.weight,
        )
        for label in training_labels(engine)
    ]


def _usable(settings: Settings, engine: Engine, name: str) -> dict[str, Any] | None:
    """Return the row of a model that is registered and whose file can be used."""
    with store.reading(engine) as connection:
        found = connection.execute(select(models).where(models.c.model_id == name)).mappings().first()
    try:
        return dict(found) if found and loaded(settings, dict(found)) else None
    except ModelError:
        # It is fitted again, which mends it.
        return None


def _fitted_row(model: Model, examples: TrainingSet, held_out: HeldOut) -> dict[str, Any]:
    from analysis.classify import registry
    from analysis.classify.model import recipe

    return {
        "model_id": model.model_id,
        "data_hash": examples.digest,
        "languages": " ".join(model.languages),
        "has_vectors": model.has_vectors,
        "example_count": len(examples),
        "examples": json.dumps(_counts(examples)),
        "label_order": " ".join(STANCES),
        "versions": json.dumps(registry.versions(model.has_vectors), sort_keys=True),
        "recipe": json.dumps(recipe(model.has_vectors), sort_keys=True),
        "metrics": json.dumps(
            {origin: _held_out_metrics(model, examples, held_out, origin) for origin in sorted(set(examples.origins))}
        ),
    }


def _counts(examples: TrainingSet) -> dict[str, dict[str, dict[str, int]]]:
    """Return the numbers of examples by origin, language and stance."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    rows = zip(examples.origins.tolist(), examples.languages.tolist(), examples.stances.tolist(), strict=True)
    for origin, language, stance in rows:
        by_stance = found.setdefault(origin, {}).setdefault(language, dict.fromkeys(STANCES, 0))
        by_stance[stance] += 1
    return found


def _held_out_metrics(model: Model, examples: TrainingSet, held_out: HeldOut, origin: str) -> dict[str, Any]:
    from analysis.classify.evaluate import sector_metrics, stance_metrics
    from analysis.classify.stance import stance_sets

    rows = np.flatnonzero(examples.origins == origin)
    probabilities = held_out.probabilities[rows]
    wanted, given = (
        [[SECTORS[number] for number in np.flatnonzero(row)] for row in told[rows]]
        for told in (examples.sectors, held_out.sectors)
    )
    stance = stance_metrics(
        examples.stances[rows],
        probabilities,
        np.random.default_rng(0),
        groups=examples.groups[rows],
        parts={"language": examples.languages[rows]},
        sets=stance_sets(probabilities, np.array(model.set_limits)),
    )
    return {**stance, "sectors": sector_metrics(wanted, given)}


def _register(settings: Settings, engine: Engine, row: dict[str, Any], now: datetime) -> str:
    """Write a fitted model into the registry and return its status; what has happened to it before stays."""
    with store.writing(engine) as connection:
        take_turn(connection)
        held = connection.execute(select(models).where(models.c.model_id == row["model_id"])).mappings().first()
        before = current_row(connection)
        life: dict[str, Any] = {name: held[name] if held else None for name in LIFE} | {
            "status": held["status"] if held else "challenger"
        }
        unusable = _why_unusable(settings, before, row["model_id"])
        if unusable:
            life |= {"status": "current", "promoted_at": now, "promoted_by": None, "promotion_reason": unusable}
            if before and before["model_id"] != row["model_id"]:
                life["replaced_id"] = before["model_id"]
                change(connection, before["model_id"], status="retired")
        whole = {**row, **life}
        write(connection, models, check(models, [whole], row["model_id"], now))
        # Touched, because a file written anew has a new hash.
        store.upsert(connection, models, [whole], touch=True)
    write_card(settings, whole)
    return str(whole["status"])


def _why_unusable(settings: Settings, current: dict[str, Any] | None, new_id: str) -> str | None:
    """Return why no current model can be used; None where one can, or where the new one is that one, written anew."""
    if current is None:
        return FIRST
    if current["model_id"] == new_id:
        return None
    try:
        loaded(settings, current)
    except ModelError as error:
        return f"the model before cannot be used: {error}"
    return None
