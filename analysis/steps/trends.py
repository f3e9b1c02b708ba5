"""The index and all that stands beside it, in the order in which each needs the others."""

from __future__ import annotations

from datetime import datetime

from analysis.settings import Settings
from analysis.steps.acted import weigh_deeds
from analysis.steps.activity import measure_activity
from analysis.steps.index import index
from analysis.steps.shifts import find_shifts


def trends(settings: Settings, now: datetime) -> dict[str, int]:
    """Compute the index, then activity, deeds and shifts, and return how many rows of each were new."""
    # Shifts ask which instruments changed, which activity tells.
    return {
        **index(settings, now),
        **measure_activity(settings, now),
        **weigh_deeds(settings, now),
        **find_shifts(settings, now),
    }
