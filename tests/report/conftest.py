"""Composed editions: every row below is invented for the tests and stands for no real statement, body or figure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from analysis.report.edition import COLUMNS, Edition

WEEK_ON = date(2025, 3, 3)
CELLS = (
    ("US", "crypto_assets", "official", 0.62, 0.20, 34, 0.7),
    ("US", "crypto_assets", "press", 0.48, 0.22, 61, 0.20),
    ("EU", "online_platforms", "official", -0.55, 0.17, 58, 0.05),
    ("EU", "online_platforms", "press", -0.40, 0.20, 72, -0.1),
    ("CN", "artificial_intelligence", "official", 0.31, 0.22, 41, 0.1),
    ("GB", "fintech", "official", 0.12, 0.30, 28, 0.0),
    ("EU", "artificial_intelligence", "official", -0.12, 0.24, 47, 0.1),
    ("EU", "artificial_intelligence", "press", -0.22, 0.19, 90, 0.05),
    ("FR", "artificial_intelligence", "official", 0.71, 0.18, 26, 0.2),
    ("DE", "semiconductors", "official", 0.58, 0.24, 22, 0.05),
    ("KR", "mobility_and_robotics", "official", 0.09, 0.33, 21, 0.0),
    ("IN", "data_and_cloud", "press", -0.35, 0.31, 30, 0.0),
    ("", "cybersecurity", "official", 0.05, 0.28, 24, 0.0),
    ("US", "semiconductors", "official", -0.48, 0.21, 39, -0.3),
    ("CN", "video_games", "official", None, None, 6, 0.0),
    ("GB", "social_media", "press", None, None, 4, 0.0),
    ("US", "social_media", "press", -0.15, 0.26, 33, 0.0),
)
WEIGHTS = (("speaker", "head", 1.0), ("speaker", "member", 0.5), ("act", "rule", 1.5), ("act", "speech", 1.0))
SENTENCES = (
    ("en", "The agency will support pilot projects and ease the rules for small firms, the director said.", "support"),
    (
        "fr",
        "Le ministre a salué les progrès du secteur et promis de simplifier les règles pour les jeunes entreprises.",
        "salué",
    ),
    ("zh", "有关部门表示，将支持企业开展试点，并简化审批程序，为行业发展创造良好环境。", "支持"),
    ("de", "Die Behörde verbietet dem Anbieter, weitere Daten zu erheben, und droht mit einem Bußgeld.", "verbietet"),
    ("ar", "أعلنت الهيئة أنها ستدعم الشركات الناشئة وتسهل الإجراءات.", "ستدعم"),
)


def point(
    jurisdiction: str, sector: str, channel: str, week_on: date, figure: tuple | None, count: int, weeks: int = 13
) -> dict:
    balance, low, high = figure or (None, None, None)
    reason = None if figure else "too_few_stories"
    corrected = (None, None, None, reason or "audit_too_small")
    counts = (count, count // 3, count * 0.8)
    values = (week_on, weeks, jurisdiction, sector, channel, balance, low, high, *corrected, *counts, False, reason, None)
    return dict(zip(COLUMNS["points"], values, strict=True))


def series(jurisdiction, sector, channel, balance, half, count, slope) -> list[dict]:
    """Two years of a smooth composed series, with a gap of some weeks, that ends at the given figure."""
    rows = []
    for back in range(104):
        week_on = WEEK_ON - timedelta(weeks=back)
        if balance is None or 40 < back < 46:
            rows.append(point(jurisdiction, sector, channel, week_on, None, min(count, 6)))
            continue
        middle = max(-0.95, min(0.95, balance - slope * math.sin(back / 17) + 0.12 * math.sin(back / 5 + len(sector))
                                - 0.12 * math.sin(len(sector))))  # fmt: skip
        figure = (middle, max(-1, middle - half), min(1, middle + half))
        rows.append(point(jurisdiction, sector, channel, week_on, figure, max(count - back // 5, 10)))
    return rows


def statement(number: int, cell: tuple = CELLS[0], **changes: Any) -> dict[str, Any]:
    language, text, term = SENTENCES[number % len(SENTENCES)]
    strength = 0.5 + (number * 7 % 45) / 100
    leans = "restrictive" if (cell[3] or 0) < 0 else "supportive"
    other = "supportive" if leans == "restrictive" else "restrictive"
    shares = {
        leans: strength,
        "neutral": (1 - strength) * 0.6,
        other: (1 - strength) * 0.1,
        "no_signal": (1 - strength) * 0.3,
    }
    row = {
        "statement_id": f"{number:024x}", "text": text, "before": "", "after": "", "language": language,
        "speaker": "A. Director" if number % 3 else None, "authority_id": "xx-agency", "authority": "Composed Agency",
        "jurisdiction": cell[0], "sector": cell[1], "channel": cell[2], **shares, "stance": leans,
        "terms": json.dumps([[term, 0.82], ["firms", -0.1], ["sentence vector", 0.4]]),
        "title": f"Composed notice number {number}", "publisher": "Composed Gazette",
        "published_on": WEEK_ON - timedelta(days=number % 80),
        "address": f"https://www.agency.example/notices/{number}" if number % 4 else None,
        "reference": f"Composed Gazette, no. {number}",
    }  # fmt: skip
    return {**row, **changes}


def shift(name: str = "one", **changes: Any) -> dict[str, Any]:
    row = {
        "shift_id": name, "scope": "jurisdiction", "authority": None, "jurisdiction": "US", "sector": "crypto_assets",
        "channel": "official", "kind": "shift", "change": 0.41, "low": 0.22, "high": 0.6, "q_value": 0.0314,
        "level": "monitor", "is_corrected": False,
    }  # fmt: skip
    return {**row, **changes}


def moving_story(rank: int, shift_id: str = "one", **changes: Any) -> dict[str, Any]:
    row = {
        "shift_id": shift_id, "rank": rank, "influence": 0.05 / rank, "title": f"Composed notice number {rank}",
        "publisher": "Composed Gazette", "published_on": WEEK_ON - timedelta(days=rank),
        "address": f"https://www.agency.example/notices/{rank}", "reference": f"Composed Gazette, no. {rank}",
    }  # fmt: skip
    return {**row, **changes}


def gap(jurisdiction: str, figure: tuple, corrected: tuple = (None, None, None), **changes: Any) -> dict[str, Any]:
    middle, low, high = figure
    row = {
        "jurisdiction": jurisdiction, "sector": "crypto_assets", "gap": middle, "gap_low": low, "gap_high": high,
        **dict(zip(("corrected_gap", "corrected_gap_low", "corrected_gap_high"), corrected, strict=True)),
        "corrected_reason": None if corrected[0] is not None else "audit_too_small", "gate": None,
    }  # fmt: skip
    return {**row, **changes}


def frame(name: str, rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS[name]))


def compose(points=(), evidence=(), **changes: Any) -> Edition:
    """An edition with these points and statements and a little of everything else."""
    weeks = [
        {"week_on": WEEK_ON - timedelta(weeks=back), "channel": channel, "document_count": 4 + back * step % 9}
        for back in range(100)
        for channel, step in (("official", 5), ("press", 7))
    ]
    rejected = [
        ("collect", "no_text", "critical", 3, "scan.pdf holds pictures and no text"),
        ("collect", "exact_copy", "info", 12, "the same text as an earlier document"),
        ("statements", "date_in_future", "warning", 1, "dated 2031-01-01"),
    ]
    sources = [
        ("sample", "Sample archive", "folder", "got", 96, date(2025, 3, 6)),
        ("xx-news", "Composed Agency, news", "feed", "failed", 41, date(2025, 2, 11)),
        ("xx-blog", "Composed Agency, speeches", "feed", None, 0, None),
    ]
    metrics = {
        "count": 1450, "macro_f1": 0.712, "macro_f1_low": 0.684, "macro_f1_high": 0.739,
        "expected_calibration_error": 0.041,
        "f1": {"supportive": 0.74, "neutral": 0.6, "restrictive": 0.78, "no_signal": 0.72},
        "language": {"en": {"count": 500, "macro_f1": 0.74}, "zh": {"count": 250, "macro_f1": 0.69}},
    }  # fmt: skip
    values: dict[str, Any] = {
        "week_on": WEEK_ON,
        "week": "2025-W10",
        "points": frame("points", list(points)),
        "evidence": frame("evidence", list(evidence)),
        "gaps": frame("gaps", []),
        "shifts": frame("shifts", []),
        "shift_stories": frame("shift_stories", []),
        "weights": frame("weights", [dict(zip(COLUMNS["weights"], row, strict=True)) for row in WEIGHTS]),
        "is_over": True,
        "documents_by_week": frame("documents_by_week", weeks),
        "rejected": frame("rejected", [dict(zip(COLUMNS["rejected"], row, strict=True)) for row in rejected]),
        "sources": frame("sources", [dict(zip(COLUMNS["sources"], row, strict=True)) for row in sources]),
        "counts": {"documents": 137, "statements": 2210, "signals": 2210, "rejected": 16},
        "model": {
            "model_id": "m-0123456789",
            "example_count": 1450,
            "metrics": metrics,
            "trained_at": datetime(2025, 3, 1, tzinfo=UTC),
        },
    }
    return Edition(**{**values, **changes})


def full() -> Edition:
    """A week with many cells, gaps, languages and hundreds of statements."""
    points = [row for cell in CELLS for row in series(*cell)]
    evidence = [statement(number, CELLS[number % len(CELLS)]) for number in range(170)]
    return compose(
        points,
        evidence,
        shifts=frame("shifts", [shift()]),
        shift_stories=frame("shift_stories", [moving_story(rank) for rank in (1, 2)]),
        gaps=frame("gaps", [gap("US", (0.14, -0.1, 0.4))]),
    )


@pytest.fixture
def edition() -> Callable[..., Edition]:
    return compose


@pytest.fixture
def moved() -> Callable[..., Edition]:
    """An edition with these shifts, stories and gaps, without points."""

    def build(shifts: list[dict] = (), stories: list[dict] = (), gaps: list[dict] = (), **changes: Any) -> Edition:
        frames = {"shifts": shifts, "shift_stories": stories, "gaps": gaps}
        return compose(**{name: frame(name, list(rows)) for name, rows in frames.items()}, **changes)

    return build


@pytest.fixture
def composed_rows() -> SimpleNamespace:
    """Rows of what moved: a shift, a story behind it, a gap."""
    return SimpleNamespace(shift=shift, story=moving_story, gap=gap)


@pytest.fixture
def points() -> Callable[..., dict]:
    return point


@pytest.fixture
def statements() -> Callable[..., dict]:
    return statement


@pytest.fixture(scope="session")
def full_edition() -> Edition:
    return full()


@pytest.fixture
def empty_edition() -> Edition:
    """What a database without a single row gives."""
    empty = {name: frame(name, []) for name in ("documents_by_week", "rejected", "sources")}
    counts = dict.fromkeys(("documents", "statements", "signals", "rejected"), 0)
    return compose(**empty, counts=counts, model={"model_id": None, "example_count": 0, "metrics": {}, "trained_at": None})
