"""The whole flow over composed documents, on each kind of database."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from analysis import archive, steps
from analysis.steps.integrity import check_database
from analysis.steps.run import run
from analysis.tables import (
    authorities,
    documents,
    fetches,
    models,
    rejected,
    reports,
    signal_sectors,
    signals,
    stance_index,
    statements,
)

LATER = {"samples", "readings", "speaker_stances", "shifts", "shift_stories", "regimes", "labels", "deliveries"}
"""Tables that these steps do not fill."""


def test_every_table_is_filled_and_a_second_run_leaves_every_row_of_it_as_it_is(
    home_on_each, documents_folder, flow, contents, now
):
    first = flow(home_on_each, documents_folder)
    assert first["collect"] == {"documents": 6, "copies": 0, "rejected": 1, "failed_sources": []}
    assert first["classify"]["statements"] == first["classify"]["signals"] == 15
    assert first["index"]["index_points"] > 0
    assert steps.trends(home_on_each, now)["novelties"] == 15
    before = contents(home_on_each)
    assert {name for name, rows in before.items() if not rows} == LATER
    second = flow(home_on_each, documents_folder, now + timedelta(days=3))
    # On another day what was promised in March falls due.
    again = steps.trends(home_on_each, now + timedelta(hours=1))
    assert again == dict.fromkeys(again, 0)
    assert contents(home_on_each) == before
    assert second["collect"] == {"documents": 0, "copies": 0, "rejected": 0, "failed_sources": []}
    assert second["classify"] == {"statements": 0, "signals": 0, "rejected": 0}
    assert second["index"] == {"index_points": 0}
    assert second["report"] == first["report"]


def test_every_figure_leads_back_to_the_bytes_it_came_from(home_on_each, documents_folder, flow, rows):
    flow(home_on_each, documents_folder)
    bodies = {row["authority_id"]: row["jurisdiction"] for row in rows(home_on_each, authorities)}
    texts = {row["document_id"]: row for row in rows(home_on_each, documents)}
    received = {row["fetch_id"]: row for row in rows(home_on_each, fetches)}
    said = {row["statement_id"]: row for row in rows(home_on_each, statements)}
    sectors = rows(home_on_each, signal_sectors)
    cells = {
        (bodies[found["authority_id"]], row["sector"], texts[found["document_id"]]["channel"])
        for row in sectors
        for found in [said[row["statement_id"]]]
        if found["authority_id"]
    }
    points = rows(home_on_each, stance_index, scope="jurisdiction")
    assert {(row["jurisdiction"], row["sector"], row["channel"]) for row in points} == cells
    assert ("US", "crypto_assets", "official") in cells and ("FR", "artificial_intelligence", "press") in cells
    assert {row["statement_id"] for row in rows(home_on_each, signals)} == set(said)
    for row in said.values():
        document = texts[row["document_id"]]
        assert document["text"][row["start"] : row["end"]] == row["text"]
        content = archive.load(str(home_on_each.home / "archive"), received[document["fetch_id"]]["content_hash"])
        assert content == (documents_folder / document["file_path"]).read_bytes()
        assert row["text"] in content.decode()
    assert check_database(home_on_each)["broken"] == {}


def test_a_cell_with_three_stories_has_a_figure_with_its_interval(home, documents_folder, flow, rows):
    flow(home, documents_folder)
    cell = {"scope": "jurisdiction", "jurisdiction": "US", "sector": "crypto_assets", "channel": "official"}
    [point] = rows(home, stance_index, week_on=date(2025, 3, 3), window_weeks=4, **cell)
    assert point["document_count"] == 3
    assert point["effective_count"] == 3
    assert point["reason"] is None
    assert -1 <= point["balance_low"] <= point["balance"] <= point["balance_high"] <= 1


def test_run_ends_with_the_report_and_tells_what_each_step_did(home, documents_folder, now, environment, needs_program):
    needs_program("chromium", "google-chrome")
    environment.delenv("BROWSER_PATH")
    told: list[str] = []
    result = run(home, now, folder=documents_folder, offline=True, say=told.append)
    assert {name: result[name] for name in ("documents", "statements", "signals", "rejected")} == {
        "documents": 6, "statements": 15, "signals": 15, "rejected": 1
    }  # fmt: skip
    assert result["index_points"] > 0
    assert Path(result["report"]).is_file()
    assert b"image/png" in Path(result["mail"]).read_bytes()
    assert [words.split()[0] for words in told] == ["collected", "classified", "indexed"]
    again = run(home, now + timedelta(hours=1), folder=documents_folder, offline=True)
    assert again == result


def test_a_home_without_model_gets_the_projects_own(home, trained, rows, now):
    [registered] = rows(home, models)
    [original] = rows(trained, models)
    assert registered == original
    assert registered["status"] == "current"
    assert (home.home / registered["file_path"]).is_dir()
    assert steps.index(home, now) == {"index_points": 0}


def test_a_database_without_documents_has_a_report_too(home, rows, now):
    made = steps.report(home, now)
    assert made["week"] == "2025-W23"
    assert Path(made["report"]).is_file()
    assert len(rows(home, reports)) == 1
    assert rows(home, rejected) == []
