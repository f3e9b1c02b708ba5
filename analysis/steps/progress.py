"""How far a run of collecting has come: a bar on a terminal, one line at its end in a log."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

log = logging.getLogger(__name__)

COUNTED = ("documents", "copies", "rejected")


class Progress:
    """What a run has done so far; `show` is called after each step with what the bar is to say."""

    def __init__(self, source_count: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.source_count = source_count
        self.done_count = 0
        self.left_alone_count = 0
        self.failed: list[str] = []
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
        self.show: Callable[[], None] = _show_nothing
        self._clock = clock
        self._begun = clock()

    def stored(self, counts: Mapping[str, int]) -> None:
        """Add what a batch brought."""
        self.counts.update({name: counts[name] for name in COUNTED})
        self.show()

    def ended(self, source_id: str, has_failed: bool = False) -> None:
        """Count a source that is done with."""
        self.done_count += 1
        if has_failed:
            self.failed.append(source_id)
        self.show()

    def left_alone(self, source_count: int = 1) -> None:
        """Count sources that are not to be asked in this run."""
        self.source_count -= source_count
        self.left_alone_count += source_count

    @property
    def rate(self) -> float:
        """Documents a minute since the run began."""
        return 60 * self.counts["documents"] / max(self._clock() - self._begun, 1)

    def summary(self) -> str:
        """Return the run in one line."""
        words = [f"{self.done_count} of {self.source_count} sources"]
        if self.failed:
            words.append(f"{len(self.failed)} of them failed ({', '.join(self.failed)})")
        if self.left_alone_count:
            words.append(f"{self.left_alone_count} left alone")
        words += [f"{name} {self.counts[name]}" for name in COUNTED]
        return f"collected: {', '.join(words)}, in {self._clock() - self._begun:.0f} s"


def _show_nothing() -> None:
    """Show nothing: there is no terminal."""


@contextmanager
def progress(
    source_count: int, console: Console | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Progress]:
    """Give what a run tells its progress to; where standard error is no terminal, the run ends with one line in the log."""
    made = Progress(source_count, clock)
    if console.is_terminal if console else sys.stderr.isatty():
        with _bar(made, console):
            yield made
    else:
        yield made
        log.info("%s", made.summary())


@contextmanager
def _bar(made: Progress, console: Console | None) -> Iterator[None]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    words = TextColumn("sources · {task.fields[documents]} documents · {task.fields[rate]:.0f} a minute")
    with Bar(
        BarColumn(), MofNCompleteColumn(), words, TimeElapsedColumn(), console=console or Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("", total=made.source_count, documents=0, rate=0.0)

        def show() -> None:
            documents, rate = made.counts["documents"], made.rate
            bar.update(task, total=made.source_count, completed=made.done_count, documents=documents, rate=rate)

        made.show = show
        with _lines_above_the_bar():
            yield


@contextmanager
def _lines_above_the_bar() -> Iterator[None]:
    """Let log lines go through the bar, which would else be torn by them."""
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.__stderr__
    ]
    for handler in handlers:
        handler.setStream(sys.stderr)
    try:
        yield
    finally:
        for handler in handlers:
            handler.setStream(sys.__stderr__)
