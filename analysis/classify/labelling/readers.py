"""Who reads a labelled statement again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set

import numpy as np

from analysis.errors import LabelError

SECOND_SHARE = 0.2


def assign(
    read: Mapping[str, Set[str]],
    assigned: Mapping[str, str],
    readers: Sequence[str],
    share: float,
    rng: np.random.Generator,
) -> dict[str, str]:
    """Return a new reader for as many statements as bring the share of those with one up to `share`, drawn at random.

    `read` names who has read each statement, `assigned` who is to read it again already. Nobody gets what he or she has read;
    of the others, who has least to read gets it. A statement that all readers have read is passed over.
    Raises LabelError for a share outside 0..1 or no reader.
    """
    if not 0 <= share <= 1:
        raise LabelError(f"share {share}: give a part of all labelled statements, from 0 to 1")
    if not readers:
        raise LabelError("no reader is named: name at least one")
    load = Counter(dict.fromkeys(readers, 0))
    load.update(reader for reader in assigned.values() if reader in load)
    waiting = sorted(set(read) - set(assigned))
    wanted = math.ceil(share * len(read)) - (len(read) - len(waiting))
    new: dict[str, str] = {}
    for number in rng.permutation(len(waiting)):
        able = [reader for reader in load if reader not in read[waiting[number]]]
        if len(new) >= wanted:
            break
        if able:
            new[waiting[number]] = min(able, key=lambda reader: load[reader])
            load[new[waiting[number]]] += 1
    return new
