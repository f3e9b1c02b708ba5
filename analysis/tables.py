"""Every table, column, unit and meaning: the only schema.

`store` makes the database from it, `validate` the expectations, `docs/tables.md` the dictionary.
Column metadata (`Column.info`): `between` the permitted closed interval, `pattern` a regular expression,
`length` the permitted numbers of characters, `above` a column whose value must be smaller, `severity` of a breach
(default critical: the row is rejected), `wanted` the severity of an empty value that is permitted but missed,
`volatile` a column whose change alone is no change of the row.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Literal, get_args

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

STANCES = ("supportive", "neutral", "restrictive", "no_signal")
Channel = Literal["official", "press"]
CHANNELS: tuple[str, ...] = get_args(Channel)
SECTORS = (
    "artificial_intelligence",
    "semiconductors",
    "online_platforms",
    "social_media",
    "fintech",
    "crypto_assets",
    "data_and_cloud",
    "cybersecurity",
    "telecommunications",
    "video_games",
    "mobility_and_robotics",
    "quantum_and_space",
    "technology_general",
)
Level = Literal[
    "head_of_state",
    "government",
    "ministry",
    "regulator",
    "central_bank",
    "court",
    "parliament",
    "prosecutor",
    "party",
    "supranational",
    "subnational",
]
LEVELS: tuple[str, ...] = get_args(Level)
Kind = Literal["folder", "feed", "sitemap", "list_page", "api"]
KINDS: tuple[str, ...] = get_args(Kind)
Health = Literal["ok", "nothing_new", "failed", "silent", "stale", "moved"]
HEALTHS: tuple[str, ...] = get_args(Health)
WINDOWS = (1, 4, 13)
SEVERITIES = ("critical", "warning", "info")
SUPRANATIONAL = ""
"""Jurisdiction of bodies that no ISO 3166 code names."""


def content_id(*parts: object) -> str:
    """Return the identifier that these parts always give: 24 hexadecimal digits of a SHA-256."""
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:24]


class UtcTime(TypeDecorator):
    """A moment in UTC; kept without a zone where the database has none, always read back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give an aware time")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(*values: str) -> Enum:
    """Return a text type that admits only these values, checked by the database too."""
    return Enum(*values, native_enum=False, create_constraint=True, length=max(map(len, values)))


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(column_0_name)s",
    }
)

IDENTIFIER = String(24)
NAME = String(80)


def _key(name: str, comment: str, type_=IDENTIFIER) -> Column:
    return Column(name, type_, primary_key=True, comment=comment)


def _share(name: str, comment: str, nullable: bool = False) -> Column:
    return Column(name, Float, nullable=nullable, comment=comment, info={"between": (0, 1)})


def _stance_number(name: str, comment: str, nullable: bool = True) -> Column:
    return Column(name, Float, nullable=nullable, comment=comment, info={"between": (-1, 1)})


def _count(name: str, comment: str) -> Column:
    return Column(name, Integer, nullable=False, comment=comment, info={"between": (0, None)})


def _moment(name: str, comment: str, nullable: bool = False, volatile: bool = False) -> Column:
    return Column(name, UtcTime, nullable=nullable, comment=comment, info={"volatile": volatile})


authorities = Table(
    "authorities",
    metadata,
    _key("authority_id", "Identifier from the catalogue, for example cn-csrc.", NAME),
    Column("name", Text, nullable=False, comment="Display name in English."),
    Column("jurisdiction", String(2), nullable=False, comment="ISO 3166 alpha-2, EU, or empty for supranational bodies."),
    Column("level", choice(*LEVELS), nullable=False, comment="What kind of public body it is."),
    comment="Public bodies that can set policy, from the catalogue.",
)

sources = Table(
    "sources",
    metadata,
    _key("source_id", "Identifier from the catalogue; `folder` for a folder named on the command line.", NAME),
    Column("name", Text, nullable=False, comment="Publisher's feed, list or folder, in words."),
    Column("kind", choice(*KINDS), nullable=False, comment="How it is read."),
    Column("channel", choice(*CHANNELS), comment="Channel of all its documents; empty when each document says its own."),
    Column(
        "authority_id",
        NAME,
        ForeignKey("authorities.authority_id"),
        comment="Authority that publishes it, if one does.",
    ),
    Column("address", Text, comment="Where it is read; empty for a folder named at run time."),
    comment="Where entries come from, from the catalogue.",
)

