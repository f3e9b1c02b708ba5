from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from judged_press import Press
from sqlalchemy import insert, update

from analysis import steps
from analysis.classify.labelling.answers import Answer
from analysis.errors import StoreError
from analysis.index.vintages import revisions
from analysis.settings import Settings
from analysis.steps.index import KEYS, count_points, index_as_of, monday
from analysis.steps.integrity import check_database
from analysis.steps.labels import draw_week, open_items, record
from analysis.steps.place import open_place
from analysis.store import open_engine, reading, writing
from analysis.tables import (
    STANCES,
    documents,
    models,
    signal_sectors,
    signals,
    stance_gaps,
    stance_index,
    statements,
)

CELL = {
    "scope": "jurisdiction",
    "jurisdiction": "US",
    "sector": "crypto_assets",
    "channel": "official",
    "window_weeks": 1,
}
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


MEANS = {stance: [0.7 if stance == other else 0.1 for other in STANCES] for stance in STANCES}
WARM, COLD = (0.7, 0.1, 0.1, 0.1), (0.1, 0.1, 0.7, 0.1)
LATER = datetime(2025, 6, 20, 9, tzinfo=UTC)


@pytest.fixture
def place(database, tmp_path) -> Settings:
    """A home with an upgraded database, without any document or model."""
    folder = tmp_path / "home"
    made = Settings(home=folder, database=database, contact="", sources="sample", allow_loopback=True, smtp="", sender="")
    open_place(made)
    return made


@pytest.fixture
def press(place) -> Press:
    found = Press(open_engine(place.database_url))
    with writing(found.engine) as connection:
        values = {"metrics": json.dumps({"composed": {"mean_probabilities": MEANS}})}
        connection.execute(update(models).values(values))
    return found


def say(press, count, probabilities, day=date(2025, 6, 4), channel="official", authority_id="us-sec", **more) -> list[str]:
    """Add statements of an authority on fintech, each in a document of its own, on two days in turn."""
    names = press.add(count, probabilities, channel=channel, **more)
    stance = STANCES[max(range(4), key=lambda number: probabilities[number])]
    with writing(press.engine) as connection:
        connection.execute(update(statements).where(statements.c.statement_id.in_(names)).values(authority_id=authority_id))
        connection.execute(update(signals).where(signals.c.statement_id.in_(names)).values(stance=stance, terms="[]"))
        for number, name in enumerate(names):
            dated = {"published_on": day + timedelta(days=number % 2), "date_flag": "stated"}
            connection.execute(update(documents).where(documents.c.document_id == f"d{name[1:]}").values(dated))
        about = [{"statement_id": name, "model_id": "m-1", "sector": "fintech", "relevance": 1.0} for name in names]
        connection.execute(insert(signal_sectors), about)
    return names


def test_points_are_written_for_three_scopes_and_the_gap_beside_them(place, press, rows):
    say(press, 40, WARM)
    say(press, 40, COLD, channel="press")
    counts = steps.index(place, LATER)
    of_week = rows(place, stance_index, week_on=date(2025, 6, 2), window_weeks=1)
    assert {(row["scope"], row["authority_id"], row["jurisdiction"], row["channel"]) for row in of_week} == {
        (*key, channel)
        for key in (("authority", "us-sec", "US"), ("jurisdiction", "", "US"), ("sector", "", ""))
        for channel in ("official", "press")
    }
    assert counts == {"index_points": len(rows(place, stance_index))}
    assert {(row["gate"], row["reason"], row["corrected_reason"]) for row in of_week} == {(None, None, "audit_too_small")}
    [gap] = rows(place, stance_gaps, week_on=date(2025, 6, 2), window_weeks=1, scope="jurisdiction")
    assert gap["gap"] == pytest.approx(4 / 3)
    assert (gap["reason"], gap["corrected_reason"]) == (None, "audit_too_small")
    # The composed statements have no place in a text.
    assert set(check_database(place)["broken"]) == {"a statement is a verbatim part of its document"}


def test_with_an_audit_the_corrected_balance_stands_beside_the_uncorrected(place, press, rows):
    audited = press.add(80, WARM) + press.add(80, COLD)
    draw_week(press.engine, datetime(2025, 6, 2, tzinfo=UTC), size=160)
    for item in open_items(press.engine, "ada", 1000):
        said = "supportive" if audited.index(item.statement_id) < 80 else "restrictive"
        record(press.engine, item.statement_id, Answer(said), "ada", LATER)
    say(press, 30, WARM)
    say(press, 10, COLD)
    steps.index(place, LATER)
    [point] = rows(place, stance_index, week_on=date(2025, 6, 2), window_weeks=1, scope="jurisdiction")
    assert point["corrected_reason"] is None
    # Read through the audited errors, 30 of 40 are supportive: B = 0.5, which the blurred shares make 0.33.
    assert point["balance"] == pytest.approx(1 / 3)
    assert point["corrected_balance"] == pytest.approx(0.5, abs=0.06)
    assert steps.index(place, LATER + timedelta(hours=1)) == {"index_points": 0}


def test_what_was_known_on_a_day_stays_known_of_that_day(place, press):
    say(press, 4, WARM)
    steps.index(place, LATER)
    before = index_as_of(place, LATER.date())
    assert index_as_of(place, LATER.date() - timedelta(days=1)).empty
    say(press, 4, COLD)
    steps.index(place, LATER + timedelta(days=10))
    pd.testing.assert_frame_equal(index_as_of(place, LATER.date() + timedelta(days=9)), before)
    after = index_as_of(place, LATER.date() + timedelta(days=10))
    assert set(before["story_count"]) == {4}
    assert set(after["story_count"]) == {8}
    assert len(after) > len(before)
    moved = revisions(pd.concat([before, after]), KEYS[stance_index])
    assert moved["largest_revision"].max() == pytest.approx(2 / 3)


def test_the_newest_weeks_can_be_computed_alone_and_leave_the_older_ones(place, press, rows):
    say(press, 4, WARM, day=date(2025, 3, 3))
    steps.index(place, LATER)
    before = rows(place, stance_index)
    say(press, 4, COLD, day=date(2025, 3, 3))
    say(press, 4, COLD)
    assert steps.index(place, LATER + timedelta(days=1), since=date(2025, 6, 4))["index_points"] > 0
    new = [row for row in rows(place, stance_index) if row not in before]
    assert min(row["week_on"] for row in new) == date(2025, 6, 2)
    assert [row for row in rows(place, stance_index) if row in before] == before
    steps.index(place, LATER + timedelta(days=2))
    assert steps.index(place, LATER + timedelta(days=2), since=date(2025, 6, 4)) == {"index_points": 0}


def test_a_clock_in_the_future_is_an_error_that_says_so(place, press):
    say(press, 4, WARM)
    steps.index(place, LATER)
    with pytest.raises(StoreError, match="2025-06-20 09:00 UTC, which is after now"):
        steps.index(place, LATER - timedelta(days=1))


def test_the_report_shows_the_line_of_the_jurisdiction_and_calls_what_is_thin_thin(place, press, environment):
    environment.setenv("BROWSER_PATH", "/nowhere/chromium")
    say(press, 4, WARM)
    say(press, 4, WARM, authority_id="us-cftc")
    steps.index(place, LATER)
    assert steps.report(place, LATER)["headline"] == (
        "US · fintech: official statements lean supportive, +0.67 (0.67 to 0.67), thin: few stories, 8 statements in 13 weeks"
    )
