from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from analysis.catalogue import Source, authority_named
from analysis.collect.documents import document_row, language_code, under_key
from analysis.collect.duplicates import text_hash
from analysis.collect.extract import Extracted
from analysis.collect.listing.entries import Entry
from analysis.tables import documents

NOW = datetime(2025, 3, 10, 12, tzinfo=UTC)
FOLDER = Source(id="drop", name="Drop folder", kind="folder", address="x")
FEED = {"id": "news", "name": "News", "kind": "feed", "address": "https://a.example/feed", "hosts": ("a.example",)}
TEXT = "The regulator published new rules."


def row(extracted=None, entry=None, source=FOLDER):
    return document_row(
        extracted or Extracted("txt", TEXT, language="en"), entry or Entry(), source, "f-1", NOW, authority_named
    )


def test_a_row_has_every_column_of_a_first_revision():
    made = row(Extracted("txt", TEXT, title="T", language="en"), Entry(file_path="a.txt", reference="R"))
    assert set(made) <= {column.name for column in documents.columns}
    assert {column.name for column in documents.columns if not column.nullable and column.default is None} <= set(made)
    assert (made["revision"], made["is_latest"], made["source_id"], made["fetch_id"]) == (1, True, "drop", "f-1")
    assert (made["text"], made["character_count"], made["title"], made["collected_at"]) == (TEXT, len(TEXT), "T", NOW)
    assert (made["file_path"], made["reference"], made["text_hash"]) == ("a.txt", "R", text_hash("T", TEXT))
    assert made["story_id"] == made["address_key"]


@pytest.mark.parametrize(
    ("entry", "source", "channel", "authority_id"),
    [
        (Entry(authority_id="us-ftc"), FOLDER, "official", "us-ftc"),
        (Entry(publisher="federal  trade commission"), FOLDER, "official", "us-ftc"),
        (Entry(kind="press_release"), FOLDER, "official", None),
        (Entry(), Source(**FEED, channel="official", authority_id="us-ftc"), "official", "us-ftc"),
        (Entry(), Source(**FEED, channel="official", publisher="FTC"), "official", "us-ftc"),
        (Entry(), FOLDER, "press", None),
        (Entry(kind="press"), FOLDER, "press", None),
        (Entry(publisher="Evil FTC News"), FOLDER, "press", None),
        (Entry(), Source(**FEED, channel="press"), "press", None),
        (Entry(channel="press", authority_id="us-ftc"), FOLDER, "press", "us-ftc"),
    ],
)
def test_only_the_declaration_or_the_listing_makes_a_text_official(entry, source, channel, authority_id):
    made = row(entry=entry, source=source)
    assert (made["channel"], made["authority_id"]) == (channel, authority_id)


@pytest.mark.parametrize("claim", ["Federal Trade Commission", "European Commission"])
def test_a_page_that_calls_itself_an_authority_stays_press(claim):
    made = row(Extracted("html", TEXT, publisher=claim, address="https://www.ftc.gov/news"))
    assert (made["channel"], made["authority_id"], made["publisher"]) == ("press", None, claim)


def test_what_the_listing_says_goes_before_what_the_text_says():
    extracted = Extracted(
        "html", TEXT, title="Text", published_on=date(2025, 1, 1), language="en", address="https://b.example/", publisher="Text"
    )
    entry = Entry(
        address="https://a.example/1", title="Listing", published_on=date(2025, 2, 2), language="fr", publisher="Listing"
    )
    made = row(extracted, entry)
    assert (made["title"], made["published_on"], made["language"], made["publisher"]) == (
        "Listing",
        date(2025, 2, 2),
        "fr",
        "Listing",
    )
    assert (made["address"], made["date_flag"]) == ("https://a.example/1", "stated")
    assert row(extracted)["title"] == "Text"


def test_copies_with_trackers_have_one_canonical_address():
    plain = row(entry=Entry(address="https://a.example/news/rules?id=7"))
    tracked = row(entry=Entry(address="https://a.example:443/news/rules?id=7&utm_source=mail&fbclid=1#top"))
    assert tracked["address"] == plain["address"] == "https://a.example/news/rules?id=7"
    assert tracked["document_id"] == plain["document_id"]


def test_a_changed_text_at_one_address_is_another_document_of_the_same_key():
    entry = Entry(address="https://a.example/1")
    first, second = row(entry=entry), row(Extracted("txt", "Corrected. " + TEXT), entry)
    assert first["address_key"] == second["address_key"]
    assert first["document_id"] != second["document_id"]


def test_without_an_address_the_same_text_in_the_same_file_is_the_key():
    first = row(entry=Entry(file_path="a.txt", title="Rulse"))
    corrected = row(entry=Entry(file_path="a.txt", title="Rules"))
    assert first["address"] is None
    assert first["address_key"] == corrected["address_key"]
    assert first["document_id"] != corrected["document_id"]
    # Folders named at run time share one source, so that an equal path alone tells nothing.
    assert first["address_key"] != row(Extracted("txt", "Another text altogether."), Entry(file_path="a.txt"))["address_key"]


