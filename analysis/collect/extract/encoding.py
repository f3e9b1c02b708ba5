"""Bytes to text: which encoding they are in."""

from __future__ import annotations

import codecs
import re

REPLACEMENT = "\ufffd"
"""What stands for bytes that do not decode."""
LEGACY_ENCODINGS = ("cp1252", "gb18030", "big5", "cp932", "euc_jp", "euc_kr", "cp1251", "koi8_r")
"""What undeclared text is tried in; Central European ones are left out, because French and English texts pass for them."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
"""Byte order marks; those of UTF-32 first, because the mark of UTF-16 begins one of them."""
MEANT = {
    "latin-1": "cp1252", "iso-8859-1": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
"""What browsers take the labels for (WHATWG Encoding Standard): each is a part of what pages write under it."""
ALIASES = {
    "unicode": "utf-16", "x-gbk": "gbk", "x-sjis": "shift_jis", "x-euc-jp": "euc_jp", "windows-949": "cp949",
    "x-x-big5": "big5", "cn-big5": "big5", "dos-874": "cp874", "x-mac-cyrillic": "mac-cyrillic", "iso-8859-8-i": "iso-8859-8",
    "windows-936": "gbk", "windows-31j": "cp932", "x-unicode20utf8": "utf-8", "unicode-1-1-utf-8": "utf-8",
}  # fmt: skip
"""Labels that pages write and Python does not know."""
MULTI_BYTE = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "hz", "johab", "iso2022_jp", "iso2022_kr")
FAMILIES = ("cp", "iso-8859-", "koi8-", "mac-", "utf-", "tis-", *MULTI_BYTE)
"""How the encodings that are believed begin; Python also calls escapes and domain names encodings."""
SCAN_BYTES = 10_000


def decode(content: bytes, declared: str | None = None, header: str | None = None) -> tuple[str, str]:
    """Return the text and its encoding: byte order mark, then `header`, then `declared`, then the likeliest.

    A label is not believed when it does not decode the bytes, or when they are sound UTF-8 and it says otherwise. Characters
    that do not decode become U+FFFD.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace"), encoding.removesuffix("-sig")
    sound = _decoded(content, "utf-8")
    if wide := _wide(content, sound):
        return content.decode(wide, "replace"), wide
    labels = [name for name in map(known_encoding, (header, declared)) if name and not name.startswith(("utf-16", "utf-32"))]
    for name in labels:
        text = _decoded(content, name)
        if text is not None and (sound is None or not _contradicts(sound, name)):
            return text, name
    if sound is not None:
        return sound, "utf-8"
    return _likeliest(content, labels)


def declared_encoding(content: bytes) -> str | None:
    """Return the label by which a page or XML file names its encoding: in its XML declaration or a meta element."""
    head = re.sub(rb"<!--.*?(?:-->|\Z)", b"", content[:SCAN_BYTES], flags=re.S)
    found = re.match(rb"\s*<\?xml\s[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]+)", head, re.I) or re.search(
        rb"<meta\s[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", head, re.I
    )
    return found[1].decode("ascii") if found else None


def known_encoding(label: str | None) -> str | None:
    """Return the encoding that a label means on the web; None for a label that means no encoding of text."""
    cleaned = (label or "").strip(" \t\r\n\"';").lower()
    try:
        name = codecs.lookup(ALIASES.get(cleaned, cleaned)).name
    except (LookupError, ValueError):
        return None
    name = re.sub(r"^iso8859", "iso-8859", name)
    name = MEANT.get(name, name)
    return name.removesuffix("-sig") if name.startswith(FAMILIES) and name != "utf-7" else None


def _decoded(content: bytes, encoding: str) -> str | None:
    """Return the text, None where the bytes are not in the encoding."""
    try:
        return content.decode(encoding)
    except UnicodeError:
        return None


def _contradicts(sound: str, name: str) -> bool:
    """Return whether bytes that are sound UTF-8 cannot be in the encoding.

    In encodings of one byte a character, no run of letters makes UTF-8. In those of two, one character in eight does, so
    that a few words can pass for both: there the label is believed.
    """
    beyond = sum(character > "\x7f" for character in sound[:5000])
    return name != "utf-8" and beyond >= (4 if name in MULTI_BYTE else 1)


def _wide(content: bytes, sound: str | None) -> str | None:
    """Return the encoding of UTF-16 or UTF-32 without mark, which bytes of nought give away; None for any other text."""
    noughts = content[:4000].count(0)
    # A stray nought in other text, where pairs of letters would pass for Chinese.
    if not noughts or (sound is not None and noughts < 0.05 * len(content[:4000])):
        return None
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = _decoded(content, encoding)
        if text is not None and _is_written(text[:2000]):
            return encoding
    return None


WRITTEN = re.compile(
    r"[\t\n\r\x20-\x7e\xa0-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u2010-\u206f\u20a0-\u22ff\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]"
)
"""Characters that most texts consist of; those of the other byte order are scattered beyond them."""


def _is_written(text: str) -> bool:
    return len(WRITTEN.findall(text)) >= 0.98 * len(text)


def _likeliest(content: bytes, labels: list[str]) -> tuple[str, str]:
    """Return text that is in no named encoding throughout: damaged, mixed or undeclared."""
    for name in (*labels, "utf-8"):
        text = content.decode(name, "replace")
        lost = text.count(REPLACEMENT)
        # A text cut off in the middle of a character has lost nothing else.
        lost -= text.endswith(REPLACEMENT)
        if sum(character > "\x7f" for character in text) - lost >= 3 * lost + 1:
            return text, name
    from charset_normalizer import from_bytes

    best = from_bytes(content[:200_000], cp_isolation=list(LEGACY_ENCODINGS)).best()
    likeliest = best.encoding if best else "cp1252"
    return content.decode(likeliest, "replace"), likeliest
