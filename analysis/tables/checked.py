"""What was checked and what was not taken in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text

from analysis.tables.columns import NAME, choice, count, key, metadata, moment
from analysis.tables.words import SEVERITIES

rejected = Table(
    "rejected",
    metadata,
    key("rejected_id", "Derived from stage, source, subject, rule and content."),
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
    moment("rejected_at", "When first rejected.", volatile=True),
    comment="What was not taken in, with the rule it broke.",
)

checks = Table(
    "checks",
    metadata,
    key("check_id", "Derived from table, partition and rule."),
    Column("table_name", NAME, nullable=False, comment="Table whose rows were checked."),
    Column("partition", Text, nullable=False, comment="What part of the table: a source or a week."),
    Column("rule", Text, nullable=False, comment="Expectation and column."),
    Column("severity", choice(*SEVERITIES), nullable=False, comment="What a breach means."),
    Column("is_met", Boolean, nullable=False, comment="Whether every row met it."),
    count("row_count", "Rows checked."),
    count("breach_count", "Rows that broke the rule."),
    moment("checked_at", "When this result was first seen.", volatile=True),
    comment="Validation results at the hand-over of every stage.",
)
