"""Copies found among labelled pairs: `python -m benchmarks.duplicates CORPUS [--misses]`.

Prints, for `CORPUS/duplicates`, precision and recall of this project and of a Jaccard index on trafilatura's text in the same
run, how many pairs of each kind were merged, both figures on two random halves, and speed and recall of the MinHash bands
beside an exact hash. With `--misses` each pair that is judged otherwise than labelled is named after the table.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import trafilatura

from analysis.collect.duplicates.signature import bands
from analysis.collect.duplicates.wording import text_hash
from analysis.pairs import pair_lines

NOW = datetime(2026, 11, 25, tzinfo=UTC)
"""The day on which the corpus was gathered."""
PEER_JACCARD = 0.9
PRECISION, RECALL = 0.99, 0.93
NEVER = ("consecutive statements", "recurring notice", "paywall stubs")
"""Kinds of which no pair may be merged."""


def main(corpus: Path, shows_misses: bool = False) -> None:
    folder = corpus / "duplicates"
    with (folder / "pairs.jsonl").open(encoding="utf-8") as lines:
        pairs = [pair for pair in map(json.loads, lines) if pair["label"] in ("duplicate", "distinct")]
    ours, reasons = judge_ours(pairs, folder / "docs")
    peer = judge_peer(pairs, folder / "docs")
    for line in (*table(pairs, ours, peer), "", *minhash(folder / "minhash")):
        sys.stdout.write(line + "\n")
    if shows_misses:
        for pair, is_merged, reason in zip(pairs, ours, reasons, strict=True):
            if is_merged != (pair["label"] == "duplicate"):
                sys.stdout.write(f"\n{pair['id']} {pair['label']} ({pair['kind']}): {reason}\n")


def judge_ours(pairs: Sequence[dict], folder: Path) -> tuple[list[bool], list[str]]:
    lines = "\n".join(json.dumps({"a": pair["a"], "b": pair["b"]}) for pair in pairs)
    judged = list(pair_lines(lines, folder, NOW))
    return [line["same"] is True for line in judged], [line["reason"] for line in judged]


def judge_peer(pairs: Sequence[dict], folder: Path) -> list[bool]:
    shingles = {name: peer_shingles(folder / name) for pair in pairs for name in (pair["a"], pair["b"])}
    return [jaccard(shingles[pair["a"]], shingles[pair["b"]]) >= PEER_JACCARD for pair in pairs]


def peer_shingles(path: Path) -> set[tuple[str, ...]]:
    """Return runs of five words, of eight characters for Chinese, of the text as it comes, that of a page by trafilatura."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8", "replace")
    if ".html" in path.name:
        text = trafilatura.extract(text) or ""
    elif ".json" in path.name:
        text = max((value for value in json.loads(text).values() if isinstance(value, str)), key=len)
    is_chinese = len(re.findall(r"[\u4e00-\u9fff]", text)) * 3 > len(text)
    tokens, length = (re.findall(r"\w", text), 8) if is_chinese else (re.findall(r"\w+", text.lower()), 5)
    return {tuple(tokens[start : start + length]) for start in range(max(1, len(tokens) - length + 1))}


def jaccard(one: set, other: set) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def table(pairs: Sequence[dict], ours: Sequence[bool], peer: Sequence[bool]) -> Iterator[str]:
    """Give the lines of the table: figure, ours, peer, goal and verdict."""
    yield f"{'figure':45} {'ours':>9} {'peer':>9}  goal"
    for name, goal, place in (("precision", PRECISION, 0), ("recall", RECALL, 1)):
        own, others = (precision_and_recall(pairs, judged)[place] for judged in (ours, peer))
        yield f"{name:45} {own:9.3f} {others:9.3f}  {goal:.2f} {verdict(own >= goal)}"
    for half, numbers in enumerate(halves(len(pairs)), 1):
        some = [pairs[number] for number in numbers]
        for name, place in (("precision", 0), ("recall", 1)):
            own, others = (precision_and_recall(some, [judged[number] for number in numbers])[place] for judged in (ours, peer))
            yield f"{f'{name}, random half {half}':45} {own:9.3f} {others:9.3f}"
    merged, asked = defaultdict(Counter), Counter()
    for pair, own, other in zip(pairs, ours, peer, strict=True):
        kind = (pair["label"], pair["kind"])
        asked[kind] += 1
        merged[kind].update(ours=own, peer=other)
    for label, kind in sorted(asked):
        own, others = (f"{merged[label, kind][name]}/{asked[label, kind]}" for name in ("ours", "peer"))
        is_goal = next((f"  0 {verdict(not merged[label, kind]['ours'])}" for name in NEVER if kind.startswith(name)), "")
        yield f"{f'merged, {label}: {kind}':45.45} {own:>9} {others:>9}{is_goal}"


def precision_and_recall(pairs: Sequence[dict], judged: Sequence[bool]) -> tuple[float, float]:
    right = sum(is_merged and pair["label"] == "duplicate" for pair, is_merged in zip(pairs, judged, strict=True))
    duplicates = sum(pair["label"] == "duplicate" for pair in pairs)
    return right / max(1, sum(judged)), right / max(1, duplicates)


def halves(count: int) -> tuple[list[int], list[int]]:
    numbers = list(range(count))
    random.Random(0).shuffle(numbers)  # noqa: S311 - no secret, and the same halves in every run
    return sorted(numbers[: count // 2]), sorted(numbers[count // 2 :])


def minhash(folder: Path) -> Iterator[str]:
    """Give the speed and the recall of the bands on made-up articles, beside an exact hash."""
    lines = gzip.decompress((folder / "articles_1000.train.gz").read_bytes()).decode("utf-8").splitlines()
    texts = dict(line.split(" ", 1) for line in lines)
    expected = {frozenset(line.split()) for line in (folder / "articles_1000.truth").read_text().splitlines()}
    signed, seconds = timed(lambda: dict(zip(texts, bands(texts.values()), strict=True)))
    hashed, hash_seconds = timed(lambda: {name: text_hash(None, text) for name, text in texts.items()})
    found, exact = (
        sharing({name: [*enumerate(own)] for name, own in signed.items()}),
        sharing({n: [h] for n, h in hashed.items()}),
    )
    own, others = (f"{len(pairs & expected)}/{len(expected)}" for pairs in (found, exact))
    yield f"{'articles_1000':45} {'bands':>9} {'exact':>9}"
    yield f"{'true pairs that meet':45} {own:>9} {others:>9}  {verdict(expected <= found)}"
    yield f"{'other pairs that meet, to be compared':45} {len(found - expected):9} {len(exact - expected):9}"
    yield f"{'documents a second of processor time':45} {len(texts) / seconds:9.0f} {len(texts) / hash_seconds:9.0f}"


def timed(act: Callable) -> tuple:
    """Return what an act gives and the seconds of processor time that the fastest of three runs takes."""
    seconds = []
    for _ in range(3):
        started = time.process_time()
        result = act()
        seconds.append(time.process_time() - started)
    return result, min(seconds)


def sharing(keys: dict[str, list]) -> set[frozenset[str]]:
    """Return the pairs of names that have a key in common."""
    names = defaultdict(list)
    for name, own in keys.items():
        for key in own:
            names[key].append(name)
    return {frozenset(pair) for together in names.values() for pair in combinations(together, 2)}


def verdict(is_reached: bool) -> str:
    return "PASS" if is_reached else "MISS"


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--misses" in sys.argv[2:])