source_state = Table(
    "source_state",
    metadata,
    Column("source_id", NAME, ForeignKey("sources.source_id"), primary_key=True, comment="The source."),
    Column("state", choice("got", "unchanged", "empty", "failed"), nullable=False, comment="How the last attempt ended."),
    _moment("attempted_at", "Last attempt.", volatile=True),
    _moment("succeeded_at", "Last attempt that got content or was told that nothing changed.", nullable=True, volatile=True),
    Column("etag", Text, comment="Validator for the next conditional request."),
    Column("last_modified", Text, comment="Validator for the next conditional request."),
    _count("failure_count", "Failed attempts in a row."),
    Column(
        "empty_count",
        Integer,
        nullable=False,
        server_default="0",
        comment="Attempts in a row whose listing held no entry.",
        info={"between": (0, None)},
    ),
    Column("entry_count", Integer, comment="Entries in the newest listing that was read.", info={"between": (0, None)}),
    Column("newest_on", Date, comment="Day of the newest dated entry that was ever listed, none of the future."),
    Column("usual_gap_days", Float, comment="Median days between the days with entries of the newest listing."),
    Column("moved_to", Text, comment="Where the server says that the listing has moved for good."),
    _moment("retry_at", "Before it the source is left alone: the server asked for it, or it failed.", nullable=True),
    Column("health", choice(*HEALTHS), comment="What the attempts show together; empty before the first."),
    Column("error", Text, comment="What went wrong in the last attempt; empty if nothing did."),
    comment="Health and request validators of each source.",
)

fetches = Table(
    "fetches",
    metadata,
    _key("fetch_id", "Derived from source, address and content of a file; from source, address and moment of a request."),
    Column("source_id", NAME, ForeignKey("sources.source_id"), nullable=False, comment="Source that listed the address."),
    Column(
        "role",
        choice("document", "listing", "robots"),
        nullable=False,
        server_default="document",
        comment="What was asked for: a document, the source's listing, or the host's robots.txt.",
    ),
    Column("address", Text, nullable=False, comment="Address asked for; for a folder the path inside it."),
    Column(
        "outcome",
        choice("got", "unchanged", "redirected", "failed", "refused"),
        nullable=False,
        comment="Whether content was received; refused: never asked for, or not taken.",
    ),
    Column("status", Integer, comment="Status of the server's answer.", info={"between": (100, 599)}),
    Column("content_hash", String(64), comment="SHA-256 of the raw bytes, their name in the archive."),
    Column("byte_count", Integer, comment="Size of the raw bytes.", info={"between": (0, None)}),
    Column("media_type", Text, comment="Media type as declared by the server or the file's name."),
    Column("charset", Text, comment="Character encoding as declared by the server."),
    Column("error", Text, comment="Why nothing was received."),
    Column("entry", Text, comment="What the listing said of it, as JSON."),
    _moment("fetched_at", "When it was asked for; for a file when its content was first seen.", volatile=True),
    Index(None, "source_id", "address"),
    comment="Every file's content, once, and every request made of a server.",
)

stories = Table(
    "stories",
    metadata,
    _key("story_id", "The address key of the story's first document."),
    Column("title", Text, comment="Title of the first document."),
    Column("published_on", Date, comment="Date of the first document."),
    _count("document_count", "Documents that tell the story."),
    comment="Documents that are copies of one text or tell one event.",
)

