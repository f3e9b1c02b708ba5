"""Every table, column, unit and meaning: the only schema.

`store` makes the database from it, `validate` the expectations, `docs/tables.md` the dictionary.
Column metadata (`Column.info`): `between` the permitted closed interval, `pattern` a regular expression,
`length` the permitted numbers of characters, `above` a column whose value must be smaller, `severity` of a breach
(default critical: the row is rejected), `wanted` the severity of an empty value that is permitted but missed,
`volatile` a column whose change alone is no change of the row.
"""

from __future__ import annotations

from analysis.tables.checked import checks, rejected
from analysis.tables.collected import (
    authorities,
    documents,
    fetches,
    office_holders,
    offices,
    paragraphs,
    source_state,
    sources,
    stories,
    text_bands,
)
from analysis.tables.columns import IDENTIFIER, NAME, UtcTime, choice, content_id, metadata
from analysis.tables.judged import models, shifts, signal_sectors, signals, stance_index, statements
from analysis.tables.labelled import PURPOSES, labels, readings, samples
from analysis.tables.published import deliveries, reports
from analysis.tables.words import (
    BRANCHES,
    CHANNELS,
    HEALTHS,
    KINDS,
    LEVELS,
    RANKS,
    SECTORS,
    SEVERITIES,
    STANCES,
    SUPRANATIONAL,
    WINDOWS,
    Branch,
    Channel,
    Health,
    Kind,
    Level,
    Rank,
)

__all__ = [
    "BRANCHES",
    "Branch",
    "CHANNELS",
    "Channel",
    "HEALTHS",
    "Health",
    "IDENTIFIER",
    "KINDS",
    "Kind",
    "LEVELS",
    "Level",
    "NAME",
    "PURPOSES",
    "RANKS",
    "Rank",
    "SECTORS",
    "SEVERITIES",
    "STANCES",
    "SUPRANATIONAL",
    "UtcTime",
    "WINDOWS",
    "authorities",
    "checks",
    "choice",
    "content_id",
    "deliveries",
    "documents",
    "fetches",
    "labels",
    "metadata",
    "models",
    "office_holders",
    "offices",
    "paragraphs",
    "readings",
    "rejected",
    "reports",
    "samples",
    "shifts",
    "signal_sectors",
    "signals",
    "source_state",
    "sources",
    "stance_index",
    "statements",
    "stories",
    "text_bands",
]
