"""What people's labels are used for: training beside the composed examples, and measuring errors. Never both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from analysis.classify.labelling.answers import Read, text_key
from analysis.tables import STANCES

PEOPLE_WEIGHT = 1.0
"""Weight of a person's label; composed and real statements weigh 1 beside it."""


@dataclass(frozen=True)
class TrainingLabel:
    """A labelled statement to train on; `group` is the document by which folds are kept apart."""

    statement_id: str
    text: str
    before: str
    after: str
    language: str
    channel: str
    stance: str
    sectors: tuple[str, ...]
    jurisdiction: str
    weight: float
    group: str


@dataclass(frozen=True)
class AuditLabel:
    """An audited statement: what people say, and the probabilities (in the order of STANCES) that the model gave it then.

    `weight` is 1 / inclusion probability.
    """

    statement_id: str
    week: str
    language: str
    channel: str
    model_id: str
    probabilities: tuple[float, ...]
    stance: str
    weight: float
    group: str


def for_training(
    read: Mapping[tuple[str, str], Read],
    shown: Mapping[str, Mapping[str, Any]],
    audited: Set[str],
    audited_texts: Set[str],
    weight: float = PEOPLE_WEIGHT,
) -> list[TrainingLabel]:
    """Return the labels that may be trained on: for training, undisputed, not doubted, and of no audited text.

    `read` is by statement and purpose, `shown` holds the statements with channel and document, `audited` and `audited_texts`
    tell what was ever drawn for an audit. The same text in two documents has one group, so that no fold sees it twice.
    """
    found: list[TrainingLabel] = []
    groups: dict[str, str] = {}
    for (statement_id, purpose), said in sorted(read.items()):
        row, answer = shown.get(statement_id), said.resolved
        if purpose != "training" or row is None or answer is None or answer.is_unsure:
            continue
        key = text_key(row["text"])
        if statement_id in audited or key in audited_texts:
            continue
        group = groups.setdefault(key, row["document_id"])
        told = {name: row[name] for name in ("text", "before", "after", "language", "channel")}
        found.append(
            TrainingLabel(
                statement_id,
                **told,
                stance=answer.stance,
                sectors=answer.sectors,
                jurisdiction=answer.jurisdiction,
                weight=weight,
                group=group,
            )
        )
    return found


def for_errors(read: Mapping[tuple[str, str], Read], samples: Iterable[Mapping[str, Any]]) -> list[AuditLabel]:
    """Return the audited statements that people have answered and do not dispute, doubted ones among them.

    `samples` are rows of the table of that name; to leave out what people doubt would make the rest look easier than it is.
    """
    found = []
    for sample in samples:
        said = read.get((sample["statement_id"], "audit"))
        if sample["purpose"] != "audit" or said is None or said.resolved is None:
            continue
        found.append(
            AuditLabel(
                sample["statement_id"],
                sample["batch"],
                sample["language"],
                sample["channel"],
                sample["model_id"],
                tuple(sample[stance] for stance in STANCES),
                said.resolved.stance,
                1 / sample["inclusion_probability"],
                sample["document_id"],
            )
        )
    return found
