"""Composed signals: stories of invented bodies, with whatever probabilities a test asks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.index.audits import NOTHING_KNOWN
from analysis.index.balance import MASSES
from analysis.index.cells import units
from analysis.index.gap import gaps
from analysis.index.points import points
from analysis.index.weights import declared_weights
from analysis.index.windows import windows
from analysis.tables import STANCES

MONDAY = pd.Timestamp("2025-03-03")
HEALTHY = pd.Series(dtype=float)


def _signal(story: str, mass, week: int = 0, day: int = 2, **changes: Any) -> dict[str, Any]:
    values = {
        "story_id": story,
        "document_id": f"d-{story}",
        "published_on": (MONDAY + pd.Timedelta(weeks=week, days=day)).date(),
        "authority_id": "us-body",
        "level": "regulator",
        "jurisdiction": "US",
        "sector": "fintech",
        "channel": "official",
        "language": "en",
        "relevance": 1.0,
        "rank": None,
        "is_quotation": False,
        "act": "speech",
        "stance": STANCES[int(np.argmax(mass))],
        **dict(zip(MASSES, mass, strict=True)),
        **changes,
    }
    return {"statement_id": f"s-{values['document_id']}-{values['authority_id']}-{story}", **values}


def _many(count: int, week: int = 0, seed: int = 0, weights=(3, 2, 1, 2), name: str = "story", **changes: Any) -> list[dict]:
    rng = np.random.default_rng([seed, week])
    return [
        _signal(f"{name}-{seed}-{week}-{number}", tuple(mass), week, int(rng.integers(0, 7)), **changes)
        for number, mass in enumerate(rng.dirichlet(weights, count))
    ]


def _told(rows, until: int = 60, since: int | None = None):
    weeks = [MONDAY + pd.Timedelta(weeks=number) for number in (until, since or 0)]
    told = units(pd.DataFrame(rows).astype({"rank": object}), declared_weights())
    return windows(told, weeks[0], None if since is None else weeks[1])


def _index(rows, until: int = 60, errors=NOTHING_KNOWN, healthy=HEALTHY, draws: int = 200, since: int | None = None):
    held = _told(rows, until, since)
    found = points(held, errors, healthy, draws)
    return found, gaps(held, found, errors, draws)


def _point(rows, week: int = 0, window: int = 1, scope: str = "jurisdiction", channel: str = "official", **more: Any) -> dict:
    found, _ = _index(rows, **more)
    is_asked = (found["week_on"] == MONDAY + pd.Timedelta(weeks=week)) & (found["window_weeks"] == window)
    (one,) = found[is_asked & (found["scope"] == scope) & (found["channel"] == channel)].to_dict("records")
    return one


@pytest.fixture(scope="session")
def monday() -> pd.Timestamp:
    return MONDAY


@pytest.fixture(scope="session")
def signal():
    """One statement of one story, `week` weeks after the first Monday."""
    return _signal


@pytest.fixture(scope="session")
def many():
    """Stories of a week with one statement each."""
    return _many


@pytest.fixture(scope="session")
def told():
    """The windows of statements."""
    return _told


@pytest.fixture(scope="session")
def index():
    """Points and gaps of statements."""
    return _index


@pytest.fixture(scope="session")
def point():
    """One point of statements, by column."""
    return _point