def test_an_address_names_a_document_before_its_identifier_and_that_before_title_and_day():
    other = Extracted("txt", "Another text altogether.")
    told = {"title": "Rules", "published_on": date(2025, 3, 1), "publisher": "Gazette"}
    for same, different in (
        (Entry(address="https://a.example/1", entry_id="7", title="Rules"), Entry(address="https://a.example/2", entry_id="7")),
        (Entry(entry_id="7", **told), Entry(entry_id="8", **told)),
        (Entry(**told), Entry(**{**told, "published_on": date(2025, 3, 2)})),
        (Entry(**told), Entry(**{**told, "publisher": "Herald"})),
        (Entry(file_path="a.txt", **told), Entry(file_path="b.txt", **told)),
    ):
        assert row(entry=same)["address_key"] == row(other, same)["address_key"] != row(entry=different)["address_key"]
    renamed = (Entry(address="https://a.example/1", entry_id=guid) for guid in "ab")
    assert len({row(entry=entry)["address_key"] for entry in renamed}) == 1
    # Two sources may number their entries alike.
    assert row(entry=Entry(entry_id="7"))["address_key"] != row(
        entry=Entry(entry_id="7"), source=Source(**FEED, channel="press")
    )["address_key"]  # fmt: skip


def test_a_row_under_another_key_is_a_revision_of_that_document():
    first, second = row(entry=Entry(address="https://a.example/1")), row(entry=Entry(address="https://a.example/2"))
    moved = under_key(second, first["address_key"])
    assert (moved["document_id"], moved["story_id"]) == (first["document_id"], first["address_key"])
    assert moved["address"] == "https://a.example/2"


def test_articles_cut_off_at_one_subscription_text_stay_apart():
    stubs = [row(entry=Entry(file_path=path, title=title)) for path, title in (("a.html", "Chips"), ("b.html", "Banks"))]
    stubs += [row(entry=Entry(title=title)) for title in ("Chips", "Banks")]
    assert len({stub["address_key"] for stub in stubs}) == 4
    assert stubs[0]["text_hash"] == stubs[2]["text_hash"] != stubs[1]["text_hash"] == stubs[3]["text_hash"]


@pytest.mark.parametrize("unwanted", ["\x00", "\ud800", "\uffff", "\x1b", "\x7f"])
def test_no_word_about_a_document_holds_what_a_database_refuses(unwanted):
    hostile = f" a{unwanted}b \n c "
    address = f"https://a.example/{unwanted}1"
    for made in (
        row(entry=Entry(title=hostile, publisher=hostile, reference=hostile, address=address)),
        row(Extracted("json", TEXT, title=hostile, publisher=hostile, address=address), Entry(reference=hostile)),
    ):
        assert (made["title"], made["publisher"], made["reference"]) == ("ab c", "ab c", "ab c")
        assert made["address"] == "https://a.example/1"
    assert row(Extracted("txt", TEXT, title="T"), Entry(title=unwanted))["title"] == "T"


@pytest.mark.parametrize(
    ("entry", "found", "expected"),
    [
        (Entry(published_on=date(2025, 3, 1)), date(2025, 2, 1), (date(2025, 3, 1), "stated")),
        (Entry(), date(2025, 2, 1), (date(2025, 2, 1), "found")),
        (Entry(date_is_decided=True), date(2025, 2, 1), (None, "unknown")),
        (Entry(), None, (None, "unknown")),
        (Entry(published_on=date(2025, 3, 10)), None, (date(2025, 3, 10), "stated")),
        (Entry(published_on=date(2025, 3, 11)), None, (date(2025, 3, 11), "future")),
        (Entry(), date(2025, 3, 11), (date(2025, 3, 11), "future")),
    ],
)
def test_a_date_is_kept_with_how_it_is_known(entry, found, expected):
    made = row(Extracted("txt", TEXT, published_on=found), entry)
    assert (made["published_on"], made["date_flag"]) == expected


def test_an_unknown_day_has_no_moment():
    moment = datetime(2025, 2, 1, 9, tzinfo=UTC)
    extracted = Extracted("txt", TEXT, published_on=moment.date(), published_at=moment)
    assert row(extracted)["published_at"] == moment
    assert row(extracted, Entry(date_is_decided=True))["published_at"] is None
    assert row(extracted, Entry(published_on=date(2025, 2, 2)))["published_at"] is None


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("zh-Hans", "zh"),
        ("zh_TW", "zh"),
        ("yue", "zh"),
        ("wuu", "zh"),
        ("cmn", "zh"),
        ("nb-NO", "no"),
        ("und", "und"),
    ],
)
def test_language_tags_become_one_code(tag, code):
    assert language_code(tag) == code
    assert row(entry=Entry(language=tag))["language"] == code
