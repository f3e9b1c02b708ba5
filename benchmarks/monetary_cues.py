"""What a sentence on monetary policy says goes up or down, as tokens beside its n-grams."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).parent / "monetary_words.toml"
TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|[;,:%]|\d+")
TOPIC_REACH = 6
NEGATION_REACH = 4
LONGEST_SEQUENCE = 4
MOST = 3
"""Net number of leanings beyond which sentences are not told apart."""


@cache
def words() -> dict[str, Any]:
    """Return the lists of words, and under `topic` the topics of each word."""
    lists = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    topics: dict[str, list[str]] = {}
    for topic, forms in lists["topics"].items():
        for form in forms:
            topics.setdefault(form, []).append(topic)
    return {**lists, "topic": topics}


def cue_tokens(text: str) -> tuple[str, ...]:
    """Return tokens for what moves which way: `inflation|up`, its lean, and how the clauses lean."""
    told = TOKEN.findall(text.lower())
    clauses = _clauses(told)
    sums = [0] * len(clauses)
    tokens = [token for word in told for token in _single(word)]
    for number, clause in enumerate(clauses):
        for place, word in enumerate(clause):
            if direction := _direction(word):
                found, lean = _move(clause, place, direction)
                tokens += found
                sums[number] += lean
    leaning = [total for total in sums if total]
    tokens.append(f"sum {max(-MOST, min(MOST, sum(sums)))}")
    if leaning:
        tokens += [f"first {_sign(leaning[0])}", f"last {_sign(leaning[-1])}"]
    if len(clauses) > 1:
        tokens.append("contrast")
    return tuple(tokens)


def pairs(text: str) -> tuple[str, ...]:
    """Return every direction with every topic of its clause, and every two topics of a clause."""
    return tuple(pair for clause in _clauses(TOKEN.findall(text.lower())) for pair in _pairs(clause))


def sequence(text: str) -> tuple[str, ...]:
    """Return the 1- to 4-grams of the sentence's topics, directions, negations and contrasts, all other words dropped."""
    kinds = [kind for word in TOKEN.findall(text.lower()) if (kind := _kind(word))]
    return tuple(
        ">".join(kinds[start : start + length])
        for length in range(1, LONGEST_SEQUENCE + 1)
        for start in range(len(kinds) - length + 1)
    )


def _kind(word: str) -> str:
    lists = words()
    if _negates(word):
        return "not"
    if word in lists["contrast"]:
        return "but"
    if word in lists["topic"]:
        return lists["topic"][word][0]
    return _direction(word) or (word if word in lists["firmness"] else "")


def _clauses(told: list[str]) -> list[list[str]]:
    """Return the words cut before those that begin a contrast."""
    clauses: list[list[str]] = [[]]
    for word in told:
        if word in words()["contrast"]:
            clauses.append([])
        clauses[-1].append(word)
    return clauses


def _single(word: str) -> Iterator[str]:
    lists = words()
    yield from (f"topic {topic}" for topic in lists["topic"].get(word, ()))
    if word in lists["telling"] or word in lists["firmness"]:
        yield f"word {word}"


def _direction(word: str) -> str:
    return "up" if word in words()["up"] else "down" if word in words()["down"] else ""


def _move(clause: list[str], place: int, direction: str) -> tuple[list[str], int]:
    """Return the tokens of a direction word with the nearest topic, and how it leans: more than 0 towards tighter policy."""
    negated = any(_negates(word) for word in clause[max(0, place - NEGATION_REACH) : place])
    turned = {"up": "down", "down": "up"}[direction] if negated else direction
    tokens = [f"moves {direction}", *([f"negated {direction}"] if negated else [])]
    noun = _nearest_topic(clause, place)
    if noun is None:
        return [*tokens, f"alone {direction}"], 0
    tokens += [f"{noun}|{turned}", f"{noun}|{clause[place]}|{negated}"]
    lean = 0
    for topic in words()["topic"][noun]:
        tokens.append(f"topic {topic}|{turned}")
        if step := words()["rise"][topic] * (1 if turned == "up" else -1):
            tokens.append(f"lean {step}")
            lean += step
    return tokens, lean


def _nearest_topic(clause: list[str], place: int) -> str | None:
    for distance in range(1, TOPIC_REACH + 1):
        for other in (place + distance, place - distance):
            if 0 <= other < len(clause) and clause[other] in words()["topic"]:
                return clause[other]
    return None


def _pairs(clause: list[str]) -> Iterator[str]:
    topics = sorted({topic for word in clause for topic in words()["topic"].get(word, ())})
    ending = " negated" if any(map(_negates, clause)) else ""
    for direction in sorted({_direction(word) for word in clause} - {""}):
        yield from (f"{direction} with {topic}{ending}" for topic in topics)
    yield from (f"{one} with {other}" for one in topics for other in topics if one < other)


def _negates(word: str) -> bool:
    return word in words()["negation"] or word.endswith("n't")


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
