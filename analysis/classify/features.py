"""Passages to numbers: sentence vectors of a passage and its neighbours, cue counts, sector words and hashed n-grams."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils import murmurhash3_32

from analysis.catalogue import FOLDER as CATALOGUE
from analysis.classify import cues, encoder
from analysis.classify.sectors import sector_words
from analysis.tables import SECTORS

GRAM_COUNT = 2**16
"""Columns that word n-grams are hashed into, and as many for letter n-grams."""
CUE_GRAM_COUNT = 2**15
"""Columns that runs of 1 to 4 cue groups are hashed into: the order in which acts, actors and negations follow each other."""
NEIGHBOUR_REACH = 300
"""Characters of the passage before (its last) and after (its first) that count as neighbours."""
LONGEST = 2_000
"""Characters of a passage that are looked at; the pieces of a document are shorter."""
SIGNS = ("authority", "restrictive", "supportive", "reversal_restrictive", "reversal_supportive")
"""Tables of cues of which one is needed before anything else is looked at."""
LABEL = r"\S+"
WORD = r"(?u)[\u3040-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u9fff\uac00-\ud7af]+"
"""A word; in scripts without blanks a character, so that a pair of words is a pair of characters."""
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\u3000-\u9fff]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Passage:
    """What a classifier sees of a statement, with the sentences before and after it."""

    text: str
    language: str
    before: str = ""
    after: str = ""

    @property
    def context(self) -> str:
        """The neighbours as one text."""
        return f"{self.before[-NEIGHBOUR_REACH:]} {self.after[:NEIGHBOUR_REACH]}".strip()


PROBES = (
    *(Passage(text, language) for text, language in zip(encoder.PINNED_TEXTS, ("en", "fr", "zh", "de", "es"), strict=True)),
    Passage("“We shall not ban chips,” the minister said in 2024; could Acme have sued?", "en", "It met.", "Fines follow."),
    Passage("Si l'amende était annulée, l'entreprise n'aurait rien à payer, a-t-il dit.", "fr", "Les puces manquent."),
    Passage("Das Verbot wurde aufgehoben, sagte die Ministerin; der Konzern klagt nicht.", "de", "", "Halbleiter sind knapp."),
    Passage("El regulador levantó la prohibición, pero la empresa no descarta recurrir.", "es", "", "Los bancos callan."),
    Passage("工信部表示，不再禁止企业出口芯片。", "zh", "会议召开。", "股价下跌。"),
)
"""Passages whose numbers show when the code that counts has changed."""


@cache
def columns() -> dict[str, slice]:
    """Return which columns of the classifier's input hold what, in their order."""
    widths = {
        **dict.fromkeys(("vector", "before", "after"), encoder.LENGTH),
        "cues": len(cues.feature_names()),
        "sector_words": len(SECTORS),
        "neighbour_sector_words": len(SECTORS),
        "words": GRAM_COUNT,
        "letters": GRAM_COUNT,
        "cue_grams": CUE_GRAM_COUNT,
    }
    ends = np.cumsum(list(widths.values())).tolist()
    return {name: slice(end - width, end) for (name, width), end in zip(widths.items(), ends, strict=True)}


def inputs(passages: Sequence[Passage], counts: np.ndarray | None = None) -> csr_matrix:
    """Return the classifier's input: a sparse matrix, float32, a row a passage, columns as `columns` names them.

    `counts` are those of `counted`, where they are known already.
    """
    befores = [passage.before[-NEIGHBOUR_REACH:] for passage in passages]
    afters = [passage.after[:NEIGHBOUR_REACH] for passage in passages]
    texts = [passage.text[:LONGEST] for passage in passages]
    encoded = encoder.vectors([*texts, *befores, *afters]).reshape(3, len(passages), encoder.LENGTH)
    return as_matrix([*encoded, counted(passages) if counts is None else counts], grams(passages))


def counted(passages: Sequence[Passage]) -> np.ndarray:
    """Return the columns from `cues` to `neighbour_sector_words`: all that is counted by word lists, float32."""
    rows = [
        np.concatenate(
            [
                cues.cue_features(passage.text[:LONGEST], passage.language),
                sector_words(passage.text[:LONGEST], passage.language),
                sector_words(passage.context, passage.language),
            ]
        )
        for passage in passages
    ]
    return np.array(rows, dtype=np.float32).reshape(len(passages), len(cues.feature_names()) + 2 * len(SECTORS))


def have_signs(counts: np.ndarray) -> np.ndarray:
    """Return which rows of `counted` name an authority, an act that leans, or, in the passage itself, a sector."""
    names = [*cues.feature_names(), *SECTORS]
    telling = [place for place, name in enumerate(names) if name in SECTORS or name.split(".")[0] in SIGNS]
    return np.asarray(counts[:, telling].any(axis=1))


def as_matrix(dense: Sequence[np.ndarray], counts: Sequence[csr_matrix]) -> csr_matrix:
    """Return the classifier's input from its parts, in the order of `columns`."""
    return hstack([*(csr_matrix(part, dtype=np.float32) for part in dense), *counts], format="csr", dtype=np.float32)


def plain(text: str) -> str:
    """Return a text as its n-grams are counted: one form of each character, lower case, any digit a 0, addresses out."""
    told = unicodedata.normalize("NFKC", text).encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"\d", "0", ADDRESS.sub(" ", told)).lower()


@cache
def _hashing() -> tuple[HashingVectorizer, HashingVectorizer, HashingVectorizer]:
    shared = {"alternate_sign": False, "norm": None, "lowercase": False, "dtype": np.float32}
    return (
        HashingVectorizer(n_features=GRAM_COUNT, ngram_range=(1, 2), token_pattern=WORD, **shared),
        HashingVectorizer(n_features=GRAM_COUNT, ngram_range=(3, 5), analyzer="char_wb", **shared),
        HashingVectorizer(n_features=CUE_GRAM_COUNT, ngram_range=(1, 4), token_pattern=LABEL, **shared),
    )


def grams(passages: Sequence[Passage]) -> tuple[csr_matrix, ...]:
    """Return the counts of word 1- and 2-grams, of letter 3- to 5-grams and of 1 to 4 cue groups in a row, each hashed."""
    if not passages:
        return tuple(csr_matrix((0, width), dtype=np.float32) for width in (GRAM_COUNT, GRAM_COUNT, CUE_GRAM_COUNT))
    told = [plain(passage.text[:LONGEST]) for passage in passages]
    found = [cues.find(passage.text[:LONGEST], passage.language) for passage in passages]
    words, letters, runs = _hashing()
    return words.transform(told), letters.transform(told), runs.transform([" ".join(m.label for m in row) for row in found])


def word_grams(text: str) -> dict[str, int]:
    """Return the word n-grams of a text with the column, within their block, that each is counted in."""
    found = _hashing()[0].build_analyzer()(plain(text))
    return {gram: abs(murmurhash3_32(gram, seed=0)) % GRAM_COUNT for gram in found}


@cache
def digest() -> str:
    """Return a hash of all that gives the numbers their meaning: encoder, word lists, layout, and what is counted in PROBES."""
    lists = [*sorted(cues.FOLDER.glob("*.toml")), CATALOGUE / "sectors.toml"]
    hashed = hashlib.sha256(b"".join(path.read_bytes() for path in lists))
    hashed.update(repr((encoder.encoder_version(), columns())).encode())
    for part in (csr_matrix(counted(PROBES)), *grams(PROBES)):
        hashed.update(part.indices.astype(np.int64).tobytes() + part.data.astype(np.float64).tobytes())
    return hashed.hexdigest()
