"""What stands beside the index, over two and a half years of composed notices and articles."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from judged_press import filled
from sqlalchemy import delete, insert, select, update

from analysis import store
from analysis.errors import StoreError
from analysis.settings import Settings
from analysis.steps.activity import measure_activity
from analysis.steps.place import open_place
from analysis.steps.source_weeks import source_weeks
from analysis.tables import (
    amplifications,
    documents,
    fetches,
    instrument_changes,
    language_changes,
    metadata,
    models,
    novelties,
    signal_sectors,
    signals,
    silences,
    sources,
    stance_index,
    statements,
    stories,
    volumes,
)

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
FIRST = date(2022, 11, 7)
WEEKS = 134
"""Up to the week of 26 May 2025, the last one that is over."""
LAST = FIRST + timedelta(weeks=WEEKS - 1)
NAME = 20
"""Characters of a source and number that an identifier holds."""
FEED, PAPER = "us-sec-press", "us-techcrunch-all"
WORDS = (
    "The commission will support simpler rules for digital tokens.",
    "The commission will fine exchanges that hold no reserves.",
    "The commission met and heard reports on custody.",
    "The commission answered questions on payment apps.",
    "The commission told brokers to keep their records.",
)


def home_in(folder, database=""):
    return Settings(home=folder, database=database, contact="", sources="sample", allow_loopback=True, smtp="", sender="")


def engine_of(settings):
    return store.open_engine(settings.database_url)


def rows_of(number, day, source, channel, text, sector, no_signal, story=None, speaker=None):
    """Return the rows of a document of one statement, by table."""
    name = f"{source}-{number}"[-NAME:]
    document = filled(
        documents, document_id=f"d{name}", address_key=f"d{name}", text_hash=name, revision=1, is_latest=True,
        story_id=story or f"t{name}", source_id=source, fetch_id=f"f{name}", language="en", channel=channel, text=text * 2,
        published_on=day, date_flag="stated", publisher=source, authority_id="us-sec" if channel == "official" else None,
    )  # fmt: skip
    mass = {"supportive": 1 - no_signal, "neutral": 0.0, "restrictive": 0.0, "no_signal": no_signal}
    return {
        stories: filled(stories, story_id=f"t{name}"),
        fetches: filled(fetches, fetch_id=f"f{name}", source_id=source),
        documents: document,
        statements: filled(
            statements, statement_id=f"s{name}", document_id=f"d{name}", language="en", text=text, before="", after="",
            authority_id="us-sec", speaker=speaker, jurisdiction="US",
        ),
        signals: filled(signals, statement_id=f"s{name}", model_id="m-1", stance_set="", terms="[]", **mass),
        signal_sectors: filled(signal_sectors, statement_id=f"s{name}", model_id="m-1", sector=sector, relevance=1.0),
    }  # fmt: skip


def add(engine, several):
    with store.writing(engine) as connection:
        for table in (stories, fetches, documents, statements, signals, signal_sectors):
            connection.execute(insert(table), [rows[table] for rows in several])


def look(number, week, outcome="got"):
    moment = datetime.combine(FIRST + timedelta(weeks=week, days=2), datetime.min.time(), UTC)
    return filled(fetches, fetch_id=f"look-{number}-{week}", source_id=FEED, role="listing", outcome=outcome, fetched_at=moment)


def notices():
    """Four notices a week of the commission, none in the last four, and two to four articles, one or two with a signal."""
    for week in range(WEEKS):
        monday = FIRST + timedelta(weeks=week)
        for number in range(4 if week < WEEKS - 4 else 0):
            sector = ("crypto_assets", "fintech")[number % 2]
            text = f"{WORDS[(week + number) % 5]} Case {week % 7}."
            yield rows_of(week * 10 + number, monday + timedelta(days=number), FEED, "official", text, sector, 0.2)
        for number in range(2 + week % 3):
            text = f"{WORDS[number]} It said so in round {week % 11}."
            no_signal = 0.1 if number <= week % 2 else 0.9
            yield rows_of(week * 10 + number, monday + timedelta(days=number), PAPER, "press", text, "crypto_assets", no_signal)


def fill(settings):
    """Make all tables in a home's database, with a model, the looks at the feed, and the notices and articles."""
    engine = engine_of(settings)
    metadata.create_all(engine)
    configuration = Config()
    configuration.set_main_option("script_location", "analysis:migrations")
    configuration.set_main_option("path_separator", "os")
    with engine.connect() as connection:
        configuration.attributes["connection"] = connection
        command.stamp(configuration, "head")
    open_place(settings).dispose()
    with store.writing(engine) as connection:
        connection.execute(insert(models), [filled(models, model_id="m-1", status="current", metrics="{}")])
        connection.execute(insert(fetches), [look(1, week) for week in range(WEEKS - 10, WEEKS)])
    add(engine, [*notices()])
    engine.dispose()


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home whose feed answered to this day, and in which the commission has said nothing for four weeks."""
    settings = home_in(tmp_path_factory.mktemp("activity") / "home")
    fill(settings)
    return settings


@pytest.fixture(scope="module")
def once(lived, tmp_path_factory):
    """That home after one run, and what the run returned."""
    settings = home_in(shutil.copytree(lived.home, tmp_path_factory.mktemp("measured") / "home"))
    return settings, measure_activity(settings, NOW)


@pytest.fixture
def measured(once, tmp_path):
    return home_in(shutil.copytree(once[0].home, tmp_path / "home"))


@pytest.fixture
def fresh(lived, tmp_path):
    return home_in(shutil.copytree(lived.home, tmp_path / "home"))


def test_a_run_tells_what_it_wrote_and_a_second_one_writes_nothing(once, measured, rows, contents):
    _, counts = once
    assert set(counts) == {
        "volumes", "silences", "novelties", "amplifications", "language_changes", "instrument_changes"
    }  # fmt: skip
    for table in (volumes, silences, novelties, amplifications, language_changes):
        assert counts[table.name] == len(rows(measured, table)) > 0
    before = contents(measured)
    assert set(measure_activity(measured, NOW + timedelta(hours=5)).values()) == {0}
    assert contents(measured) == before


def test_postgresql_is_told_the_same(postgresql, once, measured, tmp_path, rows):
    settings = home_in(tmp_path / "other", postgresql)
    fill(settings)
    assert measure_activity(settings, NOW) == once[1]
    assert set(measure_activity(settings, NOW + timedelta(hours=5)).values()) == {0}
    for table in (silences, novelties, amplifications):
        assert rows(settings, table) == rows(measured, table)


def test_volumes_are_of_sectors_and_jurisdictions_after_the_base(measured, rows):
    found = rows(measured, volumes, scope="sector", sector="crypto_assets", channel="press", window_weeks=13)
    assert [row["week_on"] for row in found] == [date(2024, 12, 30) + timedelta(weeks=n) for n in range(22)]
    assert all(row["reason"] is None and 80 < row["volume"] < 120 and row["source_count"] == 1 for row in found)
    assert all(row["signal_count"] < row["story_count"] for row in found)
    of_place = rows(measured, volumes, scope="jurisdiction", jurisdiction="US", sector="crypto_assets", channel="press")
    assert [row["volume"] for row in of_place if row["window_weeks"] == 13] == [row["volume"] for row in found]


def test_a_volume_that_changes_is_a_new_vintage(measured, rows):
    add(engine_of(measured), [rows_of(9000 + n, LAST, PAPER, "press", WORDS[0], "crypto_assets", 0.1) for n in range(5)])
    later = NOW + timedelta(hours=1)
    assert measure_activity(measured, later)["volumes"] > 0
    cell = {"scope": "sector", "sector": "crypto_assets", "channel": "press", "window_weeks": 1, "week_on": LAST}
    old, new = sorted(rows(measured, volumes, **cell), key=lambda row: row["as_of_at"])
    assert (old["as_of_at"], new["as_of_at"]) == (NOW, later)
    assert new["volume"] > old["volume"]
    with pytest.raises(StoreError, match="after now"):
        measure_activity(measured, NOW - timedelta(days=1))


def test_an_authority_that_fell_silent_while_its_feed_answered_is_told(measured, rows):
    [silence] = rows(measured, silences, until_on=LAST + timedelta(days=6), authority_id="us-sec", sector="*")
    assert silence["is_silent"] and silence["reason"] is None
    assert (silence["seen_count"], silence["source_count"]) == (0, 1)
    assert silence["expected"] == pytest.approx(16)
    assert silence["adjusted"] < 0.01
    [before] = rows(measured, silences, until_on=LAST - timedelta(weeks=4) + timedelta(days=6), sector="*")
    assert not before["is_silent"]
    assert before["seen_count"] == 16


def test_a_feed_that_failed_is_no_silence(fresh, rows):
    with store.writing(engine_of(fresh)) as connection:
        of_last = [f"look-1-{week}" for week in range(WEEKS - 2, WEEKS)]
        connection.execute(update(fetches).where(fetches.c.fetch_id.in_(of_last)).values(outcome="failed"))
    measure_activity(fresh, NOW)
    found = rows(fresh, silences, until_on=LAST + timedelta(days=6))
    assert {(row["reason"], row["is_silent"]) for row in found} == {("source_died", False)}


def test_novelty_is_measured_once_and_says_whom_it_repeats(measured, rows):
    found = {row["statement_id"]: row for row in rows(measured, novelties)}
    assert [row["reason"] for row in found.values()].count("nothing_before") <= 4
    [first] = rows(measured, statements, statement_id=f"s{FEED}-0")
    assert found[first["statement_id"]]["reason"] == "nothing_before"
    same = found[f"s{FEED}-{36 * 10}"]
    assert (same["novelty"], same["reason"]) == (pytest.approx(0, abs=1e-6), None)
    said = {row["statement_id"]: row["text"] for row in rows(measured, statements)}
    assert said[same["nearest_id"]] == said[same["statement_id"]]
    new = rows_of(9100, LAST, FEED, "official", "Quantum sensors need an export licence from autumn on.", "fintech", 0.1)
    add(engine_of(measured), [new])
    assert measure_activity(measured, NOW)["novelties"] == 1
    [row] = rows(measured, novelties, statement_id=new[statements]["statement_id"])
    assert row["novelty"] > 0.7
    assert row["compared_count"] > 200


def test_a_statement_that_goes_takes_its_novelty_and_that_of_its_repetitions_along(measured, rows):
    nearest = next(row["nearest_id"] for row in rows(measured, novelties) if row["nearest_id"])
    with store.writing(engine_of(measured)) as connection:
        for table in (signal_sectors, signals, statements):
            connection.execute(delete(table).where(table.c.statement_id == nearest))
    assert not [row for row in rows(measured, novelties) if nearest in (row["statement_id"], row["nearest_id"])]
    assert measure_activity(measured, NOW)["novelties"] > 0
    assert len(rows(measured, novelties)) == len(rows(measured, statements))


def test_a_story_that_grew_is_measured_again(measured, rows):
    story = "t" + f"{PAPER}-{(WEEKS - 1) * 10}"[-NAME:]
    [alone] = [row for row in rows(measured, amplifications) if row["story_id"] == story]
    assert (alone["copy_count"], alone["is_final"], alone["country_count"]) == (0, True, 1)
    add(engine_of(measured), [rows_of(9200, LAST + timedelta(days=1), FEED, "official", WORDS[0], "fintech", 0.1, story)])
    # The copy's own story has no document any more, and is none to be measured.
    assert measure_activity(measured, NOW)["amplifications"] == 1
    [carried] = rows(measured, amplifications, story_id=story)
    assert (carried["copy_count"], carried["publisher_count"], carried["document_count"]) == (1, 2, 2)
    assert carried["attention"] == pytest.approx(0.6931, abs=1e-4)


def test_the_language_of_a_quarter_is_judged_once(measured, rows):
    found = {row["quarter_on"]: row for row in rows(measured, language_changes)}
    assert set(found) == {date(2025, 1, 1)}
    verdict = found[date(2025, 1, 1)]
    assert verdict["reason"] is None
    assert verdict["jump_low"] < verdict["jump"] < verdict["jump_high"]
    assert verdict["has_changed"] is False
    assert measure_activity(measured, NOW + timedelta(days=40))["language_changes"] == 1
    [early] = rows(measured, language_changes, quarter_on=date(2025, 4, 1))
    assert (early["reason"], early["jump"], early["has_changed"]) == ("too_few_statements", None, None)
    assert 0 < early["statement_count"] < 30


def test_a_model_that_replaces_another_is_an_instrument_change_with_its_difference(measured, rows):
    engine = engine_of(measured)
    promoted = datetime(2025, 4, 7, tzinfo=UTC)
    point = {
        "scope": "sector",
        "authority_id": "",
        "jurisdiction": "",
        "sector": "fintech",
        "channel": "press",
        "window_weeks": 1,
    }
    with store.writing(engine) as connection:
        connection.execute(update(models).values(status="retired"))
        new = filled(
            models, model_id="m-2", status="current", metrics="{}", trained_at=promoted, promoted_at=promoted,
            replaced_id="m-1", promotion_reason="better on Chinese",
        )  # fmt: skip
        connection.execute(insert(models), [new])
        points = [
            filled(
                stance_index, **point, week_on=date(2025, 1, 6) + timedelta(weeks=week), model_id=model, as_of_at=promoted,
                balance=balance + (week % 2) / 100,
            )
            for week in range(13) for model, balance in (("m-1", 0.1), ("m-2", 0.3))
        ]  # fmt: skip
        connection.execute(insert(stance_index), points)
    measure_activity(measured, NOW)
    [change] = rows(measured, instrument_changes, kind="model")
    assert (change["changed_on"], change["subject"], change["week_count"]) == (date(2025, 4, 7), "m-2", 13)
    assert change["note"] == "replaced m-1, trained on 2025-04-07: better on Chinese"
    assert change["mean_difference"] == pytest.approx(0.2)
    assert change["difference_low"] <= change["mean_difference"] <= change["difference_high"]


def test_a_source_that_ends_is_a_change_until_it_comes_back(fresh, rows):
    engine = engine_of(fresh)
    with store.writing(engine) as connection:
        recent = select(documents.c.document_id).where(
            documents.c.source_id == PAPER, documents.c.published_on > date(2025, 3, 1)
        )
        connection.execute(update(documents).where(documents.c.document_id.in_(recent)).values(is_latest=False))
    measure_activity(fresh, NOW)
    ended = rows(fresh, instrument_changes, kind="source", subject=PAPER)
    assert [(row["changed_on"] > date(2025, 2, 20), row["note"]) for row in ended] == [(True, "its last document")]
    with store.writing(engine) as connection:
        connection.execute(update(documents).values(is_latest=True))
    measure_activity(fresh, NOW)
    assert rows(fresh, instrument_changes, kind="source", subject=PAPER) == []


def test_without_a_model_what_needs_none_is_measured_and_an_empty_database_has_nothing(fresh, rows):
    engine = engine_of(fresh)
    with store.writing(engine) as connection:
        connection.execute(update(models).values(status="retired"))
    counts = measure_activity(fresh, NOW)
    assert set(counts) == {"novelties", "amplifications", "instrument_changes"}
    assert counts["novelties"] == len(rows(fresh, statements))
    with store.writing(engine) as connection:
        for table in (novelties, amplifications, signal_sectors, signals, statements, documents, stories, fetches):
            connection.execute(delete(table))
        connection.execute(update(models).values(status="current"))
    assert measure_activity(fresh, NOW)["volumes"] == 0
    assert rows(fresh, volumes) == []


def test_documents_without_a_date_and_superseded_ones_do_not_count(fresh, rows):
    with store.writing(engine_of(fresh)) as connection:
        of_paper = documents.c.source_id == PAPER
        undated = {"published_on": None, "date_flag": "unknown"}
        connection.execute(update(documents).where(of_paper).values(undated))
        connection.execute(update(documents).where(~of_paper).values(is_latest=False))
    measure_activity(fresh, NOW)
    assert rows(fresh, volumes) == rows(fresh, silences) == rows(fresh, novelties) == []
    assert {(row["reason"], row["attention"]) for row in rows(fresh, amplifications)} == {("no_date", None)}


def lives(settings, source):
    """Return in which weeks a source was alive, by their number."""
    with store.reading(engine_of(settings)) as connection:
        panel = source_weeks(connection, NOW.date())
    of_source = panel[panel["source_id"] == source]
    numbers = (of_source["week_on"] - of_source["week_on"].min()).dt.days // 7
    return dict(zip(numbers, zip(of_source["is_alive"], of_source["story_count"], strict=True), strict=True))


def test_a_feed_with_a_long_gap_was_dead_in_it_and_a_folder_with_one_was_not(fresh):
    first, end = (FIRST + timedelta(weeks=week) for week in (50, 70))
    with store.writing(engine_of(fresh)) as connection:
        of_gap = (documents.c.published_on >= first) & (documents.c.published_on < end)
        connection.execute(update(documents).where(of_gap).values(is_latest=False))
    feed = lives(fresh, FEED)
    assert [feed[week] for week in (0, 49, 50, 60, 69, 70)] == [(True, 4), (True, 4), *[(False, 0)] * 3, (True, 4)]
    with store.writing(engine_of(fresh)) as connection:
        connection.execute(insert(sources), [filled(sources, source_id="notices", name="Notices")])
        connection.execute(update(documents).where(documents.c.source_id == FEED).values(source_id="notices"))
    folder = lives(fresh, "notices")
    assert [folder[week] for week in (49, 60, 70)] == [(True, 4), (True, 0), (True, 4)]
    # The folder ends with its last document: nothing tells that more would have come.
    assert [folder[week][0] for week in (WEEKS - 5, WEEKS - 4, WEEKS - 1)] == [True, False, False]


def test_a_week_without_a_look_is_as_the_one_before_and_two_are_dead(fresh):
    with store.writing(engine_of(fresh)) as connection:
        missed = [f"look-1-{week}" for week in (WEEKS - 3, WEEKS - 1)]
        connection.execute(delete(fetches).where(fetches.c.fetch_id.in_(missed)))
    assert [lives(fresh, FEED)[week][0] for week in range(WEEKS - 4, WEEKS)] == [True] * 4
    with store.writing(engine_of(fresh)) as connection:
        connection.execute(delete(fetches).where(fetches.c.fetch_id == f"look-1-{WEEKS - 2}"))
    assert [lives(fresh, FEED)[week][0] for week in range(WEEKS - 4, WEEKS)] == [True, True, False, False]
