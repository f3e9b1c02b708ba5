"""Every error of the project: each names its subject and what to do about it."""

from __future__ import annotations

from datetime import datetime


class PolicySignalsError(Exception):
    """Root of all errors that are told to a person in one line."""


class SettingsError(PolicySignalsError):
    """A setting is missing or cannot be used."""


class CatalogueError(PolicySignalsError):
    """A declaration in the catalogue is wrong or unknown."""


class StoreError(PolicySignalsError):
    """The database cannot be opened, read or written."""


class FetchError(PolicySignalsError):
    """An address did not give its content.

    `rule` is the short name of the reason, `status` the server's answer if there was one, and `retry_at` the UTC time
    before which the server asks not to be called again.
    """

    def __init__(
        self, reason: str, *, rule: str = "failed", status: int | None = None, retry_at: datetime | None = None
    ) -> None:
        super().__init__(reason)
        self.rule = rule
        self.status = status
        self.retry_at = retry_at


class ListingError(PolicySignalsError):
    """A source's listing cannot be read as what it is declared to be."""


class UnreadableError(PolicySignalsError):
    """A document's bytes gave no text; `rule` is the short name of the reason."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason

    def __reduce__(self):
        return type(self), (self.rule, self.reason)


class ValidationError(PolicySignalsError):
    """A frame does not have the form that its table promises: an error of the program, not of a row."""


class ModelError(PolicySignalsError):
    """A model file is missing, foreign or damaged."""


class LabelError(PolicySignalsError):
    """A person's label, or a file of labels, cannot be taken."""


class DeliveryError(PolicySignalsError):
    """A mail could not be handed over."""


class DeliveryInDoubtError(DeliveryError):
    """A mail was handed over and the server did not say whether it took it."""
