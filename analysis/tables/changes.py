"""Changes of the index: shifts, the stories that moved them, and the regimes between breaks."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Integer, String, Table

from analysis.tables.columns import IDENTIFIER, NAME, choice, key, metadata, moment, share, stance_number
from analysis.tables.indexed import SCOPES
from analysis.tables.words import CHANNELS, SECTORS

BREAKS = ("shift", "instrument change")
"""What a break of a series is: of policy, as far as can be told, or beside a declared change of model, source or parser."""
FIRST = "first"
"""Kind of a regime with no break before it."""
SHIFT_LEVELS = ("monitor", "critical")


def _cell(is_key: bool) -> list[Column]:
    """Return the columns that tell whose series it is."""
    return [
        Column(
            "scope",
            choice(*SCOPES),
            primary_key=is_key,
            nullable=False,
            comment="Whose it is: one authority's, or the line of a jurisdiction or a sector over its authorities.",
        ),
        Column("authority_id", NAME, primary_key=is_key, nullable=False, comment="Authority; empty for the lines."),
        Column(
            "jurisdiction",
            String(2),
            primary_key=is_key,
            nullable=False,
            comment="ISO 3166 alpha-2, EU, or empty for supranational bodies and for the line of a sector.",
        ),
        Column("sector", choice(*SECTORS), primary_key=is_key, nullable=False, comment="Sector."),
        Column(
            "channel", choice(*CHANNELS), primary_key=is_key, nullable=False, comment="Official and press are never pooled."
        ),
        Column(
            "model_id",
            String(40),
            ForeignKey("models.model_id"),
            primary_key=is_key,
            nullable=False,
            comment="The model behind the figures.",
        ),
    ]


def _difference(name: str, comment: str) -> Column:
    return Column(name, Float, nullable=False, comment=comment, info={"between": (-2, 2)})


def _effective(name: str, comment: str) -> Column:
    return Column(name, Float, nullable=False, comment=comment, info={"between": (0, None)})


shifts = Table(
    "shifts",
    metadata,
    key("shift_id", "Derived from cell, model and week."),
    Column("week_on", Date, nullable=False, comment="Monday of the last of the 4 weeks that differ from the 26 before."),
    *_cell(is_key=False),
    Column(
        "kind",
        choice(*BREAKS),
        nullable=False,
        comment="`instrument change` where a model, source or parser changed in or just before the 4 weeks.",
    ),
    _difference("change", "Balance of the 4 weeks minus that of the 26 before: up to 2 in size."),
    _difference("low", "Lower end of its 90 % interval."),
    _difference("high", "Upper end of its 90 % interval."),
    share("probability", "Probability that the change is larger than 0.2, in either direction."),
    share("p_value", "How often chance alone makes a change as large, where there is none."),
    share("q_value", "Share of false ones among all changes of the run with a p value as small (Benjamini-Hochberg)."),
    Column("level", choice(*SHIFT_LEVELS), nullable=False, comment="How strong the case is."),
    Column("is_corrected", Boolean, nullable=False, comment="Whether change and probability are of the corrected balance."),
    _effective("effective_count", "(sum w)^2 / sum w^2 over the stories of the 4 weeks."),
    _effective("before_count", "The same over the stories of the 26 weeks before."),
    moment("as_of_at", "When it was found.", volatile=True),
    comment="Changes of the index that are larger than chance.",
)

shift_stories = Table(
    "shift_stories",
    metadata,
    Column("shift_id", IDENTIFIER, ForeignKey("shifts.shift_id"), primary_key=True, comment="Shift."),
    Column(
        "story_id",
        IDENTIFIER,
        ForeignKey("stories.story_id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        comment="Story that moved it.",
    ),
    _difference("influence", "The change less the change without the story."),
    Column("rank", Integer, nullable=False, comment="1 for the one that moved it most.", info={"between": (1, None)}),
    comment="Stories that moved a shift most.",
)

regimes = Table(
    "regimes",
    metadata,
    *_cell(is_key=True),
    Column(
        "found_on",
        Date,
        primary_key=True,
        comment="Monday of the last week that was seen: later weeks may move a break or undo it, as another set of regimes.",
    ),
    Column("started_on", Date, primary_key=True, comment="Monday of its first week with a figure."),
    Column("ended_on", Date, nullable=False, comment="Monday of its last week with a figure."),
    stance_number("mean", "Mean of the 4-week balance.", nullable=False),
    stance_number("low", "Lower end of the mean's 90 % interval.", nullable=False),
    stance_number("high", "Upper end of the mean's 90 % interval.", nullable=False),
    Column("kind", choice(FIRST, *BREAKS), nullable=False, comment="What the break at its start is; `first` without one."),
    comment="Stretches of weeks between which a cell's balance lies at different levels.",
)
