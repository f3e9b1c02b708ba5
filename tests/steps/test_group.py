"""Documents brought into their stories, on each kind of database; all texts are composed."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from judged_press import filled
from sqlalchemy import insert

from analysis import steps, store
from analysis.settings import Settings
from analysis.steps.group import group
from analysis.steps.integrity import check_database
from analysis.tables import documents, models, paragraphs, rejected, shift_stories, shifts, stories, text_bands

STEP = sys.modules["analysis.steps.group"]
TEXT = (
    "The council opened a register for operators of large computing centres on Monday. Operators must say how much power "
    "each hall draws and where its cooling water comes from. Small firms may hand in a short form instead, and those that "
    "run a centre for a university need not pay the yearly fee. The register will be public, apart from the addresses of "
    "halls that serve hospitals. A first report on what it shows is due next spring, the council said."
)
OWN_WORDS = (
    "A register of big computing centres has been opened by the council. Whoever operates one has to state its use of power "
    "and of water for cooling, with exceptions for universities and a lighter form for small companies. The list is open to "
    "everybody except where hospitals depend on a hall."
)
STATEMENT = (
    "At its meeting of {day} the committee decided to keep the base rate at {rate} percent. Inflation has eased but remains "
    "above the aim. The committee will watch incoming data on wages and on the prices of energy closely. It is prepared to "
    "act as needed so that inflation returns to the aim in the medium term. Members voted unanimously."
)
TITLE = "Council opens register of large computing centres"
LINES = {
    "office": ("Council", 3, TITLE, TEXT, "official"),
    "paper": ("Paper", 4, TITLE, f"{TEXT} So our reporter wrote from the hall.", "press"),
    "journal": ("Journal", 4, f"{TITLE} today", OWN_WORDS, "press"),
    "rates-1": ("Bank", 5, "Decision on rates", STATEMENT.format(day="5 March 2025", rate="4.25"), "press"),
    "rates-2": ("Bank", 26, "Decision on rates", STATEMENT.format(day="26 March 2025", rate="4.00"), "press"),
}


@pytest.fixture
def told(write):
    """Write composed documents, given by name, into the folder, beside those that are there, and return it."""
    lines: dict[str, dict] = {}

    def told(**documents_by_name: tuple) -> Path:
        for name, (publisher, day, title, text, channel, *_) in documents_by_name.items():
            write({f"{name}.txt": text})
            lines[name] = {
                "file": f"{name}.txt", "publisher": publisher, "date": f"2025-03-{day:02d}", "title": title, "channel": channel,
                "language": "en", "address": f"https://www.{publisher.lower()}.example/{name.split('_')[0]}",
            }  # fmt: skip
        return write(index=list(lines.values()))

    return told


@pytest.fixture
def place(database, tmp_path) -> Settings:
    """A place of the test's own without a model, once on each kind of database."""
    return Settings(
        home=tmp_path / "home", database=database, contact="", sources="sample", allow_loopback=True, smtp="", sender=""
    )


def placed(rows, home: Settings) -> dict[str, tuple]:
    """The place of each document by its file: story's first file, reason, and the file it is linked to."""
    found = rows(home, documents)
    files = {row["document_id"]: row["file_path"].removesuffix(".txt") for row in found}
    firsts = {row["story_id"]: files[row["document_id"]] for row in found if row["story_reason"] == "first"}
    return {
        files[row["document_id"]]: (firsts[row["story_id"]], row["story_reason"], files.get(row["story_link"])) for row in found
    }


def test_copies_and_tellings_of_an_event_are_one_story_and_consecutive_statements_are_two(
    home_on_each, told, rows, contents, now
):
    folder = told(**LINES)
    counts = steps.collect(home_on_each, now, folder=folder)
    assert (counts["documents"], counts["copies"]) == (5, 0)
    assert placed(rows, home_on_each) == {
        "office": ("office", "first", None),
        "paper": ("office", "text", "office"),
        "journal": ("office", "event", "office"),
        "rates-1": ("rates-1", "first", None),
        "rates-2": ("rates-2", "first", None),
    }
    notes = {row["story_reason"]: row["story_note"] for row in rows(home_on_each, documents)}
    assert notes["first"] is None
    assert "100% of the shorter text" in notes["text"] and "within 72 hours" in notes["event"]
    [story] = rows(home_on_each, stories, document_count=3)
    assert (story["title"], story["published_on"]) == (TITLE, date(2025, 3, 3))
    assert len(rows(home_on_each, stories)) == 3
    assert check_database(home_on_each)["broken"] == {}
    before = contents(home_on_each)
    assert group(store.open_engine(home_on_each.database_url)) == 0
    steps.collect(home_on_each, now + timedelta(days=1), folder=folder)
    steps.collect_from_archive(home_on_each, now + timedelta(days=1))
    assert contents(home_on_each) == before


