"""What follows from statements: whether words were followed by deeds, and the stance of officials over their offices."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, ForeignKey, String, Table, Text

from analysis.tables.columns import NAME, UtcTime, choice, count, metadata, stance_number
from analysis.tables.words import CHANNELS, SECTORS

OUTCOMES = ("followed", "acted_otherwise", "no_act", "open", "withdrawn")
"""What came of words; the last is a run that is no longer found, since what it was read from is gone or read otherwise."""
NO_STANCE = ("too_few_stories", "no_signal_mass")
"""Why a speaker has no figure."""


def _model_and_vintage() -> list[Column]:
    return [
        Column(
            "model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="The model behind the signals."
        ),
        Column("as_of_at", UtcTime, primary_key=True, comment="Vintage: when this was computed; nothing is overwritten."),
    ]


deeds = Table(
    "deeds",
    metadata,
    Column("authority_id", NAME, ForeignKey("authorities.authority_id"), primary_key=True, comment="Who speaks and acts."),
    Column("sector", choice(*SECTORS), primary_key=True, comment="Sector."),
    Column("channel", choice(*CHANNELS), primary_key=True, comment="Channel of the words; acts count whoever tells them."),
    Column("first_on", Date, primary_key=True, comment="Day of the first words of the run."),
    *_model_and_vintage(),
    Column(
        "last_on", Date, comment="Day of the last words of the run; empty when withdrawn, like all that follows but counts."
    ),
    Column("due_on", Date, comment="Last day on which an act follows the words: 90 days after the last of them."),
    Column("words", choice("warm", "cold"), comment="Whether the words lean towards the sector or against it."),
    stance_number("balance", "Net balance of the words: that of their stories, each counted once."),
    count("story_count", "Stories with such words."),
    count("statement_count", "Statements with such words."),
    Column(
        "outcome",
        choice(*OUTCOMES),
        nullable=False,
        comment="followed: of the acts until due_on more lean as the words did than against them; acted_otherwise: there are "
        "acts, and they do not; no_act: there is none; open: due_on has not passed; withdrawn: the run is no longer found.",
    ),
    count("act_count", "Stories that tell an act of the authority for the sector after first_on, until due_on."),
    count("supportive_count", "Those whose act leans towards the sector."),
    count("restrictive_count", "Those whose act leans against it."),
    Column("acts", Text, nullable=False, comment="Types of these acts, blank-separated; empty without one."),
    Column("first_act_on", Date, comment="Day of the first of these acts; empty without one."),
    comment="Runs of warm or cold words of an authority about a sector, and what it did in the 90 days after.",
)

speaker_stances = Table(
    "speaker_stances",
    metadata,
    Column("person", Text, primary_key=True, comment="Name of the official, as the catalogue or the publication shows it."),
    Column("office_id", NAME, ForeignKey("offices.office_id"), primary_key=True, comment="Office in which it was said."),
    Column("sector", choice(*SECTORS), primary_key=True, comment="Sector."),
    Column("channel", choice(*CHANNELS), primary_key=True, comment="Official and press are never pooled."),
    Column("year_on", Date, primary_key=True, comment="First day of the calendar year in which it was said."),
    *_model_and_vintage(),
    Column("authority_id", NAME, ForeignKey("authorities.authority_id"), nullable=False, comment="Authority of the office."),
    Column(
        "previous_office_id",
        NAME,
        ForeignKey("offices.office_id"),
        comment="Office that the person came from, as far as it is known; empty for the first one.",
    ),
    stance_number("balance", "Net balance over stories, each counted once; empty with a reason."),
    stance_number("balance_low", "Lower end of the 90 % interval."),
    stance_number("balance_high", "Upper end of the 90 % interval."),
    count("statement_count", "Statements of the person in this office, no_signal among them."),
    Column("effective_count", Float, nullable=False, comment="(sum w)^2 / sum w^2 over stories.", info={"between": (0, None)}),
    Column("first_on", Date, comment="Day of the first of these statements; empty when all are gone."),
    Column("last_on", Date, comment="Day of the last of them; empty when all are gone."),
    Column("reason", choice(*NO_STANCE), comment="Why there is no figure; empty when there is one."),
    comment="Stance per named official, office, sector and year: holders of public offices alone, in their own words.",
)
