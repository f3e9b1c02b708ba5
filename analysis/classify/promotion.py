"""Whether a challenger may take the champion's place: a verdict on the same statements, paired, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from analysis.classify.evaluate import confusions, draws, interval, macro_f1, opposite_share, resampled, rounded
from analysis.tables import STANCES

TOLERANCE = 0.02
"""Macro-F1 by which a challenger may seem worse on the frozen evaluation, at the lower end of the 95 % interval."""
SURE_ENOUGH = 0.8
"""Probability of being better on the newest labels from which on it counts as better."""
FEWEST = 60
"""Labelled statements below which a comparison cannot tell."""
FEWEST_OF_A_LANGUAGE = 30

Outcome = Literal["yes", "no", "cannot tell"]


@dataclass(frozen=True)
class Compared:
    """What two models say of the same labelled statements; all have one entry a statement."""

    stances: Sequence[str]
    languages: Sequence[str]
    groups: Sequence[str]
    """Document of each statement; those of one are drawn together."""
    champion: np.ndarray
    """Probabilities, shape (statements, 4), columns in the order of STANCES."""
    challenger: np.ndarray


@dataclass(frozen=True)
class Verdict:
    """What a comparison says: `yes`, `no` or `cannot tell`, why, and the figures with their intervals."""

    outcome: Outcome
    reasons: tuple[str, ...]
    figures: dict[str, Any]

    @property
    def may_promote(self) -> bool:
        """Whether nothing but a person's approval is missing."""
        return self.outcome == "yes"

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain values."""
        return {"may_promote": self.may_promote, **asdict(self)}


def verdict(frozen: Compared | None, newest: Compared | None, rng: np.random.Generator) -> Verdict:
    """Return whether the challenger may take the champion's place.

    It may where it is not worse on the frozen evaluation and better on people's newest labels. Not worse: the 95 % interval of
    the difference in macro-F1, by a bootstrap over documents that both models share, begins above -0.02; no language with 30
    statements or more is clearly worse, and supportive is not clearly more often taken for restrictive or the reverse.
    Better: in at least 80 % of the draws. With fewer than 60 statements either part cannot tell.
    """
    told = [_of_frozen(frozen, rng), _of_newest(newest, rng)]
    outcomes = [outcome for outcome, _, _ in told]
    outcome: Outcome = "no" if "no" in outcomes else "cannot tell" if "cannot tell" in outcomes else "yes"
    reasons = tuple(reason for _, found, _ in told for reason in found)
    return Verdict(outcome, reasons, {"frozen": told[0][2], "newest": told[1][2]})


Part = tuple[Outcome, list[str], dict[str, Any]]


def _of_frozen(frozen: Compared | None, rng: np.random.Generator) -> Part:
    count = len(frozen.stances) if frozen else 0
    if frozen is None or count < FEWEST:
        return "cannot tell", [f"frozen evaluation: {count} statements, {FEWEST} are needed"], {"count": count}
    whole = _differences(frozen, np.ones(count, dtype=bool), rng)
    languages = np.asarray(frozen.languages)
    by_language = {str(name): _differences(frozen, languages == name, rng) for name in np.unique(languages)}
    against = []
    if not whole["macro_f1_low"] > -TOLERANCE:
        against.append(
            f"frozen evaluation: macro-F1 {whole['macro_f1']:+.3f} (95 % interval {whole['macro_f1_low']:+.3f} to "
            f"{whole['macro_f1_high']:+.3f}) may be worse by {TOLERANCE} or more"
        )
    for name, found in by_language.items():
        if found["count"] >= FEWEST_OF_A_LANGUAGE and found["macro_f1_high"] < 0:
            against.append(f"frozen evaluation: {name} is clearly worse (macro-F1 {found['macro_f1']:+.3f})")
    if whole["opposite_low"] is not None and whole["opposite_low"] > 0:
        against.append(
            f"frozen evaluation: opposite errors are clearly more ({whole['opposite']:+.3f} of directional statements)"
        )
    reasons = against or [f"frozen evaluation: not worse (macro-F1 {whole['macro_f1']:+.3f}, {count} statements)"]
    return ("no" if against else "yes"), reasons, {**whole, "language": by_language}


def _of_newest(newest: Compared | None, rng: np.random.Generator) -> Part:
    count = len(newest.stances) if newest else 0
    if newest is None or count < FEWEST:
        return "cannot tell", [f"newest labels: {count} statements, {FEWEST} are needed"], {"count": count}
    found = _differences(newest, np.ones(count, dtype=bool), rng)
    words = f"(macro-F1 {found['macro_f1']:+.3f}, better with probability {found['better']:.2f}, {count} statements)"
    is_better = found["macro_f1"] > 0 and found["better"] >= SURE_ENOUGH
    return (
        ("yes" if is_better else "no"),
        [f"newest labels: {'better' if is_better else 'not shown to be better'} {words}"],
        found,
    )


def _differences(rows: Compared, chosen: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    """Return challenger minus champion on some statements: macro-F1 and opposite errors, each with its 95 % interval."""
    wanted = np.array([STANCES.index(stance) for stance in rows.stances])[chosen]
    owners = np.unique(np.asarray(rows.groups)[chosen], return_inverse=True)[1]
    counts = [confusions(wanted, told[chosen].argmax(axis=1), owners) for told in (rows.champion, rows.challenger)]
    # The same documents are drawn for both, so that what is hard for both cancels out.
    drawn = draws(len(counts[0]), rng)
    (old, new), (old_drawn, new_drawn) = [each.sum(axis=0) for each in counts], [resampled(each, drawn) for each in counts]
    f1 = macro_f1(new_drawn) - macro_f1(old_drawn)
    opposite = opposite_share(new_drawn) - opposite_share(old_drawn)
    low, high = interval(f1)
    opposite_low, opposite_high = interval(opposite)
    return {
        "count": int(chosen.sum()),
        "champion_macro_f1": rounded(macro_f1(old)),
        "challenger_macro_f1": rounded(macro_f1(new)),
        "macro_f1": rounded(macro_f1(new) - macro_f1(old)),
        "macro_f1_low": low,
        "macro_f1_high": high,
        "better": rounded((f1 > 0).mean() + (f1 == 0).mean() / 2),
        "opposite": rounded(opposite_share(new) - opposite_share(old)),
        "opposite_low": opposite_low,
        "opposite_high": opposite_high,
    }
