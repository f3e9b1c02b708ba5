from __future__ import annotations

import pytest

from analysis.errors import FetchError
from analysis.steps.run import run
from analysis.tables import reports


def test_a_run_in_which_every_source_failed_is_an_error_before_a_report_is_made(
    home, documents_folder, flow, rows, now, tmp_path
):
    flow(home, documents_folder)
    before = rows(home, reports)
    with pytest.raises(FetchError, match="nothing could be collected: folder failed"):
        run(home, now, folder=tmp_path / "nowhere")
    assert rows(home, reports) == before


def test_of_declared_sources_only_those_that_were_tried_count(home, declare, documents_folder, flow, now):
    flow(home, documents_folder)
    declare(one="http://127.0.0.1:1/feed", two="http://127.0.0.1:1/other")
    with pytest.raises(FetchError, match="nothing could be collected: one, two failed"):
        run(home, now, ["one", "two"])
    assert run(home, now, ["one", "two"], offline=True)["documents"] == 6


def test_one_failed_source_of_two_holds_up_no_report(home, declare, documents_folder, flow, now, httpserver):
    flow(home, documents_folder)
    feed = '<rss version="2.0"><channel><title>A</title></channel></rss>'
    httpserver.expect_request("/robots.txt").respond_with_data("", 404)
    httpserver.expect_request("/feed").respond_with_data(feed, content_type="application/rss+xml")
    declare(one="http://127.0.0.1:1/feed", two=httpserver.url_for("/feed"))
    assert run(home, now, ["one", "two"])["documents"] == 6
