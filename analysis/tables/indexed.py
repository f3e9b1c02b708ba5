"""The index: points at three scopes with their intervals, variants and corrections, and the gap of official to press."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Integer, String, Table, false

from analysis.tables.columns import NAME, UtcTime, choice, count, metadata, moment, share, stance_number
from analysis.tables.words import CHANNELS, SECTORS

SCOPES = ("authority", "jurisdiction", "sector")
"""What a point is of, the narrowest first: each is a part of the next."""
GAP_SCOPES = SCOPES[:2]
NO_FIGURE = ("too_few_stories", "no_signal_mass")
"""Why there is no figure."""
NO_CORRECTION = (*NO_FIGURE, "audit_too_small", "no_evaluation", "drift_alarm", "ill_conditioned")
"""Why there is no corrected figure."""
GATES = ("too_few_effective", "one_date", "sources_not_healthy", "interval_too_wide")
"""Why a figure does not pass the publish gate."""
NO_GAP = ("no_official_figure", "no_press_figure")
"""Why there is no gap."""


def _when_and_whose(scopes: tuple[str, ...]) -> list[Column]:
    return [
        Column("week_on", Date, primary_key=True, comment="Monday of the last ISO week of the window."),
        Column("window_weeks", Integer, primary_key=True, comment="Length of the trailing window: 1, 4 or 13 weeks."),
        Column(
            "scope",
            choice(*scopes),
            primary_key=True,
            comment="Whose figure it is: one authority's, or the line of a jurisdiction or a sector over its authorities.",
        ),
        Column("authority_id", NAME, primary_key=True, comment="Authority; empty for the lines."),
        Column(
            "jurisdiction",
            String(2),
            primary_key=True,
            comment="ISO 3166 alpha-2, EU, or empty for supranational bodies and for the line of a sector.",
        ),
        Column("sector", choice(*SECTORS), primary_key=True, comment="Sector."),
    ]


def _model_and_vintage() -> list[Column]:
    return [
        Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="Model behind the signals."),
        Column(
            "as_of_at",
            UtcTime,
            primary_key=True,
            comment="Vintage: when this figure was computed; a figure is never overwritten.",
        ),
    ]


def _effective(name: str, comment: str) -> Column:
    return Column(name, Float, nullable=False, comment=comment, info={"between": (0, None)})


def _gap_number(name: str, comment: str) -> Column:
    return Column(name, Float, comment=comment, info={"between": (-2, 2)})


stance_index = Table(
    "stance_index",
    metadata,
    *_when_and_whose(SCOPES),
    Column("channel", choice(*CHANNELS), primary_key=True, comment="Official and press are never pooled."),
    *_model_and_vintage(),
    stance_number("balance", "(supportive - restrictive) / (supportive + neutral + restrictive); empty with a reason."),
    stance_number("balance_low", "Lower end of its 90 % interval."),
    stance_number("balance_high", "Upper end of its 90 % interval."),
    stance_number("corrected_balance", "The balance freed of the classifier's errors; empty with a reason."),
    stance_number("corrected_balance_low", "Lower end of its 90 % interval."),
    stance_number("corrected_balance_high", "Upper end of its 90 % interval."),
    Column("corrected_reason", choice(*NO_CORRECTION), comment="Why there is no corrected figure; empty when there is one."),
    share("tone_share", "Supportive and restrictive mass over directional mass: 1 when nothing is neutral.", nullable=True),
    share("signal_rate", "Share of the statements' mass that is not no_signal.", nullable=True),
    count("statement_count", "Statements in the cell, no_signal among them."),
    count("document_count", "Documents in the cell."),
    count("story_count", "Stories in the cell."),
    _effective("effective_count", "(sum w)^2 / sum w^2 over stories."),
    count("date_count", "Days on which the stories began."),
    share("share_of_weight_present", "Weight of the authorities in the cell over that of those of the last 104 weeks."),
    share(
        "healthy_share",
        "Share of the sources that answered, over the weeks of the window; empty where its documents are gone.",
        nullable=True,
    ),
    stance_number("equal_weight_balance", "The balance with equal weights of all stories; empty with a reason."),
    stance_number("hard_label_balance", "The balance of most probable stances; empty with a reason, or without any signal."),
    Column(
        "is_fragile",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="Whether an interval excludes 0 and the sign is another in a variant or after the correction.",
    ),
    Column("reason", choice(*NO_FIGURE), comment="Why there is no figure; empty when there is one."),
    Column("gate", choice(*GATES), comment="Why the figure does not pass the publish gate: it is thin; empty when it passes."),
    comment="The stance index: a number with its interval and counts, for each week, window, scope, sector and channel.",
)

stance_gaps = Table(
    "stance_gaps",
    metadata,
    *_when_and_whose(GAP_SCOPES),
    *_model_and_vintage(),
    _gap_number("gap", "Official minus press balance, up to 2 in size; empty with a reason."),
    _gap_number("gap_low", "Lower end of its 90 % interval."),
    _gap_number("gap_high", "Upper end of its 90 % interval."),
    _gap_number("corrected_gap", "The gap of the corrected balances; empty with a reason."),
    _gap_number("corrected_gap_low", "Lower end of its 90 % interval."),
    _gap_number("corrected_gap_high", "Upper end of its 90 % interval."),
    Column(
        "corrected_reason",
        choice(*NO_GAP, *NO_CORRECTION),
        comment="Why there is no corrected gap; empty when there is one.",
    ),
    _effective("official_effective_count", "(sum w)^2 / sum w^2 over the official stories."),
    _effective("press_effective_count", "(sum w)^2 / sum w^2 over the stories of the press."),
    Column("reason", choice(*NO_GAP), comment="Which side has no figure; empty when there is a gap."),
    Column("gate", choice(*GATES), comment="Why a side does not pass the publish gate; empty when both pass."),
    comment="What authorities say against what the press makes of it: official minus press balance, never pooled.",
)

index_weeks = Table(
    "index_weeks",
    metadata,
    Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="Model behind the signals."),
    Column("week_on", Date, primary_key=True, comment="Monday of the last ISO week of the windows."),
    Column(
        "fingerprint",
        String(16),
        nullable=False,
        comment="Of all that their figures are made of: while it stays the same they are not computed again.",
    ),
    moment("computed_at", "When they were last computed.", volatile=True),
    comment="What the index of each week was last computed from.",
)
