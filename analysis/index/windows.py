"""Windows with all that their figures are made of: weighted stories, effective counts, priors, strata, seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.index.audits import Matrices
from analysis.index.balance import MASSES
from analysis.index.cells import HARD, SERIES, Cells, Units, cells
from analysis.index.prior import past, shares_before
from analysis.index.resample import Rows, clusters, seeds
from analysis.tables import WINDOWS

COUNTS = ["statement_count", "document_count", "story_count", "date_count"]


@dataclass(frozen=True)
class Windows:
    """Windows of three scopes; all arrays by cell have the order of `cells.rows`, those by member that of `cells.member`."""

    told: Units
    cells: Cells
    masses: np.ndarray
    """Probabilities of each unit, shape (units, 4)."""
    stratum: np.ndarray
    """Number of each unit's language and channel among `languages`."""
    languages: list[tuple[str, str]]
    weight: np.ndarray
    """Of each member, the fixed weights of the authorities among it."""
    cluster: np.ndarray
    """Number of each member's cluster, stories that share no document with others, which is drawn as a whole."""
    story_seeds: np.ndarray
    cell_seeds: np.ndarray
    effective: np.ndarray
    counts: pd.DataFrame
    prior: np.ndarray
    """Shares (cells, 4) in the past of the body or line, as the classifier reads them."""
    share_of_weight_present: np.ndarray
    starts: np.ndarray
    """Where the members of each cell begin, and where the last ones end."""

    def summed(self, columns: list[str], weight: np.ndarray | None = None) -> np.ndarray:
        """Return the weighted sums (cells, columns) of columns of the units."""
        used = self.weight if weight is None else weight
        values = self.told.rows[columns].to_numpy()[self.cells.unit]
        return np.stack([np.bincount(self.cells.member, used * one, self.size) for one in values.T], axis=1)

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.cells.rows)

    def members(self, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of the members of some cells, and for each of them the place of its cell in `which`."""
        counts = self.starts[which + 1] - self.starts[which]
        number = np.repeat(np.arange(len(which)), counts)
        begin = np.repeat(self.starts[which] - np.r_[0, counts.cumsum()[:-1]], counts)
        return begin + np.arange(len(number)), number

    def stories(self, which: np.ndarray) -> Rows:
        """Return what the stories bring to some cells, numbered as in `which`: weighted probabilities of the four stances."""
        place, number = self.members(which)
        values = self.masses[self.cells.unit[place]] * self.weight[place, None]
        return Rows(self.cluster[place], number, values, self.story_seeds, len(which))

    def strata(self, which: np.ndarray, known: Matrices) -> np.ndarray:
        """Return the weight (cells, 1 + strata) that each of the matrices has in some cells."""
        place, number = self.members(which)
        width = 1 + len(known.strata)
        matrix = np.array([1 + known.strata.index(name) if name in known.strata else 0 for name in self.languages])
        column = matrix[self.stratum[self.cells.unit[place]]]
        return np.bincount(number * width + column, self.weight[place], len(which) * width).reshape(len(which), width)

    def speak(self, which: np.ndarray, languages: frozenset[str]) -> np.ndarray:
        """Return whether some cells hold a story in one of the languages."""
        place, number = self.members(which)
        is_in = np.array([language in languages for language, _ in self.languages])
        return np.bincount(number, is_in[self.stratum[self.cells.unit[place]]], len(which)) > 0


def windows(told: Units, until: pd.Timestamp, since: pd.Timestamp | None = None, lengths: Sequence[int] = WINDOWS) -> Windows:
    """Return the windows up to the week `until`, from the week `since` on. What comes after a window changes nothing in it."""
    held = cells(told, until, since, lengths)
    cluster, names = _clusters(told)
    weight, story = _weights(told, held), cluster[held.unit]
    prior, present = shares_before(past(told), held)
    size = len(held.rows)
    pair, story_weight = _by_pair(held.member, story, weight)
    squares = np.bincount(pair, np.square(story_weight), size)
    spoken = told.rows[["language", "channel"]]
    return Windows(
        told=told,
        cells=held,
        masses=told.rows[MASSES].to_numpy(dtype=float),
        stratum=spoken.groupby(["language", "channel"], sort=True).ngroup().to_numpy(),
        languages=list(spoken.drop_duplicates().sort_values(["language", "channel"]).itertuples(index=False, name=None)),
        weight=weight,
        cluster=story,
        story_seeds=seeds(list(names)),
        cell_seeds=pd.util.hash_pandas_object(held.rows[[*SERIES, "window_weeks", "week_on"]], index=False).to_numpy(),
        effective=np.bincount(pair, story_weight, size) ** 2 / np.where(squares > 0, squares, 1),
        counts=_counts(told, held, pair),
        prior=prior,
        share_of_weight_present=present,
        starts=np.searchsorted(held.member, np.arange(size + 1)),
    )


def _clusters(told: Units) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the cluster of each unit, and the names of all: stories, joined where they share a document."""
    unit = told.documents["unit"].to_numpy()
    named = clusters(told.rows["story_id"].iloc[unit].tolist(), told.documents["document_id"].tolist())
    _, first = np.unique(unit, return_index=True)
    return pd.factorize(np.asarray(named, dtype=object)[first], sort=True)


def _weights(told: Units, held: Cells) -> np.ndarray:
    """Return w F / W of each member: W the weight of its authority's stories in the cell, F the authority's fixed weight."""
    body = told.rows["authority_id"].astype("category").cat.codes.to_numpy().astype(np.int64)[held.unit]
    weight = told.rows["weight"].to_numpy(dtype=float)[held.unit]
    _, pair = np.unique(held.member * (body.max(initial=0) + 1) + body, return_inverse=True)
    return weight * told.rows["authority_weight"].to_numpy(dtype=float)[held.unit] / np.bincount(pair, weight)[pair]


def _by_pair(member: np.ndarray, story: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cell and the weight of each story in it, once also where several authorities tell it."""
    known, pair = np.unique(member * (story.max(initial=0) + 1) + story, return_inverse=True)
    return known // (story.max(initial=0) + 1), np.bincount(pair, weight, len(known))


def _counts(told: Units, held: Cells, pair: np.ndarray) -> pd.DataFrame:
    size, rows = len(held.rows), told.rows
    statements = np.bincount(held.member, rows["statement_count"].to_numpy()[held.unit], size)
    of_unit = told.documents.sort_values("unit", kind="stable")
    ends = np.searchsorted(of_unit["unit"].to_numpy(), np.arange(len(rows) + 1))
    each = (ends[1:] - ends[:-1])[held.unit]
    place = np.repeat(ends[held.unit] - np.r_[0, each.cumsum()[:-1]], each) + np.arange(each.sum())
    document = pd.factorize(of_unit["document_id"])[0][place]
    day = ((rows["first_on"] - rows["first_on"].min()).dt.days.to_numpy())[held.unit]
    return pd.DataFrame(
        {
            "statement_count": statements.astype(int),
            "document_count": _distinct(np.repeat(held.member, each), document, size),
            "story_count": np.bincount(pair, minlength=size),
            "date_count": _distinct(held.member, day, size),
        }
    )


def _distinct(cell: np.ndarray, value: np.ndarray, size: int) -> np.ndarray:
    """Return how many different values each cell has."""
    span = int(value.max(initial=0)) + 1
    return np.bincount(np.unique(cell.astype(np.int64) * span + value) // span, minlength=size)


def variants(held: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Return the masses (cells, 4) of all stories alike, and of most probable stances with the declared weights."""
    return held.summed(MASSES, np.ones(len(held.weight))), held.summed(HARD)