def test_what_a_shift_leads_to_is_still_there_when_an_earlier_copy_gives_the_story_another_first_document(
    place, told, rows, now
):
    steps.collect(place, now, folder=told(paper=LINES["paper"], journal=LINES["journal"], rates=LINES["rates-1"]))
    first, other = (row["story_id"] for row in sorted(rows(place, stories), key=lambda row: -row["document_count"]))
    engine = store.open_engine(place.database_url)
    with store.writing(engine) as connection:
        connection.execute(insert(models), [filled(models, model_id="m-1", status="current")])
        connection.execute(insert(shifts), [filled(shifts, shift_id="moved", model_id="m-1", low=0.1, change=0.2, high=0.3)])
        told_of = [filled(shift_stories, shift_id="moved", story_id=name) for name in (first, other)]
        connection.execute(insert(shift_stories), told_of)
    steps.collect(place, now + timedelta(days=1), folder=told(office=LINES["office"]))
    [now_first] = {row["story_id"] for row in rows(place, stories)} - {other}
    assert now_first != first
    assert {row["story_id"] for row in rows(place, shift_stories)} == {now_first, other}
    assert check_database(place)["broken"] == {}


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_the_rows_are_the_same_in_whatever_order_and_number_of_runs_documents_come(
    home, own_home, told, rows, contents, now, tmp_path, order
):
    names = [list(LINES)[number] for number in order]
    for name in names:
        folder = told(**{name: LINES[name]})
        steps.collect(home, now, folder=folder)
    one_by_one = contents(home)
    once = home.model_copy(update={"database": f"sqlite:///{tmp_path / 'once.db'}"})
    steps.collect(once, now, folder=folder)
    at_once = contents(once)
    for table in (documents, stories, text_bands, paragraphs):
        assert one_by_one[table.name] == at_once[table.name], table.name
    assert check_database(home)["broken"] == {}


def test_an_earlier_document_becomes_the_first_and_takes_the_story_over(home, told, rows, now):
    steps.collect(home, now, folder=told(paper=LINES["paper"]))
    [before] = rows(home, stories)
    steps.collect(home, now, folder=told(office=LINES["office"]))
    [after] = rows(home, stories)
    assert after["story_id"] != before["story_id"] and after["published_on"] == date(2025, 3, 3)
    assert placed(rows, home)["paper"] == ("office", "text", "office")


