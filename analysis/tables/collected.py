"""What comes in: authorities, sources and their state, fetches, stories and documents."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from analysis.tables.columns import IDENTIFIER, NAME, choice, count, key, metadata, moment
from analysis.tables.words import BRANCHES, CHANNELS, HEALTHS, KINDS, LEVELS, RANKS

authorities = Table(
    "authorities",
    metadata,
    key("authority_id", "Identifier from the catalogue, for example cn-csrc.", NAME),
    Column("name", Text, nullable=False, comment="Display name in English."),
    Column("jurisdiction", String(2), nullable=False, comment="ISO 3166 alpha-2, EU, or empty for supranational bodies."),
    Column("level", choice(*LEVELS), nullable=False, comment="What kind of public body it is."),
    Column("branch", choice(*BRANCHES), comment="Power of the state that it belongs to; empty where the catalogue tells none."),
    Column("parent_id", NAME, ForeignKey("authorities.authority_id"), comment="Body that it belongs to, if it does to one."),
    comment="Public bodies that can set policy, from the catalogue.",
)

offices = Table(
    "offices",
    metadata,
    key("office_id", "Identifier from the catalogue, for example us-sec-chair.", NAME),
    Column("authority_id", NAME, ForeignKey("authorities.authority_id"), nullable=False, comment="Body that it belongs to."),
    Column("rank", choice(*RANKS), nullable=False, comment="Place in the body of who holds it."),
    Column("title", Text, comment="What it is called in English; empty where it has no usual title."),
    Index(None, "authority_id"),
    comment="Offices whose holders speak for a public body, from the catalogue.",
)

office_holders = Table(
    "office_holders",
    metadata,
    key("holder_id", "Derived from office, name, and how often the person held it before."),
    Column("office_id", NAME, ForeignKey("offices.office_id"), nullable=False, comment="The office."),
    Column("name", Text, nullable=False, comment="Name of the person, as the catalogue shows it."),
    Column("since_on", Date, comment="First day in office; empty when not known for certain."),
    Column("until_on", Date, comment="Last day in office; empty while there, or when not known for certain."),
    Index(None, "office_id"),
    comment="Who held an office, and when, from the catalogue.",
)

sources = Table(
    "sources",
    metadata,
    key("source_id", "Identifier from the catalogue; `folder` for a folder named on the command line.", NAME),
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
    moment("attempted_at", "Last attempt.", volatile=True),
    moment("succeeded_at", "Last attempt that got content or was told that nothing changed.", nullable=True, volatile=True),
    Column("etag", Text, comment="Validator for the next conditional request."),
    Column("last_modified", Text, comment="Validator for the next conditional request."),
    count("failure_count", "Failed attempts in a row."),
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
    moment("retry_at", "Before it the source is left alone: the server asked for it, or it failed.", nullable=True),
    Column("health", choice(*HEALTHS), comment="What the attempts show together; empty before the first."),
    Column("error", Text, comment="What went wrong in the last attempt; empty if nothing did."),
    comment="Health and request validators of each source.",
)

fetches = Table(
    "fetches",
    metadata,
    key("fetch_id", "Derived from source, address and content of a file; from source, address and moment of a request."),
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
    Column("entry_id", Text, comment="Identifier that the listing gives the document, where it is not its address."),
    Column("etag", Text, comment="Validator with which the page is asked for again."),
    Column("last_modified", Text, comment="Validator with which the page is asked for again."),
    moment("fetched_at", "When it was asked for; for a file when this content was first seen, or seen anew.", volatile=True),
    Index(None, "source_id", "address"),
    Index(None, "source_id", "entry_id"),
    comment="Every file's content, once, and every request made of a server.",
)

stories = Table(
    "stories",
    metadata,
    key("story_id", "The address key of the story's first document."),
    Column("title", Text, comment="Title of the first document."),
    Column("published_on", Date, comment="Date of the first document."),
    count("document_count", "Documents that tell the story."),
    comment="Documents that are copies of one text or tell one event.",
)

documents = Table(
    "documents",
    metadata,
    key("document_id", "Derived from the address key and the hash of title and text."),
    Column(
        "address_key",
        IDENTIFIER,
        nullable=False,
        comment="Derived from the first revision's address, else identifier, else publisher, title and date; the same for all.",
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
    Column(
        "story_reason",
        choice("first", "copy", "text", "event"),
        nullable=False,
        server_default="first",
        comment="Why it belongs there: the first of it, the same text, much of the same text, or the same event told anew.",
    ),
    Column("story_link", IDENTIFIER, comment="Document by which it came to the story; empty for the first."),
    Column("story_note", Text, comment="What the two have in common, in words; empty for the first."),
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
    moment("published_at", "Moment of publication, where the document tells it.", nullable=True),
    Column(
        "date_flag",
        choice("stated", "found", "unknown", "future"),
        nullable=False,
        comment="Stated by the listing, found in the document, unknown, or in the future when it was read.",
    ),
    Column("effective_on", Date, comment="Day from which what it says applies, where the text or its listing states one."),
    Column("event_on", Date, comment="Day of the meeting, hearing or speech it tells of, where that is stated."),
    Column("text", Text, nullable=False, comment="Main text, as extracted.", info={"length": (20, 2_000_000)}),
    Column("text_hash", String(64), nullable=False, comment="SHA-256 of title and text in normal form."),
    Column("character_count", Integer, nullable=False, comment="Length of the text.", info={"between": (1, None)}),
    Column(
        "replacement_count",
        Integer,
        nullable=False,
        server_default="0",
        comment="Characters of the text that could not be decoded.",
        info={"between": (0, None)},
    ),
    Column("notes", Text, comment="What of it could not be read, such as an attachment of a mail."),
    Column("changes", Text, comment="What is new against the revision before, as a unified diff; empty for the first."),
    moment("withdrawn_at", "When its page was found gone for good; the document stays.", nullable=True),
    moment("collected_at", "When it was first stored.", volatile=True),
    UniqueConstraint("address_key", "text_hash"),
    Index(None, "text_hash"),
    Index(None, "published_on"),
    Index(None, "fetch_id"),
    comment="One official text or article in one revision.",
)

text_bands = Table(
    "text_bands",
    metadata,
    Column("band", Integer, primary_key=True, autoincrement=False, comment="Number of the band.", info={"between": (0, None)}),
    Column("band_hash", String(16), primary_key=True, comment="Hash of the band's part of the MinHash signature."),
    Column(
        "document_id",
        IDENTIFIER,
        ForeignKey("documents.document_id"),
        primary_key=True,
        comment="Document whose text has it.",
    ),
    Index(None, "document_id"),
    comment="Where documents with much of the same text meet: those that share a band are compared.",
)

paragraphs = Table(
    "paragraphs",
    metadata,
    Column("publisher", Text, primary_key=True, comment="Publisher, else the source."),
    Column("paragraph_hash", IDENTIFIER, primary_key=True, comment="Hash of the paragraph in normal form."),
    count("document_count", "Documents of the publisher that hold it."),
    comment="Paragraphs that recur over a publisher's documents, which tell nothing of what two documents share.",
)