documents = Table(
    "documents",
    metadata,
    _key("document_id", "Derived from the address key and the hash of title and text."),
    Column(
        "address_key",
        IDENTIFIER,
        nullable=False,
        comment="Derived from the canonical address, else from source, path and text; the same for all revisions.",
    ),
    Column(
        "revision",
        Integer,
        nullable=False,
        comment="1 for the first title and text seen under the address key.",
        info={"between": (1, None)},
    ),
    Column(
        "is_latest",
        Boolean,
        nullable=False,
        comment="Whether no newer revision is known; only latest ones are counted.",
    ),
    Column("story_id", IDENTIFIER, ForeignKey("stories.story_id"), nullable=False, comment="Story it belongs to."),
    Column("source_id", NAME, ForeignKey("sources.source_id"), nullable=False, comment="Source that listed it."),
    Column("fetch_id", IDENTIFIER, ForeignKey("fetches.fetch_id"), nullable=False, comment="Fetch that brought it."),
    Column(
        "address",
        Text,
        comment="Canonical web address; empty when none is known.",
        info={"pattern": r"^https?://\S+$", "severity": "warning"},
    ),
    Column("file_path", Text, comment="Path inside the folder it came from."),
    Column("reference", Text, comment="What a reader can look up when there is no address."),
    Column("publisher", Text, comment="Who published it."),
    Column("title", Text, comment="Title as published.", info={"wanted": "info"}),
    Column("language", String(3), nullable=False, comment="ISO 639 code; `und` when it cannot be told."),
    Column("channel", choice(*CHANNELS), nullable=False, comment="Official text or press article."),
    Column("authority_id", NAME, ForeignKey("authorities.authority_id"), comment="Authority that published it, if one did."),
    Column(
        "published_on",
        Date,
        comment="Day of publication; empty when unknown, never made up.",
        info={"between": (date(1990, 1, 1), None), "severity": "warning", "wanted": "warning"},
    ),
    _moment("published_at", "Moment of publication, where the document tells it.", nullable=True),
    Column(
        "date_flag",
        choice("stated", "found", "unknown", "future"),
        nullable=False,
        comment="Stated by the listing, found in the document, unknown, or in the future when it was read.",
    ),
    Column("text", Text, nullable=False, comment="Main text, as extracted.", info={"length": (20, 2_000_000)}),
    Column("text_hash", String(64), nullable=False, comment="SHA-256 of title and text in normal form."),
    Column("character_count", Integer, nullable=False, comment="Length of the text.", info={"between": (1, None)}),
    _moment("collected_at", "When it was first stored.", volatile=True),
    UniqueConstraint("address_key", "text_hash"),
    Index(None, "text_hash"),
    Index(None, "published_on"),
    comment="One official text or article in one revision.",
)

statements = Table(
    "statements",
    metadata,
    _key("statement_id", "Derived from document, start and end."),
    Column(
        "document_id",
        IDENTIFIER,
        ForeignKey("documents.document_id"),
        nullable=False,
        index=True,
        comment="Document it stands in.",
    ),
    Column("position", Integer, nullable=False, comment="Order inside the document, from 0.", info={"between": (0, None)}),
    Column(
        "start",
        Integer,
        nullable=False,
        comment="First character in the document's text, from 0.",
        info={"between": (0, None)},
    ),
    Column(
        "end",
        Integer,
        nullable=False,
        comment="Character after the last one.",
        info={"between": (1, None), "above": "start"},
    ),
    Column("text", Text, nullable=False, comment="Verbatim part of the document's text.", info={"length": (2, 10_000)}),
    Column("before", Text, nullable=False, comment="Sentence before it, empty at the start."),
    Column("after", Text, nullable=False, comment="Sentence after it, empty at the end."),
    Column("language", String(3), nullable=False, comment="Language of the document."),
    Column(
        "authority_id",
        NAME,
        ForeignKey("authorities.authority_id"),
        comment="Authority that speaks or acts, if one was found.",
    ),
    Column(
        "attributed_by",
        choice("name", "speaker", "context", "publisher", "none"),
        nullable=False,
        comment="How the authority was found.",
    ),
    Column("speaker", Text, comment="Person or body quoted, if one is."),
    Column("is_quotation", Boolean, nullable=False, comment="Whether it holds a direct quotation."),
    comment="One passage of a document, with its place in the text.",
)

models = Table(
    "models",
    metadata,
    _key("model_id", "Derived from the training data, the recipe and the library versions.", String(40)),
    Column("is_current", Boolean, nullable=False, comment="Whether new signals come from it."),
    Column("file_path", Text, nullable=False, comment="Folder inside the home that holds the files."),
    Column("file_hash", String(64), nullable=False, comment="SHA-256 of the model file.", info={"volatile": True}),
    Column("languages", Text, nullable=False, comment="Languages it was trained for, blank-separated."),
    _count("example_count", "Labelled statements it was trained on."),
    Column("recipe", Text, nullable=False, comment="Features, estimator, versions, as JSON."),
    Column(
        "metrics",
        Text,
        nullable=False,
        comment="Cross-validated metrics on its examples, as JSON.",
        info={"volatile": True},
    ),
    _moment("trained_at", "When it was fitted.", volatile=True),
    comment="Registry of fitted classifiers.",
)

