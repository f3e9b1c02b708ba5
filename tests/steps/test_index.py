from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from analysis import steps
from analysis.steps.index import count_points, monday
from analysis.store import open_engine, reading
from analysis.tables import stance_index

CELL = {"jurisdiction": "US", "sector": "crypto_assets", "channel": "official", "window_weeks": 1}
SILENT = "The meeting of the round took place at noon, and the weather in the town was fair."


def vintages(rows, home, week_on=date(2025, 3, 3)) -> list[dict]:
    found = rows(home, stance_index, week_on=week_on, **CELL)
    return sorted(found, key=lambda row: row["as_of_at"])


def test_nothing_new_is_written_where_nothing_changed(home, documents_folder, flow, contents, now):
    flow(home, documents_folder)
    before = contents(home)
    assert steps.index(home, now + timedelta(days=1)) == {"index_points": 0}
    assert contents(home) == before


def test_a_document_that_is_added_makes_a_new_vintage_and_leaves_the_old_one(home, documents_folder, flow, rows, now):
    flow(home, documents_folder)
    [old] = vintages(rows, home)
    with open_engine(home.database_url).connect() as connection:
        points = count_points(connection)
    added = documents_folder / "official" / "notice-4.txt"
    added.write_text("The Securities and Exchange Commission will prohibit stablecoins and fined a crypto exchange.")
    index = documents_folder / "index.jsonl"
    line = index.read_text().splitlines()[0].replace("notice-1", "notice-4").replace("notices/1", "notices/4")
    index.write_text(index.read_text() + line + "\n")
    later = now + timedelta(days=1)
    assert flow(home, documents_folder, later)["index"]["index_points"] > 0
    first, second = vintages(rows, home)
    assert first == old
    assert (second["as_of_at"], second["document_count"]) == (later, old["document_count"] + 1)
    assert second["balance"] != old["balance"]
    with reading(open_engine(home.database_url)) as connection:
        assert count_points(connection) >= points


def test_a_point_that_is_gone_becomes_an_empty_vintage_even_when_none_is_left(home_on_each, write, flow, rows, now):
    text = "The Securities and Exchange Commission will support crypto asset firms with simpler rules."
    address = {"address": "https://www.agency.example/1", "authority_id": "us-sec", "channel": "official", "date": "2025-03-03"}
    folder = write({"a.txt": text}, [{"file": "a.txt", "language": "en", **address}])
    flow(home_on_each, folder)
    assert [row["document_count"] for row in vintages(rows, home_on_each)] == [1]
    write({"a.txt": SILENT})
    later = flow(home_on_each, folder, now + timedelta(days=1))
    assert later["index"]["index_points"] > 0
    _, gone = [row for row in vintages(rows, home_on_each) if row["sector"] == "crypto_assets"]
    assert (gone["statement_count"], gone["document_count"], gone["balance"], gone["reason"]) == (0, 0, None, "too_few_stories")
    assert flow(home_on_each, folder, now + timedelta(days=2))["index"] == {"index_points": 0}


def test_a_document_dated_tomorrow_counts_from_that_day_on(home, write, flow, rows, now):
    text = "The Securities and Exchange Commission will support crypto asset firms with simpler rules."
    tomorrow = now + timedelta(days=7)
    line = {"file": "a.txt", "authority_id": "us-sec", "channel": "official", "language": "en", "date": f"{tomorrow:%Y-%m-%d}"}
    folder = write({"a.txt": text}, [line])
    assert flow(home, folder)["report"]["week"] == "2025-W23"
    assert rows(home, stance_index) == []
    later = flow(home, folder, tomorrow)
    assert [row["document_count"] for row in vintages(rows, home, monday(tomorrow.date()))] == [1]
    assert later["report"]["week"] == "2025-W24"
    assert text in re.sub("<[^>]+>", "", Path(later["report"]["report"]).read_text(encoding="utf-8"))


def test_a_document_of_the_future_or_without_date_is_in_no_figure(home, write, flow, rows, now):
    text = "The Securities and Exchange Commission will support crypto asset firms in round {}."
    lines = [
        {"file": f"{number}.txt", "authority_id": "us-sec", "channel": "official", "language": "en", "date": day}
        for number, day in enumerate(["2025-09-01", None])
    ]
    flow(home, write({f"{number}.txt": text.format(number) for number in range(2)}, lines))
    assert rows(home, stance_index) == []


def test_a_week_begins_on_its_monday():
    assert {monday(day.date()) for day in pd.date_range("2025-03-03", "2025-03-09")} == {date(2025, 3, 3)}
