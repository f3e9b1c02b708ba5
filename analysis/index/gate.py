"""Whether a point may be published: the values of the gate, each with its reason, and what to say in place of a figure."""

from __future__ import annotations

import numpy as np

from analysis.index.correction import FEWEST_AUDITED

FEWEST_EFFECTIVE = 30.0
"""Effective stories. Of the points with 15 that seem narrow enough, only 83 % of the 90 % intervals hold the truth: they are
narrow by chance. So a small cell appears in the windows in which it has 30, and in none with fewer."""
WIDEST = 0.7
"""Width of the interval: a third of the scale. What is wider does not tell leaning towards from leaning against."""
FEWEST_DATES = 2
"""Dates on which the stories came: one day's event is no leaning."""
LEAST_HEALTHY = 0.8
"""Share of the sources that must have answered: with fewer, what is missing may be what was said."""


def withheld_points(
    effective: np.ndarray, width: np.ndarray, date_count: np.ndarray, healthy_share: np.ndarray, audited_count: np.ndarray
) -> np.ndarray:
    """Return for each point why it is not published, or None: the first reason of those that hold.

    `width` is that of the 90 % interval; NaN is too wide. `audited_count` concerns the corrected balance alone: give `inf` for
    points that are not corrected.
    """
    held = {
        "too_few_effective": effective < FEWEST_EFFECTIVE,
        "one_date": date_count < FEWEST_DATES,
        "sources_not_healthy": healthy_share < LEAST_HEALTHY,
        "audit_too_small": audited_count < FEWEST_AUDITED,
        "interval_too_wide": ~(width <= WIDEST),
    }
    reasons = np.full(np.shape(effective), None, dtype=object)
    for reason, does_hold in reversed(held.items()):
        reasons[np.broadcast_to(does_hold, reasons.shape)] = reason
    return reasons
