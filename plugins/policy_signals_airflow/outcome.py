"""Decides when what a step did not get done is a failure of its task."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.errors import DeliveryError, FetchError


def require_an_answer(chosen: Sequence[str], failed: Sequence[str]) -> None:
    """Raise FetchError when none of the chosen sources answered."""
    if set(failed) >= set(chosen):
        raise FetchError(f"no source answered ({', '.join(failed)}): the lines above say why; mend it and clear the task")


def require_delivery(failed: Sequence[str]) -> None:
    """Raise DeliveryError when a reader did not get the mail."""
    if failed:
        cure = "the table deliveries says why; mend it and clear the task, which leaves out who has the mail"
        raise DeliveryError(f"no mail for {', '.join(failed)}: {cure}")
