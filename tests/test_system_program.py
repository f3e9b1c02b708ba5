from __future__ import annotations

import pytest


def test_a_program_is_found_by_the_first_of_its_names_that_is_installed(needs_program):
    assert needs_program("no-such-program", "sh").endswith("/sh")


def test_a_test_whose_program_is_missing_is_skipped_by_its_name(needs_program, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program or no-such-other is not installed"):
        needs_program("no-such-program", "no-such-other")


def test_where_all_programs_must_be_a_missing_one_is_a_failure(needs_program, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        needs_program("no-such-program")
