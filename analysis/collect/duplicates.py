"""Documents to stories: which texts are the same."""

from __future__ import annotations

import hashlib
import unicodedata


def normal_form(text: str) -> str:
    """Return the text as it is compared: NFKC, invisible characters out, blanks joined, lower case."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(visible.split()).casefold()


def text_hash(title: str | None, text: str) -> str:
    """Return the SHA-256 that exact copies share, however they are spaced and typeset."""
    joined = f"{normal_form(title or '')}\n{normal_form(text)}"
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()
