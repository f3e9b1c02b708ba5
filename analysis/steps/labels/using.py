"""What labels are used for: training, and the errors of the classifier."""

from __future__ import annotations

from sqlalchemy import Engine

from analysis import store
from analysis.classify.labelling.use import PEOPLE_WEIGHT, AuditLabel, TrainingLabel, for_errors, for_training
from analysis.steps.labels.held import audited, everything_read, sample_rows, shown


def training_labels(engine: Engine, weight: float = PEOPLE_WEIGHT) -> list[TrainingLabel]:
    """Return people's labels that may be trained on beside the composed examples; none of a statement or text of an audit."""
    with store.reading(engine) as connection:
        read = everything_read(connection)
        told = shown(connection, (name for name, _ in read))
        return for_training(read, told, *audited(connection), weight)


def audit_labels(engine: Engine) -> list[AuditLabel]:
    """Return the audited statements that people have answered, with the probabilities at the draw and their weight."""
    with store.reading(engine) as connection:
        return for_errors(everything_read(connection), sample_rows(connection))
