"""Every table, column, unit and meaning: the only schema.

`store` makes the database from it, `validate` the expectations, `docs/tables.md` the dictionary.
Column metadata (`Column.info`): `between` the permitted closed interval, `pattern` a regular expression,
`length` the permitted numbers of characters, `above` a column whose value must be smaller, `severity` of a breach
(default critical: the row is rejected), `wanted` the severity of an empty value that is permitted but missed,
`volatile` a column whose change alone is no change of the row.
"""

from __future__ import annotations

from analysis.tables.acted import NO_STANCE, OUTCOMES, deeds, speaker_stances
from analysis.tables.activity import (
    TOGETHER,
    amplifications,
    instrument_changes,
    language_changes,
    novelties,
    silences,
    volumes,
)
from analysis.tables.changes import BREAKS, FIRST, SHIFT_LEVELS, regimes, shift_stories, shifts
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
from analysis.tables.indexed import GAP_SCOPES, SCOPES, index_weeks, stance_gaps, stance_index
from analysis.tables.judged import models, signal_sectors, signals, statements
from analysis.tables.labelled import PURPOSES, labels, readings, samples
from analysis.tables.published import deliveries, reports
from analysis.tables.words import (
    ACTS,
    BRANCHES,
    CHANNELS,
    HEALTHS,
    KINDS,
    LEVELS,
    PROVISIONAL_WEEKS,
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
    "ACTS",
    "BRANCHES",
    "BREAKS",
    "Branch",
    "CHANNELS",
    "Channel",
    "FIRST",
    "GAP_SCOPES",
    "HEALTHS",
    "Health",
    "IDENTIFIER",
    "KINDS",
    "Kind",
    "LEVELS",
    "Level",
    "NAME",
    "NO_STANCE",
    "OUTCOMES",
    "PURPOSES",
    "PROVISIONAL_WEEKS",
    "RANKS",
    "Rank",
    "SCOPES",
    "SECTORS",
    "SEVERITIES",
    "SHIFT_LEVELS",
    "STANCES",
    "SUPRANATIONAL",
    "TOGETHER",
    "UtcTime",
    "WINDOWS",
    "amplifications",
    "authorities",
    "checks",
    "choice",
    "content_id",
    "deeds",
    "deliveries",
    "documents",
    "fetches",
    "index_weeks",
    "instrument_changes",
    "labels",
    "language_changes",
    "metadata",
    "models",
    "novelties",
    "office_holders",
    "offices",
    "paragraphs",
    "readings",
    "regimes",
    "rejected",
    "reports",
    "samples",
    "shift_stories",
    "shifts",
    "signal_sectors",
    "signals",
    "silences",
    "source_state",
    "sources",
    "speaker_stances",
    "stance_gaps",
    "stance_index",
    "statements",
    "stories",
    "text_bands",
    "volumes",
]
