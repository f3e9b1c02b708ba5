"""What goes out: reports and their deliveries."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, Text

from analysis.tables.columns import IDENTIFIER, choice, key, metadata, moment

reports = Table(
    "reports",
    metadata,
    key("report_id", "Derived from week, language, the figures' hash and the edition."),
    Column("week_on", Date, nullable=False, comment="Monday of the week reported."),
    Column("language", String(3), nullable=False, comment="Language of the report's own words."),
    Column("edition", Integer, nullable=False, comment="1 for the first report of the week.", info={"between": (1, None)}),
    Column("headline", Text, nullable=False, comment="Its first sentence."),
    Column("figures_hash", String(64), nullable=False, comment="SHA-256 of all that it shows."),
    Column("page_path", Text, nullable=False, comment="Page, as a path inside the home."),
    Column("mail_path", Text, nullable=False, comment="Mail (.eml), as a path inside the home."),
    moment("made_at", "When it was made.", volatile=True),
    comment="The page and the mail of one week.",
)

deliveries = Table(
    "deliveries",
    metadata,
    key("delivery_id", "Derived from report and recipient."),
    Column("report_id", IDENTIFIER, ForeignKey("reports.report_id"), nullable=False, comment="What was sent."),
    Column("recipient", Text, nullable=False, comment="To whom."),
    Column("message_id", Text, nullable=False, comment="Message-ID of the mail, the same at each attempt."),
    Column("state", choice("sending", "sent", "failed"), nullable=False, comment="How far it got."),
    Column("error", Text, comment="What the server said, if it refused, or why it is in doubt."),
    moment("changed_at", "When the state was reached.", volatile=True),
    comment="Each mail to each recipient, so that none is sent twice.",
)