def test_one_document_can_bring_two_stories_together(home, told, rows, now):
    first, second = TEXT[: len(TEXT) // 2], TEXT[len(TEXT) // 2 :]
    folder = told(
        one=("Paper", 4, "Register of computing centres opens", f"{first} {OWN_WORDS[:100]}", "press"),
        two=("Journal", 5, "First report of the register due next spring", f"{second} {OWN_WORDS[100:200]}", "press"),
    )
    steps.collect(home, now, folder=folder)
    assert len(rows(home, stories)) == 2
    told(whole=("Gazette", 4, "Register of computing centres opens, first report due next spring", TEXT, "press"))
    steps.collect(home, now, folder=folder)
    [story] = rows(home, stories)
    assert story["document_count"] == 3
    assert check_database(home)["broken"] == {}


def test_a_revision_stays_in_the_story_and_is_not_counted_again(home, told, rows, now):
    steps.collect(home, now, folder=told(office=LINES["office"], paper=LINES["paper"]))
    publisher, day, title, text, channel = LINES["paper"]
    folder = told(paper_2=(publisher, day, title, f"{text} The headline was mended.", channel))
    steps.collect(home, now + timedelta(days=1), folder=folder)
    assert placed(rows, home) == {
        "office": ("office", "first", None),
        "paper": ("office", "text", "office"),
        "paper_2": ("office", "text", "paper"),
    }
    [story] = rows(home, stories)
    assert story["document_count"] == 2
    assert check_database(home)["broken"] == {}


SITE = (
    "Our desk answers letters on prices and fares each morning before nine.",
    "Pictures from readers are shown in the hall beside the old print works.",
    "Whoever moves house can have the paper sent on for as long as a month.",
    "A choir of former editors sings on the first Sunday of the season.",
    "Puzzles of the past year have been bound into a book with a ribbon.",
    "Schools may order twenty copies a week at half of what others pay.",
)
OWN = ("Rain floods a market.", "A ferry is late again.", "Teachers ask for chalk.", "Bees settle on a roof.", "Trams stop.")


def briefing(number: int) -> str:
    return "\n".join((OWN[number], *SITE))


def test_what_recurs_over_a_publishers_documents_counts_for_nothing_once_that_shows(home_on_each, told, rows, now):
    for number in range(5):
        folder = told(**{f"day-{number}": ("Paper", 3 + number, "Morning briefing", briefing(number), "press")})
        steps.collect(home_on_each, now, folder=folder)
        if number == 1:
            assert {row["story_reason"] for row in rows(home_on_each, documents)} == {"first", "text"}
    assert {row["document_count"] for row in rows(home_on_each, paragraphs)} == {1, 5}
    assert len(rows(home_on_each, stories)) == 5
    assert {row["story_reason"] for row in rows(home_on_each, documents)} == {"first"}
    assert check_database(home_on_each)["broken"] == {}


def test_a_first_document_that_is_dated_anew_is_decided_on_again(home, told, rows, now):
    steps.collect(home, now, folder=told(office=LINES["office"], paper=LINES["paper"]))
    engine = store.open_engine(home.database_url)
    office = documents.update().where(documents.c.file_path == "office.txt")
    for published_on, count in ((date(2025, 3, 1), 1), (date(2025, 1, 2), 2)):
        with store.writing(engine) as connection:
            connection.execute(office.values(published_on=published_on))
        group(engine)
        found = {row["published_on"] for row in rows(home, stories)}
        assert len(found) == count and published_on in found
        assert check_database(home)["broken"] == {}


def test_a_large_story_keeps_what_was_decided_and_takes_new_copies(home, told, rows, now, monkeypatch):
    monkeypatch.setattr(STEP, "MOST_DECIDED", 2)
    for number, publisher in enumerate(("Paper", "Journal", "Gazette", "Courier", "Herald")):
        folder = told(**{publisher.lower(): (publisher, 3 + number, TITLE, f"{TEXT} It appeared in {publisher}.", "press")})
        steps.collect(home, now, folder=folder)
    [story] = rows(home, stories)
    assert story["document_count"] == 5
    assert {reason for _, reason, _ in placed(rows, home).values()} == {"first", "text"}
    assert check_database(home)["broken"] == {}


def test_a_text_without_words_is_a_story_and_is_looked_at_once(home, told, rows, now):
    steps.collect(
        home,
        now,
        folder=told(dots=("Paper", 3, "Dots", ". " * 30, "press"), more=("Paper", 3, "More dots", "- " * 30, "press")),
    )
    assert len(rows(home, text_bands)) == len(rows(home, stories)) == 2
    assert group(store.open_engine(home.database_url)) == 0


def test_exact_copies_are_told_and_no_documents_as_before(home, told, rows, now):
    publisher, day, title, text, channel = LINES["office"]
    counts = steps.collect(home, now, folder=told(office=LINES["office"], again=("Paper", day, title, text.upper(), channel)))
    assert (counts["documents"], counts["copies"]) == (1, 1)
    assert [row["severity"] for row in rows(home, rejected, rule="exact_copy")] == ["info"]
    assert [row["document_count"] for row in rows(home, stories)] == [1]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE stories SET document_count = 7", "a story counts its documents"),
        ("UPDATE documents SET story_reason = 'first', story_link = NULL", "a story has one first document"),
        (
            "UPDATE documents SET story_link = document_id WHERE story_reason = 'first'",
            "a document comes to its story by another of it, or is the first",
        ),
        (
            "UPDATE documents SET story_link = document_id WHERE story_reason = 'text'",
            "links lead from each document to the first of its story",
        ),
    ],
)
def test_a_story_that_does_not_hold_together_is_found(home_on_each, told, now, change, rule):
    steps.collect(home_on_each, now, folder=told(office=LINES["office"], paper=LINES["paper"]))
    assert check_database(home_on_each)["broken"] == {}
    with store.writing(store.open_engine(home_on_each.database_url)) as connection:
        connection.exec_driver_sql(change)
    assert rule in check_database(home_on_each)["broken"]
