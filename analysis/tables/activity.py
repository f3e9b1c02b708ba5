"""How much is said, how new it is and how far it goes, beside the index: volumes, silences, novelty, amplification, changes."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Integer, String, Table, Text

from analysis.tables.columns import IDENTIFIER, NAME, UtcTime, choice, count, key, metadata, moment, share
from analysis.tables.words import CHANNELS, SECTORS

TOGETHER = "*"
"""Stands for all sectors together."""

volumes = Table(
    "volumes",
    metadata,
    Column("week_on", Date, primary_key=True, comment="Monday of the last ISO week of the window."),
    Column("window_weeks", Integer, primary_key=True, comment="Length of the trailing window: 1, 4 or 13 weeks."),
    Column(
        "scope",
        choice("jurisdiction", "sector"),
        primary_key=True,
        comment="Whose figure it is: the line of a jurisdiction in a sector, or of a sector.",
    ),
    Column(
        "jurisdiction",
        String(2),
        primary_key=True,
        comment="ISO 3166 alpha-2, EU, or empty for supranational bodies and for the line of a sector.",
    ),
    Column("sector", choice(*SECTORS), primary_key=True, comment="Sector."),
    Column("channel", choice(*CHANNELS), primary_key=True, comment="Official and press are never pooled."),
    Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="The model behind the signals."),
    Column(
        "as_of_at",
        UtcTime,
        primary_key=True,
        comment="Vintage: when this figure was computed; a figure is never overwritten.",
    ),
    Column(
        "volume",
        Float,
        comment="Signal stories over all stories of each source, in the source's own standard deviation, mean over the sources "
        "alive, 100 on average over the base window; empty with a reason.",
        info={"between": (0, None)},
    ),
    count("source_count", "Sources behind the mean."),
    count("signal_count", "Their stories that hold a signal of the cell, in the window."),
    count("story_count", "All their stories in the window: the denominator."),
    Column(
        "reason",
        choice("base_not_over", "no_base", "too_few_stories", "no_source_alive"),
        comment="Why there is no figure, empty when there is one; no_source_alive also where those that are had no story.",
    ),
    comment="How much is said of a sector, against all that the same sources said: from the end of the base window on.",
)

silences = Table(
    "silences",
    metadata,
    Column("until_on", Date, primary_key=True, comment="Last of the 28 days, a Sunday."),
    Column(
        "authority_id", NAME, ForeignKey("authorities.authority_id"), primary_key=True, comment="Authority that may be silent."
    ),
    Column(
        "sector",
        NAME,
        primary_key=True,
        comment="Sector, or `*` for all together.",
        info={"pattern": rf"^(?:\{TOGETHER}|{'|'.join(SECTORS)})$"},
    ),
    Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="The model behind the sectors."),
    Column(
        "expected",
        Float,
        comment="Statements that its own 104 weeks before let expect in 28 days, from the sources that are healthy now.",
        info={"between": (0, None)},
    ),
    count("seen_count", "Statements seen in the 28 days, from the same sources."),
    share("probability", "Probability of so few or fewer statements, were all as before; empty with a reason.", nullable=True),
    share("adjusted", "The same, adjusted for the number of cells judged: false discovery rate.", nullable=True),
    Column(
        "is_silent", Boolean, nullable=False, comment="Whether so few are rarer than the declared false discovery rate admits."
    ),
    count("source_count", "Sources that brought its statements before and are healthy in all of the 28 days."),
    Column(
        "reason",
        choice("source_died", "past_too_short", "too_few_expected"),
        comment="Why it is not judged; empty when it is. A source that died is never a silence.",
    ),
    moment("as_of_at", "When it was found.", volatile=True),
    comment="Authorities that say less than their own past lets expect.",
)

novelties = Table(
    "novelties",
    metadata,
    Column(
        "statement_id",
        IDENTIFIER,
        ForeignKey("statements.statement_id", ondelete="CASCADE"),
        primary_key=True,
        comment="The statement.",
    ),
    share(
        "novelty", "1 - similarity with the nearest earlier statement: 0 is the same again; empty with a reason.", nullable=True
    ),
    Column(
        "nearest_id",
        IDENTIFIER,
        ForeignKey("statements.statement_id", ondelete="CASCADE"),
        index=True,
        comment="The most similar statement of the same speaker, else authority, in the twelve months before it.",
    ),
    count("compared_count", "Statements it was compared with."),
    Column(
        "reason",
        choice("no_date", "no_speaker", "nothing_before"),
        comment="Why there is no figure: no day is known, no speaker nor authority is, or neither spoke in the year before.",
    ),
    comment="How new each statement is against what the same speaker said in the twelve months before.",
)

amplifications = Table(
    "amplifications",
    metadata,
    Column(
        "story_id",
        IDENTIFIER,
        ForeignKey("stories.story_id", ondelete="CASCADE"),
        primary_key=True,
        comment="The story.",
    ),
    moment("first_at", "When its first document was published; the start of the day where only that is known.", nullable=True),
    count("copy_count", "Further documents within 72 hours of the first."),
    count("publisher_count", "Publishers that carry it within 72 hours."),
    count("language_count", "Languages in which it is carried within 72 hours."),
    count(
        "country_count", "Countries, or EU, of the sources that carry it within 72 hours; sources of unknown country left out."
    ),
    Column("attention", Float, comment="log(1 + copies); empty with a reason.", info={"between": (0, None)}),
    count("document_count", "Documents of the story that were known when this was measured."),
    Column("is_final", Boolean, nullable=False, comment="Whether the 72 hours were over when this was measured."),
    Column("reason", choice("no_date"), comment="Why there is no figure; empty when there is one."),
    comment="How far each story is carried within 72 hours, whatever its stance.",
)

language_changes = Table(
    "language_changes",
    metadata,
    Column("quarter_on", Date, primary_key=True, comment="First day of the quarter that is judged."),
    Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="The model behind the sectors."),
    Column(
        "jump",
        Float,
        comment="Logarithmic loss, in nats, with which the two years before let predict the quarter's sectors, above that with "
        "which they let predict a quarter of their own; empty with a reason.",
    ),
    Column("jump_low", Float, comment="Lower end of the 90 % interval."),
    Column("jump_high", Float, comment="Upper end of the 90 % interval."),
    Column("has_changed", Boolean, comment="Whether the whole interval is above 0; empty with a reason."),
    count("statement_count", "Official statements of the quarter."),
    count("before_count", "Official statements of the two years before."),
    Column("reason", choice("too_few_statements", "too_few_before", "too_few_quarters"), comment="Why it is not judged."),
    moment("as_of_at", "When it was judged.", volatile=True),
    comment="Whether the language of official statements changed: a second opinion that needs no stance label.",
)

instrument_changes = Table(
    "instrument_changes",
    metadata,
    key("change_id", "Derived from kind, subject, day and note."),
    Column("changed_on", Date, nullable=False, comment="Day from which figures may differ for a reason other than policy."),
    Column("kind", choice("model", "source", "parser"), nullable=False, comment="What changed of what measures."),
    Column("subject", Text, nullable=False, comment="Identifier of the model or source."),
    Column("note", Text, nullable=False, comment="What changed, in words."),
    Column(
        "mean_difference",
        Float,
        comment="Mean of the newer model's balance less the older one's over weeks that both read; empty if not compared.",
        info={"between": (-2, 2)},
    ),
    Column("difference_low", Float, comment="Lower end of its 90 % interval."),
    Column("difference_high", Float, comment="Upper end of its 90 % interval."),
    Column("week_count", Integer, comment="Weeks compared.", info={"between": (0, None)}),
    comment="Changes of models, sources and parsers, which may break a series without any change of policy.",
)
