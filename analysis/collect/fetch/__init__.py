"""Addresses to bytes: the only place that opens sockets."""

from __future__ import annotations

from analysis.collect.fetch.address import Reach, TransientError, check_address
from analysis.collect.fetch.answers import Attempt, Response
from analysis.collect.fetch.body import BYTE_LIMIT, SECONDS, read_bounded
from analysis.collect.fetch.fetcher import REDIRECT_LIMIT, Fetcher

__all__ = [
    "BYTE_LIMIT", "REDIRECT_LIMIT", "SECONDS", "Attempt", "Fetcher", "Reach", "Response", "TransientError",
    "check_address", "read_bounded", "user_agent",
]  # fmt: skip


def user_agent(contact: str) -> str:
    """Return the name under which every request is made."""
    return "PolicySignals/0.1" + (f" (+{contact})" if contact else "")
