"""Pages written for the tests."""

from __future__ import annotations

from datetime import date

TODAY = date(2026, 6, 1)


def page(title: str, body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()
