"""Runs a function on hostile bytes in a child process, with limits on memory and time."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from pebble import ProcessExpired, ProcessPool

from analysis.errors import PolicySignalsError, UnreadableError

MEMORY_BYTES = 3 * 1024**3
SECONDS = 60


def _limit_memory() -> None:
    # macOS knows the limit but does not keep to it.
    if sys.platform.startswith("linux"):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


@contextmanager
def _bare_main() -> Iterator[None]:
    """Keep a child from running this process's program again: under Airflow that program fails without its database."""
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def isolation() -> Iterator[Callable[..., Any]]:
    """Give a function that calls another one in a child process and returns its result.

    It raises the project's own errors that the called one raises, and UnreadableError when that one takes too long, too much
    memory, crashes or fails otherwise.
    """
    # A fresh interpreter: a forked one would inherit database connections and locks.
    with _bare_main(), ProcessPool(1, initializer=_limit_memory, context=multiprocessing.get_context("spawn")) as pool:

        def call(function: Callable[..., Any], *arguments: Any) -> Any:
            try:
                return pool.schedule(function, args=arguments, timeout=SECONDS).result()
            except TimeoutError as error:
                raise UnreadableError("too_slow", f"reading it took more than {SECONDS} s: it is left alone") from error
            except MemoryError as error:
                raise UnreadableError("too_much_memory", "reading it took too much memory: it is left alone") from error
            except ProcessExpired as error:
                raise UnreadableError("crashed", f"the reader crashed on it ({error}): it is left alone") from error
            except PolicySignalsError:
                raise
            except Exception as error:
                # Its words may hold what no database takes.
                said = f"{type(error).__name__}: {str(error)[:200]!r}"
                raise UnreadableError("crashed", f"the reader failed on it ({said}): it is left alone") from error

        yield call
        pool.stop()
