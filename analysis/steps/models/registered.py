"""The registry of models: rows, files, scores and cards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, func, select, update

from analysis import store
from analysis.errors import ModelError
from analysis.settings import Settings
from analysis.steps.place import open_place
from analysis.tables import models

if TYPE_CHECKING:
    from analysis.classify.model import Model

LIFE = (
    "status", "evaluation", "promoted_at", "promoted_by", "promotion_reason", "despite", "verdict", "replaced_id",
    "rolled_back_at", "rolled_back_by", "rollback_reason",
)  # fmt: skip
"""What happens to a model after it was fitted."""


def model_of(settings: Settings, engine: Engine, model_id: str) -> Model:
    """Return a registered model. Raises ModelError for an unknown one and for one that cannot be used."""
    with store.reading(engine) as connection:
        return loaded(settings, row_of(connection, model_id))


def loaded(settings: Settings, row: dict[str, Any]) -> Model:
    from analysis.classify import registry

    return registry.load(settings.home / row["file_path"], row["file_hash"])


def current_row(connection: Connection) -> dict[str, Any] | None:
    row = connection.execute(select(models).where(models.c.status == "current")).mappings().first()
    return dict(row) if row else None


def row_of(connection: Connection, model_id: str) -> dict[str, Any]:
    row = connection.execute(select(models).where(models.c.model_id == model_id)).mappings().first()
    if row is None:
        raise ModelError(f"model {model_id} is unknown: `policy-signals models list` shows all")
    return dict(row)


def take_turn(connection: Connection) -> None:
    """Wait until nobody else changes the registry; SQLite has one writer anyhow."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("models"))))


def change(connection: Connection, model_id: str, **values: Any) -> None:
    connection.execute(update(models).where(models.c.model_id == model_id).values(**values))


def keep_evaluation(settings: Settings, model_id: str, labels_hash: str, figures: dict[str, Any]) -> None:
    """Keep in the registry how a model scored on a labelled file, which is named by its SHA-256; its card tells it too."""
    engine = open_place(settings)
    with store.writing(engine) as connection:
        change(connection, model_id, evaluation=json.dumps({"labels_sha256": labels_hash, **figures}))
        row = row_of(connection, model_id)
    write_card(settings, row)


def list_models(settings: Settings) -> list[dict[str, Any]]:
    """Return every registered model with its status and main figures, the newest first."""
    with store.reading(open_place(settings)) as connection:
        rows = connection.execute(select(models).order_by(models.c.trained_at.desc(), models.c.model_id)).mappings().all()
    named = ("model_id", "status", "has_vectors", "example_count", "trained_at", *LIFE[2:6], *LIFE[7:])
    return [
        {
            **{name: row[name] for name in named},
            "languages": row["languages"].split(),
            "held_out_macro_f1": {origin: told["macro_f1"] for origin, told in json.loads(row["metrics"]).items()},
            "evaluation_macro_f1": json.loads(row["evaluation"])["stance"]["macro_f1"] if row["evaluation"] else None,
        }
        for row in rows
    ]


def write_card(settings: Settings, row: dict[str, Any]) -> str:
    """Write a model's card beside its file, where that is there, and return its text."""
    from analysis.classify.card import card
    from analysis.classify.registry import CARD_FILE

    words = card(row)
    folder = settings.home / row["file_path"]
    if folder.is_dir():
        (folder / CARD_FILE).write_text(words, encoding="utf-8")
    return words


def model_card(settings: Settings, model_id: str) -> str:
    """Return the card of a registered model, written anew beside its file. Raises ModelError for an unknown one."""
    with store.reading(open_place(settings)) as connection:
        row = row_of(connection, model_id)
    return write_card(settings, row)
