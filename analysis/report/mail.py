"""The mail of one week: the same words as text and as HTML, complete without a click."""

from __future__ import annotations

import hashlib
import re
import textwrap
import unicodedata
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from analysis.report.edition import Cell, Edition, Figure, figures_hash, leading_cells
from analysis.report.evidence import Quotation, strongest
from analysis.report.headline import (
    basis,
    claim,
    day,
    detail,
    estimate,
    finding,
    findings,
    headline,
    interval,
    number,
    subject,
    topic,
)
from analysis.report.templates import template

COLUMNS = 72
SUBJECT_LENGTH = 150
ROWS = 8
QUOTATIONS = 5
QUOTATION_LENGTH = 320
BAR = 21
SENDING_HOUR = time(6, tzinfo=UTC)
HOME_DOMAIN = "policy-signals.invalid"
"""Domain of message ids where no sender is set; reserved, so that it is nobody's."""


def compose(edition: Edition, sender: str, picture: bytes | None) -> EmailMessage:
    """Return the mail of the edition, without recipients; the same edition always gives the same bytes.

    `picture` is the PNG of `charts.overview`; without it a table stands in its place. With an empty `sender` the mail
    has no From and can be read but not sent.
    """
    digest = figures_hash(edition)
    domain = header_text(parseaddr(sender)[1].rpartition("@")[2]) or HOME_DOMAIN
    message = EmailMessage(policy=SMTP.clone(max_line_length=998))
    message["Subject"] = header_text(subject(edition))
    if sender:
        message["From"] = header_text(sender)
    message["Date"] = format_datetime(datetime.combine(edition.week_on + timedelta(weeks=1), SENDING_HOUR))
    message["Message-ID"] = f"<{edition.week}.{digest[:32]}@{domain}>"
    content_id = f"overview.{digest[:16]}@{domain}"
    values = _values(edition, content_id if picture else "")
    message.set_content(template("mail.txt").render(values).strip() + "\n", cte="quoted-printable")
    message.add_alternative(_inlined(template("mail.html").render(values)), subtype="html", cte="quoted-printable")
    html = message.get_body(("html",))
    if picture and html:
        html.add_related(picture, "image", "png", cid=f"<{content_id}>", filename="overview.png", disposition="inline")
    _fix_boundaries(message, digest)
    return message


def header_text(text: str) -> str:
    """Return a text that may stand in a header: one line, nothing invisible, at most 150 characters."""
    kept = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    visible = "".join(letter for letter in kept if unicodedata.category(letter) not in ("Cf", "Cs", "Co", "Cn"))
    return shortened(" ".join(visible.split()), SUBJECT_LENGTH)


def shortened(text: str, length: int) -> str:
    """Return a text of at most `length` characters, cut between words where it has them."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    start, blank, _rest = cut.rpartition(" ")
    return (start if blank and len(start) > length // 2 else cut).rstrip(" ,;:") + "…"


def _values(edition: Edition, content_id: str) -> dict[str, object]:
    shown = leading_cells(edition)[:ROWS]
    words = (bar, claim, day, detail, estimate, finding, interval, number, shortened, topic, wrapped)
    return {
        "edition": edition,
        "headline": headline(edition),
        "basis": basis(edition),
        "found": findings(edition),
        "cells": shown,
        "content_id": content_id,
        "alternative": _alternative(edition, shown),
        "quotations": [(cell, quotation, source_line(quotation)) for cell, quotation in strongest(edition, QUOTATIONS)],
        "quotation_length": QUOTATION_LENGTH,
        "coverage": _coverage(edition),
        **{word.__name__: word for word in words},
    }


def _alternative(edition: Edition, shown: list[Cell]) -> str:
    rows = (f"{topic(cell.jurisdiction, cell.sector)}, {cell.channel} {estimate(cell.figure)}" for cell in shown if cell.figure)
    return f"{headline(edition)}. Chart of the balances: {'; '.join(rows)}."


def _coverage(edition: Edition) -> str:
    states = edition.sources["state"].tolist()
    failed = edition.sources.loc[edition.sources["state"] == "failed", "name"].tolist()
    read = sum(state in ("got", "unchanged", "empty") for state in states)
    counts = edition.counts
    return (
        f"{read} of {len(states)} sources read. In the archive: {counts['documents']:,} documents, "
        f"{counts['statements']:,} statements; {counts['rejected']:,} not taken in."
        + (f" Failed: {', '.join(sorted(map(str, failed)))}." if failed else "")
    )


def source_line(quotation: Quotation) -> str:
    """Return who said it, when and where, in one line."""
    parts = (
        quotation.authority,
        quotation.speaker,
        quotation.day or "date unknown",
        quotation.publisher,
        quotation.title,
    )
    return ", ".join(dict.fromkeys(" ".join(part.split()) for part in parts if part))


def bar(figure: Figure) -> str:
    """Return a figure as a line of letters from -1 to +1: its interval, its point, and the zero."""
    marks = ["·"] * BAR
    for position in range(_position(figure.low), _position(figure.high) + 1):
        marks[position] = "─"
    marks[BAR // 2] = "│"
    marks[_position(figure.balance)] = "●"
    return "".join(marks)


def _position(balance: float) -> int:
    return round((min(max(balance, -1), 1) + 1) / 2 * (BAR - 1))


def wrapped(text: str, indent: str = "") -> str:
    """Return a text in lines of at most 72 columns, each after the indent; wide letters take two columns."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    width = COLUMNS // 2 if wide > len(text) / 4 else COLUMNS
    return textwrap.fill(" ".join(text.split()), width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _inlined(html: str) -> str:
    import css_inline

    # Rules for dark mode cannot be inlined and stay; nothing is loaded from elsewhere.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True).inline(html)


def _fix_boundaries(message: EmailMessage, digest: str) -> None:
    multiparts = [part for part in message.walk() if part.is_multipart()]
    for number_of, part in enumerate(multiparts):
        part.set_boundary(f"=_{hashlib.sha256(f'{digest} {number_of}'.encode()).hexdigest()[:40]}")
