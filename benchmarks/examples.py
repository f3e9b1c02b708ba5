"""What each source of examples teaches: `python -m benchmarks.examples [LABELS]`.

Prints the macro-F1 of the stance classifier, trained on more and more composed examples without and with more and more real
statements, on real statements of other documents (those on a sector, in the five languages) and on LABELS (JSON lines with
text, language and stance) if given; and, by language, how well a classifier tells composed from real statements by their
sentence vectors (AUC over five folds; 0.5: not at all).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis.classify import cues, features, stance
from analysis.classify.real import real_statements
from analysis.classify.training import TrainingSet, chosen, composed_examples, joined, read_examples, training_set

COMPOSED_COUNTS = (300, 600, 1200, 2400, 4800)
REAL_SHARES = (0.25, 0.5, 1.0)
HELD_OUT = 5
"""One of so many parts of the documents is held out."""


def main(labels: Path | None = None) -> None:
    composed, real = training_set(composed_examples()), real_statements()
    asked = training_set(read_examples([labels])) if labels else None
    write = sys.stdout.write
    write(f"{'composed':>9}{'real':>7}{'macro-F1 on other real':>25}{'on LABELS' if asked else '':>12}\n")
    for line in curve(composed, real, asked, np.random.default_rng(1)):
        write(line + "\n")
    write("\ncomposed from real by sentence vectors, AUC\n")
    for language in cues.LANGUAGES:
        write(f"{language:>9}{separation(composed, asked or real, language):7.2f}\n")


def curve(composed: TrainingSet, real: TrainingSet, asked: TrainingSet | None, rng: np.random.Generator):
    """Give a line of figures for each amount of examples, on the same held-out documents."""
    taught, held = next(GroupKFold(HELD_OUT, shuffle=True, random_state=1).split(real.groups, groups=real.groups))
    told = held[(real.sectors[held].sum(axis=1) > 0) & np.isin(real.languages[held], cues.LANGUAGES)]
    order, documents = rng.permutation(len(composed)), rng.permutation(np.unique(real.groups[taught]))
    sizes = [*(size for size in COMPOSED_COUNTS if size < len(composed)), len(composed)]
    steps = [(size, 0.0) for size in sizes] + [(len(composed), share) for share in REAL_SHARES] + [(0, 1.0)]
    for size, share in steps:
        rows = taught[np.isin(real.groups[taught], documents[: round(share * len(documents))])]
        parts = [chosen(composed, order[:size])] * (size > 0) + [chosen(real, rows)] * (len(rows) > 0)
        examples = joined(parts)
        model = stance.build_model().fit(examples.inputs, examples.stances)
        figures = [macro_f1(model, chosen(real, told)), *([macro_f1(model, asked)] if asked else [])]
        yield f"{size:9}{len(rows):7}{figures[0]:25.3f}" + "".join(f"{figure:12.3f}" for figure in figures[1:])


def macro_f1(model, examples: TrainingSet) -> float:
    return float(f1_score(examples.stances, model.predict(examples.inputs), average="macro"))


def separation(composed: TrainingSet, real: TrainingSet, language: str) -> float:
    """Return the AUC with which composed statements of a language are told from real ones, held out by groups."""
    both = joined([chosen(part, np.flatnonzero(part.languages == language)) for part in (composed, real)])
    is_real = np.repeat([0, 1], [np.sum(part.languages == language) for part in (composed, real)])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.003, class_weight="balanced", max_iter=1000))
    rows = both.inputs[:, features.columns()["vector"]].toarray()
    scores = cross_val_predict(model, rows, is_real, groups=both.groups, cv=GroupKFold(5), method="decision_function")
    return float(roc_auc_score(is_real, scores))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
