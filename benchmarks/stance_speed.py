"""Statements a second on one core: `python -m benchmarks.stance_speed CORPUS [--model FOLDER]`.

Takes the whole path of the product over official documents of CORPUS: split, attribute, features, vote. The model is that of
FOLDER, else one fitted on a few of the project's own examples, which takes as long to ask. Set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from analysis.classify import cues, registry
from analysis.classify.features import Passage
from analysis.classify.model import Judgement, Model, fit, judge
from analysis.classify.training import composed_examples, training_set
from analysis.steps.classify import statement_rows
from benchmarks import official

GOAL = 250
GATED_GOAL = 1_500
MOST_LOST = 0.01
DOCUMENT_COUNT = 60
EVERY = 10
"""One in so many of the project's examples is enough for a model that is only timed."""
LONGEST = 60_000
"""Characters of a document that are read, so that one long law does not decide the figure."""

Gate = Callable[[Passage], bool]


class Timing(NamedTuple):
    """How many statements, in how many seconds; `judged` are those asked of the model with what it says."""

    total: int
    splitting: float
    judging: float
    judged: dict[int, Judgement]

    @property
    def rate(self) -> float:
        """Statements a second over the whole path."""
        return self.total / (self.splitting + self.judging)


def documents(corpus: Path) -> Iterator[dict[str, Any]]:
    """Give what `statement_rows` takes of the readable official documents in the languages with cue lists."""
    rows = [row for row in official.rows(corpus / "official") if row["language"] in cues.LANGUAGES]
    for number, row in enumerate(rows[:: max(1, len(rows) // DOCUMENT_COUNT)]):
        read = official.read_ours((corpus / "official" / row["file"]).read_bytes(), row)
        if read.refusal is None:
            yield {
                "document_id": f"d-{number}",
                "text": read.text[:LONGEST],
                "language": row["language"],
                "channel": "official",
                "authority_id": None,
                "title": read.title,
                "published_on": read.day,
            }


def timed(given: Sequence[dict[str, Any]], model: Model, gate: Gate | None = None) -> Timing:
    """Return how long splitting, attributing and judging the documents takes; a gate says which statements are judged."""
    started = time.perf_counter()
    rows = [row for document in given for row in statement_rows(**document)]
    split_at = time.perf_counter()
    passages = [Passage(row["text"], row["language"], row["before"], row["after"]) for row in rows]
    asked = [number for number, passage in enumerate(passages) if gate is None or gate(passage)]
    judgements = judge(model, [passages[number] for number in asked])
    ended = time.perf_counter()
    return Timing(len(rows), split_at - started, ended - split_at, dict(zip(asked, judgements, strict=True)))


def lost(everything: Timing, gated: Timing) -> float:
    """Return the share of all statements that the model finds to hold a signal and the gate withheld."""
    withheld = [found for number, found in everything.judged.items() if number not in gated.judged]
    return sum(found.stance != "no_signal" for found in withheld) / max(1, everything.total)


def small_model() -> Model:
    """Return a model fitted on a few of the project's own examples."""
    return fit(training_set(composed_examples()[::EVERY]), "m-timed")[0]


def main(corpus: Path, model: Model, gate: Gate | None = None) -> None:
    """Print the figures; those with a gate where there is one."""
    given = list(documents(corpus))
    for document in given[:2]:
        timed([document], model, gate)
    everything = timed(given, model)
    sys.stdout.write(f"{len(given)} documents, {everything.total} statements\n")
    tell("split and attribute, statements a second", everything.total / everything.splitting)
    tell("features and vote, statements a second", everything.total / everything.judging)
    tell("whole path, statements a second", everything.rate, GOAL)
    if gate:
        gated = timed(given, model, gate)
        tell("with the gate", gated.rate, GATED_GOAL)
        share = lost(everything, gated)
        verdict = "PASS" if share < MOST_LOST else "MISS"
        sys.stdout.write(f"{'signals lost by the gate, of all statements':44} {share:8.4f}  < {MOST_LOST} {verdict}\n")


def tell(name: str, rate: float, goal: int | None = None) -> None:
    """Print one rate, of which more is better."""
    verdict = "" if goal is None else f"  >= {goal} {'PASS' if rate >= goal else 'MISS'}"
    sys.stdout.write(f"{name:44} {rate:8.0f}{verdict}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stance_speed", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model", type=Path, help="folder of a model")
    told = parser.parse_args()
    main(told.corpus, registry.load(told.model) if told.model else small_model())
