"""Statements a second on one core: `python -m benchmarks.stance_speed CORPUS [--model FOLDER]`.

Takes the whole path of the product over official documents of CORPUS: split, attribute, features, vote; once looking at every
statement, once as the product does, which skips those without any authority, sector or cue word. The model is that of FOLDER,
else one fitted on a few of the project's own examples, which takes as long to ask. Set OMP_NUM_THREADS=1: seconds are those of
the processor, so that other programs do not count.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
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


class Timing(NamedTuple):
    """In how many seconds statements were split and judged, and what the model says of each."""

    splitting: float
    judging: float
    judgements: Sequence[Judgement]

    @property
    def rate(self) -> float:
        """Statements a second over the whole path."""
        return len(self.judgements) / (self.splitting + self.judging)


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


def timed(given: Sequence[dict[str, Any]], model: Model, skips: bool) -> Timing:
    """Return how long splitting, attributing and judging the documents takes, with or without skipping (see `judge`)."""
    started = time.process_time()
    rows = [row for document in given for row in statement_rows(**document)]
    split_at = time.process_time()
    passages = [Passage(row["text"], row["language"], row["before"], row["after"]) for row in rows]
    judgements = judge(model, passages, skips)
    return Timing(split_at - started, time.process_time() - split_at, judgements)


def lost(everything: Timing, gated: Timing) -> float:
    """Return the share of all statements that hold a signal when they are looked at, and none when some are skipped."""
    pairs = list(zip(everything.judgements, gated.judgements, strict=True))
    return sum(whole.stance != "no_signal" == short.stance for whole, short in pairs) / max(1, len(pairs))


def lost_to_figures(everything: Timing, gated: Timing) -> float:
    """Return the share of all statements that count in a figure when they are looked at, and in none when some are skipped."""
    pairs = zip(everything.judgements, gated.judgements, strict=True)
    gone = sum(whole.stance != "no_signal" and bool(whole.sectors) and not short.sectors for whole, short in pairs)
    return gone / max(1, len(everything.judgements))


def small_model() -> Model:
    """Return a model fitted on a few of the project's own examples."""
    return fit(training_set(composed_examples()[::EVERY]), "m-timed")[0]


def main(corpus: Path, model: Model) -> None:
    """Print the figures."""
    given = list(documents(corpus))
    # What is made once, such as the encoder and the word lists, is not timed.
    timed(given[:2], model, skips=False)
    everything, gated = timed(given, model, skips=False), timed(given, model, skips=True)
    count = len(everything.judgements)
    sys.stdout.write(f"{len(given)} documents, {count} statements\n")
    tell("split and attribute, statements a second", count / everything.splitting)
    tell("features and vote, statements a second", count / everything.judging)
    tell("whole path, statements a second", everything.rate, GOAL)
    tell("whole path, skipping", gated.rate, GATED_GOAL)
    share = lost(everything, gated)
    verdict = "PASS" if share < MOST_LOST else "MISS"
    sys.stdout.write(f"{'signals lost by skipping, of all statements':44} {share:8.4f}  < {MOST_LOST} {verdict}\n")
    sys.stdout.write(f"{'those of them with a sector, which count':44} {lost_to_figures(everything, gated):8.4f}\n")


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
