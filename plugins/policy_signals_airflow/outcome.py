"""Decides when what a step did not get done is a failure of its task."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.errors import DeliveryError, DeliveryInDoubtError, FetchError


def require_an_answer(chosen: Sequence[str], failed: Sequence[str]) -> None:
    """Raise FetchError when none of the chosen sources answered."""
    if set(failed) >= set(chosen):
        raise FetchError(f"no source answered ({', '.join(failed)}): the lines above say why; mend it and clear the task")


def require_delivery(failed: Sequence[str], in_doubt: Sequence[str] = ()) -> None:
    """Raise DeliveryError when a reader did not get the mail, or may not have got it."""
    if in_doubt:
        others = f"no mail for {', '.join(failed)}; " if failed else ""
        cure = "ask whether it came; a row deleted from the table deliveries is sent again when the task is cleared"
        raise DeliveryInDoubtError(f"{others}the mail for {', '.join(in_doubt)} may not have come: {cure}")
    if failed:
        cure = "the table deliveries says why; mend it and clear the task, which leaves out who has the mail"
        raise DeliveryError(f"no mail for {', '.join(failed)}: {cure}")
