"""What is made of documents: statements, signals, the index with its shifts; the models and persons that judge."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, text, true

from analysis.tables.columns import IDENTIFIER, NAME, choice, count, key, metadata, moment, share
from analysis.tables.words import ACTS, RULES, SECTORS, STANCES, STATUSES, TELLS

statements = Table(
    "statements",
    metadata,
    key("statement_id", "Derived from document, start and end."),
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
        choice(*RULES),
        nullable=False,
        comment="Rule that told the authority: a name, a title of an office, its holder; a quotation, pronoun, general noun or "
        "report that goes on with one told elsewhere; a turn of questions and answers; the publisher; none.",
    ),
    Column("office_id", NAME, ForeignKey("offices.office_id"), comment="Office of the authority that speaks, if one is told."),
    Column("speaker", Text, comment="Person or body quoted, if one is."),
    Column("is_quotation", Boolean, nullable=False, comment="Whether it holds a direct quotation."),
    Column(
        "quote_start",
        Integer,
        comment="First character of its direct quotation in the document's text, without the mark; empty without one.",
        info={"between": (0, None)},
    ),
    Column(
        "quote_end",
        Integer,
        comment="Character after the quotation's last one.",
        info={"between": (1, None), "above": "quote_start"},
    ),
    Column(
        "jurisdiction",
        String(2),
        comment="ISO 3166 alpha-2 or EU: the authority's, else of what the statement names; empty where nothing tells it.",
    ),
    Column("jurisdiction_by", choice(*TELLS), comment="What tells the jurisdiction; empty where nothing does."),
    Column("turn", choice("question", "answer"), comment="Its part in questions and answers; empty outside them."),
    Column("asked_by", Text, comment="Who asks, in a question and in the answer to it, where the text tells."),
    Column(
        "act",
        choice(*ACTS),
        comment="An act of the authority that is done, a speech, an answer, or none of these; empty: not asked yet.",
    ),
    comment="One passage of a document, with its place in the text.",
)

models = Table(
    "models",
    metadata,
    key("model_id", "Derived from the training data, the recipe and the library versions.", String(40)),
    Column(
        "status",
        choice(*STATUSES),
        nullable=False,
        comment="current: new signals come from it; challenger: waits for a person's approval; retired: it was current before.",
    ),
    Column("file_path", Text, nullable=False, comment="Folder inside the home that holds the files."),
    Column("file_hash", String(64), nullable=False, comment="SHA-256 of the model file.", info={"volatile": True}),
    Column(
        "data_hash", String(64), nullable=False, server_default="", comment="SHA-256 of the training data and their labels."
    ),
    Column("languages", Text, nullable=False, comment="Languages it was trained for, blank-separated."),
    Column("has_vectors", Boolean, nullable=False, server_default=true(), comment="Whether sentence vectors vote."),
    count("example_count", "Labelled statements it was trained on."),
    Column("examples", Text, nullable=False, server_default="{}", comment="Those by origin, language and stance, as JSON."),
    Column("label_order", Text, nullable=False, server_default="", comment="Stances in the order of its probabilities."),
    Column("versions", Text, nullable=False, server_default="{}", comment="Versions of the libraries it needs, as JSON."),
    Column("recipe", Text, nullable=False, comment="Features and estimators, as JSON."),
    Column(
        "metrics",
        Text,
        nullable=False,
        comment="Cross-validated metrics on its examples, as JSON.",
        info={"volatile": True},
    ),
    Column("evaluation", Text, comment="Metrics on the labelled file it was last scored on, with its SHA-256, as JSON."),
    moment("trained_at", "When it was fitted.", volatile=True),
    moment("promoted_at", "When it last became current; empty for a challenger.", nullable=True),
    Column("promoted_by", Text, comment="Who made it current; empty where none was current before it."),
    Column("promotion_reason", Text, comment="Why it was made current."),
    Column("despite", Text, comment="Why, although the comparison could not tell; empty where it could."),
    Column("verdict", Text, comment="Comparison with the model it replaced, as JSON."),
    Column("replaced_id", String(40), ForeignKey("models.model_id"), comment="Model that was current before it."),
    moment("rolled_back_at", "When it was taken back.", nullable=True),
    Column("rolled_back_by", Text, comment="Who took it back."),
    Column("rollback_reason", Text, comment="Why it was taken back."),
    comment="Registry of fitted classifiers.",
)
_IS_CURRENT = text("status = 'current'")
Index("ix_models_current", models.c.status, unique=True, sqlite_where=_IS_CURRENT, postgresql_where=_IS_CURRENT)

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
    share("supportive", "Probability that the authority leans towards the sector."),
    share("neutral", "Probability that it speaks without leaning."),
    share("restrictive", "Probability that it leans against the sector."),
    share("no_signal", "Probability that no authority's position is in it."),
    Column(
        "stance_set",
        Text,
        nullable=False,
        server_default="",
        comment="Stances that cannot be ruled out at 90 % coverage, blank-separated; none or several: it cannot tell.",
    ),
    Column(
        "disagreement",
        Float,
        nullable=False,
        server_default="0",
        comment="How far the voters are apart: half the summed difference of their probabilities.",
        info={"between": (0, 1)},
    ),
    Column(
        "rule_stance",
        choice(*STANCES),
        comment="What cue words alone say; supportive against restrictive, or the reverse, is an alarm. Empty: not asked.",
    ),
    Column(
        "terms",
        Text,
        nullable=False,
        comment="Deciding terms with their share in the voters' decision for the stance, as JSON.",
    ),
    comment="A statement's stance probabilities, by one model.",
)

signal_sectors = Table(
    "signal_sectors",
    metadata,
    Column("statement_id", IDENTIFIER, ForeignKey("statements.statement_id"), primary_key=True, comment="The statement."),
    Column("model_id", String(40), ForeignKey("models.model_id"), primary_key=True, comment="The model."),
    Column("sector", choice(*SECTORS), primary_key=True, comment="A sector that the statement is about."),
    share("relevance", "How surely it is about the sector."),
    Index(None, "sector"),
    comment="Sectors of each signal.",
)
