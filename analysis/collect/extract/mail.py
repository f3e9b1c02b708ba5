"""Mails to documents: the message, and behind it what is attached, under its names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr

from analysis.collect.extract.encoding import decode
from analysis.collect.extract.extracted import BYTE_LIMIT, Extracted
from analysis.collect.extract.markup import lines_of
from analysis.collect.listing.entries import one_line
from analysis.errors import UnreadableError

FAULTS = (LookupError, ValueError, TypeError, AttributeError, RecursionError, NotImplementedError, OSError, EOFError)
"""What the reader of mails raises on damaged bytes."""
DEPTH = 4
"""Mails inside mails that are read."""
ATTACHMENTS = 30
PARTS = 20_000
NESTED_PARTS = 100
"""Parts that hold parts: the standard parser needs the square of their number."""
MULTIPART = re.compile(rb"^content-type:\s?multipart/", re.I | re.M)
SIGNATURES = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "application/ms-tnef",
)
STUB = 300
"""Characters below which the plain part may only say that the mail is to be read as HTML."""

ReadPart = Callable[[bytes, str, str | None, str | None], str]
"""Returns the text of an attachment by its content, name, media type and charset; raises UnreadableError."""


@dataclass
class Parcel:
    """What a mail and those inside it hold, as it is unpacked."""

    texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    count: int = 0
    size: int = 0

    @property
    def is_full(self) -> bool:
        return self.count > ATTACHMENTS or self.size > BYTE_LIMIT

    def admits(self, name: str, content: bytes) -> bool:
        """Return whether an attachment is still within the limits; the first that is not is noted."""
        self.count += 1
        self.size += len(content)
        if self.is_full:
            limits = f"{ATTACHMENTS} attachments or {BYTE_LIMIT:,} bytes"
            self.notes.append(f"{name} and what follows it: left out, because the mail holds more than {limits}")
        return not self.is_full


def read_mail(content: bytes, read_part: ReadPart) -> Extracted:
    """Return what a mail holds; attachments that cannot be read are named in its notes.

    Raises UnreadableError when the mail itself cannot be read.
    """
    if content.count(b"\n--") > PARTS or len(MULTIPART.findall(content)) > NESTED_PARTS:
        raise UnreadableError("too_large", f"a mail of more than {PARTS:,} parts, or of {NESTED_PARTS} inside one another")
    parcel = Parcel()
    try:
        message = BytesParser(policy=policy.default).parsebytes(content)
        _unpack(message, read_part, parcel, 0)
        moment = _moment(message)
        name, domain = _sender(message)
        return Extracted(
            "eml",
            "\n\n".join(parcel.texts),
            title=_header(message, "subject"),
            published_on=moment.date() if moment else None,
            published_at=moment if moment and moment.tzinfo else None,
            # A person's mail address is no publisher; the name in front of it is.
            publisher=name or domain,
            sender_domain=domain,
            message_id=_header(message, "message-id"),
            notes=tuple(parcel.notes),
        )
    except FAULTS as error:
        raise UnreadableError("broken_mail", f"the mail cannot be read ({error})") from error


def _unpack(message: EmailMessage, read_part: ReadPart, parcel: Parcel, depth: int) -> None:
    """Add the words of a message and of what is attached to it."""
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    if text := _body(plain, rich):
        parcel.texts.append(text)
    for part in _attached(message, (plain, rich)):
        if parcel.is_full:
            return
        name = one_line(_name(part)) or "attachment without a name"
        if part.get_content_type() == "message/rfc822":
            _unpack_inner(part, name, read_part, parcel, depth)
            continue
        content = part.get_payload(decode=True) or b""
        if not isinstance(content, bytes) or not parcel.admits(name, content):
            continue
        try:
            found = read_part(content, name, part.get_content_type(), _charset(part))
            parcel.texts.append(f"{name}\n{found}")
        except UnreadableError as error:
            parcel.notes.append(f"{name}: {error.reason}")


def _unpack_inner(part: MIMEPart, name: str, read_part: ReadPart, parcel: Parcel, depth: int) -> None:
    inner = part.get_payload()
    inner = inner[0] if isinstance(inner, list) and inner else None
    if not isinstance(inner, EmailMessage):
        parcel.notes.append(f"{name}: the mail in it cannot be read")
    elif depth + 1 >= DEPTH:
        parcel.notes.append(f"{name}: left out, because it lies more than {DEPTH} mails deep")
    elif parcel.admits(name, b""):
        parcel.texts.append(_header(inner, "subject") or name)
        _unpack(inner, read_part, parcel, depth + 1)


def _attached(message: MIMEPart, bodies: tuple[MIMEPart | None, ...]) -> Iterator[MIMEPart]:
    """Give what is attached: neither the bodies nor another form of them, nor signatures and pictures inside the text."""
    for part in message.iter_parts() if message.is_multipart() and message.get_content_type() != "message/rfc822" else ():
        if any(part is body for body in bodies) or part.get_content_type() in SIGNATURES:
            continue
        if part.get_content_maintype() == "multipart":
            yield from _attached(part, bodies)
        elif part.get_content_maintype() == "image" and not part.is_attachment():
            continue
        else:
            yield part


def _body(plain: MIMEPart | None, rich: MIMEPart | None) -> str:
    words = _words(plain) if plain is not None else ""
    if rich is None or len(words.strip()) >= STUB:
        return words
    shown = lines_of(_words(rich)) or ""
    return shown if len(shown) > 2 * len(words.strip()) else words


def _words(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    return decode(content, None, _charset(part))[0] if isinstance(content, bytes) else ""


def _charset(part: MIMEPart) -> str | None:
    charset = part.get_param("charset")
    return charset if isinstance(charset, str) else None


def _name(part: MIMEPart) -> str | None:
    return _whole(part.get_filename())


def _header(message: EmailMessage, name: str) -> str | None:
    found = message[name]
    return one_line(_whole(str(found))) if found is not None else None


def _whole(text: str | None) -> str | None:
    """Return a header's text with the bytes decoded that should have been encoded there."""
    if text is None or not re.search("[\udc80-\udcff]", text):
        return text
    return decode(text.encode("utf-8", "surrogateescape"))[0]


def _moment(message: EmailMessage) -> datetime | None:
    return message["date"].datetime if message["date"] else None


def _sender(message: EmailMessage) -> tuple[str | None, str | None]:
    """Return the name and the domain of whoever sent the mail."""
    addresses = message["from"].addresses if message["from"] else ()
    if not addresses:
        return None, None
    name = one_line(_whole(addresses[0].display_name))
    domain = addresses[0].domain or parseaddr(_header(message, "from") or "")[1].rpartition("@")[2]
    return name, domain.lower() or None
