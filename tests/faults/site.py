"""A publisher on the played web, with a feed and pages, and the collecting of it; every text is composed."""

from __future__ import annotations

import ssl
import sys
from datetime import date, timedelta
from functools import partial

import pytest
from faults.web import NOW, Web, answer

from analysis import catalogue, steps, store
from analysis.catalogue import Source
from analysis.collect.fetch import Fetcher
from analysis.settings import Settings
from analysis.tables import documents, fetches, source_state

FEED = "a.example/feed.xml"
STEP = sys.modules["analysis.steps.collect"]
"""Not by its dotted name: `analysis.steps` has a function of that name."""
WORDS = "The agency of round {0} said that it will support technology firms with simpler rules. It met on day {0} at noon."


def page(number: int, words: str = WORDS, **headers: str) -> bytes:
    """Return the answer with a notice."""
    body = f"<html><head><title>Notice {number}</title></head><body><article><h1>Notice {number}</h1><p>"
    body += f"{words.format(number)}</p></article></body></html>"
    return answer("200 OK", body.encode(), **{"content_type": "text/html; charset=utf-8", **headers})


def item(number: int, more: str = "", title: str = "Notice {0}", scheme: str = "http", day: int | None = None) -> str:
    """Return an item of the feed; `day` is that of May 2025."""
    dated = f"<pubDate>{date(2025, 5, day or 20 + number):%a, %d %b %Y} 09:00:00 GMT</pubDate>"
    words = f"<title>{title.format(number)}</title><link>{scheme}://a.example/{number}.html</link>"
    return f"<item>{words}{dated}{more}</item>"


def feed(*items: str, head: str = "", **headers: str) -> bytes:
    """Return the answer with a feed of these items."""
    channel = f"<channel><title>A</title>{''.join(items)}</channel>"
    body = f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0">{channel}</rss>'
    return answer("200 OK", body.encode(), **{"content_type": "application/rss+xml", **headers})


class Site:
    """A publisher with a feed of two notices, one source, and a home into which it is collected."""

    def __init__(self, web: Web, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.web, self.server, self.settings, self.monkeypatch = web, web.server, settings, monkeypatch
        self.declare()
        self.trust(None)
        self.answers_well()

    def declare(self, **words: object) -> None:
        """Declare the source, otherwise than usual in these fields."""
        fields = {
            "id": "agency", "name": "Agency", "kind": "feed", "address": f"http://{FEED}", "channel": "official",
            "hosts": ("a.example",), "languages": ("en",), "expected_per_week": 7, **words,
        }  # fmt: skip
        source = Source(**fields)
        self.monkeypatch.setattr(catalogue, "sources", lambda: {source.id: source})

    def trust(self, context: ssl.SSLContext | None) -> None:
        """Let the certificates of this context be accepted; None for those of the system."""
        asker = partial(Fetcher, clock=self.web.clock, resolve=self.web.resolve, backend=self.web.backend, context=context)
        self.monkeypatch.setattr(STEP, "Fetcher", asker)

    def answers_well(self, *numbers: int) -> None:
        """Let the feed list these notices, else both, and their pages give them."""
        for number in numbers or (1, 2):
            self.server.plays(f"a.example/{number}.html", page(number))
        self.server.plays(FEED, feed(*map(item, numbers or (1, 2))))
        self.web.clock.step = 0

    def collect(self, days: float = 0, **more: object) -> dict:
        """Collect so many days after the first time."""
        return steps.collect(self.settings, NOW + timedelta(days=days), ["agency"], pause=self.web.clock.pause, **more)

    def rows(self, table, **values: object) -> list[dict]:
        query = table.select().order_by(*table.primary_key).filter_by(**values)
        with store.reading(store.open_engine(self.settings.database_url)) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    @property
    def state(self) -> dict:
        return self.rows(source_state)[0]

    @property
    def notices(self) -> list[tuple[str, int]]:
        """Address and revision of each document that counts."""
        return sorted((row["address"], row["revision"]) for row in self.rows(documents, is_latest=True))

    def outcomes(self, role: str, since_days: float = 0, path: str = "", without: str = "none") -> list[tuple[str, int | None]]:
        """Outcome and status of each request of a role for addresses with this ending and not the other one, sorted."""
        since = NOW + timedelta(days=since_days)
        rows = [row for row in self.rows(fetches, role=role) if row["fetched_at"] >= since]
        made = [row for row in rows if row["address"].endswith(path) and not row["address"].endswith(without)]
        return sorted(((row["outcome"], row["status"]) for row in made), key=str)

    def asked(self, path: str) -> int:
        return self.server.asked.count(f"a.example{path}")
