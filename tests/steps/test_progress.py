from __future__ import annotations

import io
import logging
import sys

from rich.console import Console

from analysis import steps
from analysis.steps.progress import progress

SUMMARY = "collected: 2 of 2 sources, 1 of them failed (b), 1 left alone, documents 5, copies 1, rejected 2, in 60 s"


def a_run(told) -> None:
    told.left_alone()
    told.stored({"documents": 5, "copies": 1, "rejected": 2, "passing": 9})
    told.ended("a")
    told.ended("b", has_failed=True)


def clock():
    """A clock that tells 0 s at the beginning and 60 s ever after."""
    times = iter([0.0])
    return lambda: next(times, 60.0)


def test_a_run_without_a_terminal_ends_with_exactly_one_line(caplog):
    caplog.set_level(logging.INFO)
    with progress(3, Console(file=io.StringIO()), clock()) as told:
        a_run(told)
        assert not caplog.messages
    assert caplog.messages == [SUMMARY]


def test_on_a_terminal_a_bar_shows_sources_documents_and_rate_and_no_line_is_logged(caplog):
    caplog.set_level(logging.INFO)
    shown = io.StringIO()
    with progress(3, Console(file=shown, force_terminal=True, width=120), clock()) as told:
        a_run(told)
    assert "2/2" in shown.getvalue() and "sources · 5 documents · 5 a minute" in shown.getvalue()
    assert caplog.messages == []


def test_a_log_line_does_not_tear_the_bar(capsys):
    handler = logging.StreamHandler()
    handler.setStream(sys.__stderr__)
    logging.getLogger().addHandler(handler)
    try:
        shown = io.StringIO()
        with progress(1, Console(file=shown, force_terminal=True, width=120)):
            logging.getLogger("a").error("a source failed")
            assert handler.stream is not sys.__stderr__
        assert handler.stream is sys.__stderr__
        assert "a source failed" in shown.getvalue()
    finally:
        logging.getLogger().removeHandler(handler)


def test_collecting_says_in_one_line_what_it_did(home, documents_folder, now, caplog):
    caplog.set_level(logging.INFO, logger="analysis.steps")
    assert steps.collect(home, now, folder=documents_folder)["documents"] == 6
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("analysis.steps")]
    [line] = [line for line in lines if line.startswith("collected")]
    assert line.startswith("collected: 1 of 1 sources, documents 6, copies 0, rejected 1, in")