signals = Table(
    "signals",
    metadata,
    Column(
        "statement_id",
        IDENTIFIER,
        ForeignKey("statements.statement_id"),
        primary_key=True,
        comment="The statement judged.",
    ),
    Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="The model that judged it."),
    Column("stance", choice(*STANCES), nullable=False, comment="Most probable stance."),
    _share("supportive", "Probability that the authority leans towards the sector."),
    _share("neutral", "Probability that it speaks without leaning."),
    _share("restrictive", "Probability that it leans against the sector."),
    _share("no_signal", "Probability that no authority's position is in it."),
    Column("terms", Text, nullable=False, comment="Deciding terms with their weights, as JSON."),
    comment="A statement's stance probabilities, by one model.",
)

signal_sectors = Table(
    "signal_sectors",
    metadata,
    Column("statement_id", IDENTIFIER, ForeignKey("statements.statement_id"), primary_key=True, comment="The statement."),
    Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="The model."),
    Column("sector", choice(*SECTORS), primary_key=True, comment="A sector that the statement is about."),
    _share("relevance", "How surely it is about the sector."),
    Index(None, "sector"),
    comment="Sectors of each signal.",
)

stance_index = Table(
    "stance_index",
    metadata,
    Column("week_on", Date, primary_key=True, comment="Monday of the last ISO week of the window."),
    Column("window_weeks", Integer, primary_key=True, comment="Length of the trailing window: 1, 4 or 13 weeks."),
    Column("jurisdiction", String(2), primary_key=True, comment="ISO 3166 alpha-2, EU, or empty for supranational bodies."),
    Column("sector", choice(*SECTORS), primary_key=True, comment="Sector."),
    Column("channel", choice(*CHANNELS), primary_key=True, comment="Official and press are never pooled."),
    Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="The model behind the signals."),
    Column(
        "as_of_at",
        UtcTime,
        primary_key=True,
        comment="Vintage: when this figure was computed; a figure is never overwritten.",
    ),
    _stance_number("balance", "(supportive - restrictive) / (supportive + neutral + restrictive); empty with a reason."),
    _stance_number("balance_low", "Lower end of the 90 % interval."),
    _stance_number("balance_high", "Upper end of the 90 % interval."),
    _share("tone_share", "Supportive and restrictive mass over directional mass: 1 when nothing is neutral.", nullable=True),
    _share("signal_rate", "Share of the statements' mass that is not no_signal.", nullable=True),
    _count("statement_count", "Statements in the cell, no_signal among them."),
    _count("document_count", "Documents in the cell."),
    Column(
        "effective_count",
        Float,
        nullable=False,
        comment="(sum w)^2 / sum w^2 over stories.",
        info={"between": (0, None)},
    ),
    Column(
        "reason",
        choice("too_few_stories", "no_signal_mass"),
        comment="Why there is no figure; empty when there is one.",
    ),
    comment="The stance index: a number with its interval and counts, for each week, window, jurisdiction, sector and channel.",
)

shifts = Table(
    "shifts",
    metadata,
    _key("shift_id", "Derived from series and week."),
    Column("week_on", Date, nullable=False, comment="Monday of the week in which the change shows."),
    Column("jurisdiction", String(2), nullable=False, comment="ISO 3166 alpha-2, EU, or empty."),
    Column("sector", choice(*SECTORS), nullable=False, comment="Sector."),
    Column("channel", choice(*CHANNELS), nullable=False, comment="Channel."),
    Column("model_id", String(40), ForeignKey("models.model_id"), nullable=False, comment="The model behind the figures."),
    _stance_number("change", "Change of the balance, newer minus older; up to 2 in size.", nullable=False),
    _share("probability", "Probability that the change is larger than the declared threshold."),
    Column("level", choice("monitor", "critical"), nullable=False, comment="How strong the case is."),
    _moment("as_of_at", "When it was found.", volatile=True),
    comment="Changes of the index that are larger than chance.",
)
shifts.c.change.info["between"] = (-2, 2)

