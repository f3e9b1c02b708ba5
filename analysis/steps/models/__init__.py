"""The life of a model: trained, registered, compared, promoted by a person, and taken back."""

from analysis.steps.models.promoting import compare, promote, roll_back
from analysis.steps.models.registered import keep_evaluation, list_models, model_card, model_of
from analysis.steps.models.training import FIRST, current_model, is_ready, people_examples, train

__all__ = [
    "FIRST",
    "compare",
    "current_model",
    "is_ready",
    "keep_evaluation",
    "list_models",
    "model_card",
    "model_of",
    "people_examples",
    "promote",
    "roll_back",
    "train",
]
