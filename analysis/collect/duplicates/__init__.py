"""Documents to stories: which texts are the same, or much the same, or tell one event."""

from analysis.collect.duplicates.wording import normal_form, text_hash

__all__ = ["normal_form", "text_hash"]
