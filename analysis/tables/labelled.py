"""What people are asked and what they answer: drawn statements, who reads them again, and every answer ever given.

No foreign key leads to `statements`: a document that is read anew loses its statements and gets them again under the same
ids, and what people said must outlive that.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, false

from analysis.tables.columns import IDENTIFIER, NAME, choice, key, metadata, moment, share
from analysis.tables.words import CHANNELS, STANCES

PURPOSES = ("audit", "training")

samples = Table(
    "samples",
    metadata,
    key("sample_id", "Derived from statement and purpose: a statement is drawn once for each."),
    Column("statement_id", IDENTIFIER, nullable=False, index=True, comment="The statement to be labelled."),
    Column("document_id", IDENTIFIER, ForeignKey("documents.document_id"), nullable=False, comment="Document it stands in."),
    Column("language", String(3), nullable=False, comment="Language of the stratum."),
    Column("channel", choice(*CHANNELS), nullable=False, comment="Channel of the stratum."),
    Column("text_key", IDENTIFIER, nullable=False, comment="Hash of its text in normal form, by which the same text is known."),
    Column("purpose", choice(*PURPOSES), nullable=False, comment="Random audit sample, or queue of what is worth learning."),
    Column("batch", NAME, nullable=False, comment="ISO week of an audit, name of a round of the queue."),
    Column(
        "position",
        Integer,
        nullable=False,
        comment="Order inside the batch, from 0, in which to ask.",
        info={"between": (0, None)},
    ),
    Column("reason", choice("random", "margin", "disagreement"), nullable=False, comment="Why it was drawn."),
    share("inclusion_probability", "Chance to be drawn at random; empty for what was chosen.", nullable=True),
    Column("model_id", String(40), ForeignKey("models.model_id"), nullable=False, comment="The model that had judged it."),
    share("supportive", "Probability of the class when it was drawn; never shown to who labels."),
    share("neutral", "Probability of the class when it was drawn."),
    share("restrictive", "Probability of the class when it was drawn."),
    share("no_signal", "Probability of the class when it was drawn."),
    moment("drawn_at", "When.", volatile=True),
    Index(None, "purpose", "batch"),
    Index(None, "text_key"),
    comment="Statements drawn for people to label.",
)

readings = Table(
    "readings",
    metadata,
    Column("statement_id", IDENTIFIER, primary_key=True, comment="The statement to be read again."),
    Column("purpose", choice(*PURPOSES), primary_key=True, comment="Purpose for which it was labelled."),
    Column("reading", choice("second", "third"), primary_key=True, comment="Second, blind; or third, which decides."),
    Column("assigned_to", Text, nullable=False, comment="Who is to read it; nobody who has read it before."),
    moment("assigned_at", "When.", volatile=True),
    comment="Who reads a labelled statement again.",
)

labels = Table(
    "labels",
    metadata,
    key("label_id", "Derived from statement, person, purpose, version and moment."),
    Column("statement_id", IDENTIFIER, nullable=False, comment="The statement judged."),
    Column("stance", choice(*STANCES), nullable=False, comment="The person's answer."),
    Column("sectors", Text, nullable=False, comment="The person's sectors, as JSON."),
    Column("jurisdiction", String(2), nullable=False, server_default="", comment="ISO 3166 alpha-2, EU, or empty for none."),
    Column("note", Text, comment="What the person remarks."),
    Column("is_unsure", Boolean, nullable=False, server_default=false(), comment="Whether the person doubts the answer."),
    Column("seconds", Float, comment="Time taken for it, if known.", info={"between": (0, None)}),
    Column("labelled_by", Text, nullable=False, comment="Who answered."),
    Column("purpose", choice(*PURPOSES), nullable=False, comment="Random audit sample, or chosen for training."),
    Column(
        "version",
        Integer,
        nullable=False,
        server_default="1",
        comment="1 for the person's first answer; the newest that is not withdrawn counts.",
        info={"between": (1, None)},
    ),
    share("inclusion_probability", "Chance to be drawn, for an audit.", nullable=True),
    moment("labelled_at", "When.", volatile=True),
    moment("withdrawn_at", "When the person took it back; it stays.", nullable=True),
    UniqueConstraint("statement_id", "labelled_by", "purpose", "version"),
    comment="People's answers, with those that were changed or taken back.",
)