reports = Table(
    "reports",
    metadata,
    _key("report_id", "Derived from week, language, the figures' hash and the edition."),
    Column("week_on", Date, nullable=False, comment="Monday of the week reported."),
    Column("language", String(3), nullable=False, comment="Language of the report's own words."),
    Column("edition", Integer, nullable=False, comment="1 for the first report of the week.", info={"between": (1, None)}),
    Column("headline", Text, nullable=False, comment="Its first sentence."),
    Column("figures_hash", String(64), nullable=False, comment="SHA-256 of all that it shows."),
    Column("page_path", Text, nullable=False, comment="Page, as a path inside the home."),
    Column("mail_path", Text, nullable=False, comment="Mail (.eml), as a path inside the home."),
    _moment("made_at", "When it was made.", volatile=True),
    comment="The page and the mail of one week.",
)

deliveries = Table(
    "deliveries",
    metadata,
    _key("delivery_id", "Derived from report and recipient."),
    Column("report_id", IDENTIFIER, ForeignKey("reports.report_id"), nullable=False, comment="What was sent."),
    Column("recipient", Text, nullable=False, comment="To whom."),
    Column("message_id", Text, nullable=False, comment="Message-ID of the mail, the same at each attempt."),
    Column("state", choice("sending", "sent", "failed"), nullable=False, comment="How far it got."),
    Column("error", Text, comment="What the server said, if it refused, or why it is in doubt."),
    _moment("changed_at", "When the state was reached.", volatile=True),
    comment="Each mail to each recipient, so that none is sent twice.",
)

labels = Table(
    "labels",
    metadata,
    _key("label_id", "Derived from statement, person and purpose."),
    Column(
        "statement_id",
        IDENTIFIER,
        ForeignKey("statements.statement_id"),
        nullable=False,
        comment="The statement judged.",
    ),
    Column("stance", choice(*STANCES), nullable=False, comment="The person's answer."),
    Column("sectors", Text, nullable=False, comment="The person's sectors, as JSON."),
    Column("labelled_by", Text, nullable=False, comment="Who answered."),
    Column("purpose", choice("audit", "training"), nullable=False, comment="Random audit sample, or chosen for training."),
    _share("inclusion_probability", "Chance to be drawn, for an audit.", nullable=True),
    _moment("labelled_at", "When.", volatile=True),
    comment="A person's answers.",
)

rejected = Table(
    "rejected",
    metadata,
    _key("rejected_id", "Derived from stage, source, subject, rule and content."),
    Column("stage", choice("collect", "statements", "classify", "index"), nullable=False, comment="Where it was rejected."),
    Column("source_id", NAME, ForeignKey("sources.source_id"), comment="Source it came from, if known."),
    Column("subject", Text, nullable=False, comment="File, address or identifier of what was rejected."),
    Column("rule", NAME, nullable=False, comment="Short name of the rule that it broke."),
    Column("reason", Text, nullable=False, comment="The rule in words, with what was found."),
    Column(
        "severity",
        choice(*SEVERITIES),
        nullable=False,
        comment="critical: not counted; info: nothing is lost by it, such as an exact copy.",
    ),
    Column("content_hash", String(64), comment="Raw bytes in the archive, if they were received."),
    Column("row", Text, comment="The rejected row as JSON, without its text."),
    _moment("rejected_at", "When first rejected.", volatile=True),
    comment="What was not taken in, with the rule it broke.",
)

checks = Table(
    "checks",
    metadata,
    _key("check_id", "Derived from table, partition and rule."),
    Column("table_name", NAME, nullable=False, comment="Table whose rows were checked."),
    Column("partition", Text, nullable=False, comment="What part of the table: a source or a week."),
    Column("rule", Text, nullable=False, comment="Expectation and column."),
    Column("severity", choice(*SEVERITIES), nullable=False, comment="What a breach means."),
    Column("is_met", Boolean, nullable=False, comment="Whether every row met it."),
    _count("row_count", "Rows checked."),
    _count("breach_count", "Rows that broke the rule."),
    _moment("checked_at", "When this result was first seen.", volatile=True),
    comment="Validation results at the hand-over of every stage.",
)
