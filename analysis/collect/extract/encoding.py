"""Bytes to text: which encoding they are in."""

from __future__ import annotations

LEGACY_ENCODINGS = ("cp1252", "gb18030", "big5", "cp932", "euc_jp", "euc_kr", "cp1251")
"""What undeclared text is tried in; Central European ones are left out, because French and English texts pass for them."""


def decode(content: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return the text and the encoding that fitted: byte order mark, UTF-8, the declared one, then the likeliest."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace"), encoding.removesuffix("-sig")
    # The Chinese encodings that pages declare are parts of gb18030, and pages use more of it than they declare.
    stated = {"gb2312": "gb18030", "gbk": "gb18030"}.get((declared or "").lower(), declared) or "utf-8"
    for encoding in ("utf-8", stated):
        try:
            return content.decode(encoding), encoding
        except (UnicodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(content[:200_000], cp_isolation=list(LEGACY_ENCODINGS)).best()
    likeliest = best.encoding if best else "cp1252"
    return content.decode(likeliest, "replace"), likeliest
