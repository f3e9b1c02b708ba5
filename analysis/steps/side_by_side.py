"""Runs slow generators side by side in threads and gives what they give, in the order in which it comes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, Full, Queue
from threading import Event
from typing import TypeVar

T = TypeVar("T")
WORKERS = 40
WAITING = 64
"""Items that may wait for the taker: more would fill the memory with pages."""
SECONDS = 0.2
"""Between two looks at whether the other side has stopped."""


def side_by_side(jobs: Sequence[Callable[[], Iterable[T]]], workers: int = WORKERS) -> Generator[T, None, None]:
    """Give all that the jobs give; each job runs in one thread from its start to its end.

    An error of a job is raised here, after what came before it was given. When the taker stops early, so do the jobs.
    """
    waiting: Queue[T] = Queue(WAITING)
    stopped = Event()
    with ThreadPoolExecutor(max(1, min(workers, len(jobs))), thread_name_prefix="visit") as pool:
        running = [pool.submit(_work, job, waiting, stopped) for job in jobs]
        try:
            yield from _taken(waiting, running)
        finally:
            stopped.set()
    for future in running:
        future.result()


def _work(job: Callable[[], Iterable[T]], waiting: Queue[T], stopped: Event) -> None:
    for item in job():
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=SECONDS)
                break
            except Full:
                continue
        if stopped.is_set():
            return


def _taken(waiting: Queue[T], running: Sequence[Future]) -> Iterator[T]:
    while True:
        is_over = all(future.done() for future in running)
        try:
            yield waiting.get(timeout=SECONDS) if not is_over else waiting.get_nowait()
        except Empty:
            if is_over:
                return
