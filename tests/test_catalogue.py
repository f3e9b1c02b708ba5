from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date

import pytest

from analysis import catalogue
from analysis.errors import CatalogueError
from analysis.settings import PROJECT
from analysis.tables import SECTORS

CACHED = (catalogue.sources, catalogue.authorities, catalogue.authority_named, catalogue.sectors)
BODY = """
[[authority]]
id = "xx-agency"
jurisdiction = "XX"
level = "regulator"
names = { en = ["Composed Agency"], fr = ["Agence composée"] }
"""
FEED = """
[[source]]
id = "paper"
name = "Paper"
kind = "feed"
address = "https://paper.example/feed.xml"
channel = "press"
hosts = ["paper.example"]
languages = ["en"]
expected_per_week = 7
terms = "Composed."
robots = "Composed."
confidence = "low"
seen_in = "this test"
"""


@pytest.fixture
def declared(tmp_path, monkeypatch):
    """Let the catalogue read these texts instead of the project's declarations."""

    def declare(**texts: str) -> None:
        (tmp_path / "sources").mkdir(exist_ok=True)
        for name, words in texts.items():
            folder = "sources/" if name.startswith("paper") else "authorities/" if name == "xx" else ""
            (tmp_path / folder / f"{name}.toml").write_text(words, encoding="utf-8")

    shutil.copytree(catalogue.FOLDER / "authorities", tmp_path / "authorities")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    for function in CACHED:
        function.cache_clear()
    yield declare
    for function in CACHED:
        function.cache_clear()


def test_the_sectors_are_those_of_the_tables_in_their_order():
    assert tuple(catalogue.sectors()) == SECTORS


def test_every_sector_has_a_meaning_and_terms_in_five_languages():
    for name, sector in catalogue.sectors().items():
        assert sector.meaning, name
        assert {"en", "fr", "zh", "de", "es"} <= set(sector.terms), name
        assert all(sector.terms.values()), name


def test_an_authority_is_found_by_its_exact_name_in_any_language_however_it_is_spaced():
    assert catalogue.authority_named("China Securities Regulatory Commission") == "cn-csrc"
    assert catalogue.authority_named(" china  securities regulatory\ncommission") == "cn-csrc"
    assert catalogue.authority_named("中国证监会") == "cn-csrc"
    assert catalogue.authority_named("China Securities Journal") is None
    assert catalogue.authority_named(None) is None


def test_the_sample_source_is_a_folder_that_exists():
    sample = catalogue.sources()["sample"]
    assert sample.kind == "folder"
    assert (PROJECT / sample.address).is_dir()


def test_sources_are_chosen_by_their_ids_or_all():
    ids = list(catalogue.sources())
    assert [source.id for source in catalogue.chosen_sources("all")] == ids
    assert [source.id for source in catalogue.chosen_sources(f" {ids[1]} ,sample")] == [ids[1], "sample"]
    assert [source.id for source in catalogue.chosen_sources(["sample"])] == ["sample"]


@pytest.mark.parametrize("wanted", ["nowhere", "sample,nowhere", [], ""])
def test_an_unknown_source_is_refused_and_the_way_to_the_names_is_told(wanted):
    with pytest.raises(CatalogueError, match="unknown source .*sources list"):
        catalogue.chosen_sources(wanted)


def test_a_declaration_is_read(declared):
    declared(xx=BODY, paper=FEED + 'authority_id = "xx-agency"')
    [source] = catalogue.sources().values()
    assert (source.id, source.authority_id, source.hosts) == ("paper", "xx-agency", ("paper.example",))
    assert catalogue.authority_named("Agence Composée") == "xx-agency"


@pytest.mark.parametrize(
    "place", ["{page:02d}", "{page:d}", "{offset:05}", "{day:%Y%m%d}", "{day:%-d-%b-%Y}", "{since:w%V}", "{last}"]
)
def test_an_address_may_hold_days_and_numbers_in_their_forms(place, declared):
    declared(paper=FEED.replace("feed.xml", place))
    [source] = catalogue.sources().values()
    assert source.address.endswith(place)


def test_a_date_format_may_hold_a_zone_and_the_words_around_the_day(declared):
    declared(paper=FEED + '[[source.parser]]\ndate_format = "on %A, %d %B %Y %H:%M %z"\ntime_zone = "Asia/Shanghai"')
    [source] = catalogue.sources().values()
    assert source.parsers[0].time_zone == "Asia/Shanghai"


def test_a_listing_is_read_by_the_parser_that_is_valid_on_the_day(declared):
    versions = "".join(
        f'[[source.parser]]\nversion = {number}\nvalid_from = {since}\nvalid_until = {until}\nrows = "li"\n'
        for number, since, until in ((1, "2024-01-01", "2025-01-01"), (2, "2025-01-01", "2026-01-01"))
    )
    declared(paper=FEED.replace('"feed"', '"list_page"') + versions)
    [source] = catalogue.sources().values()
    assert [source.parser_on(day).version for day in (date(2024, 12, 31), date(2025, 1, 1))] == [1, 2]
    with pytest.raises(CatalogueError, match="source paper: no parser is valid on 2026-01-01"):
        source.parser_on(date(2026, 1, 1))


def test_the_catalogue_declares_the_promised_number_of_sources_none_of_them_said_to_answer_by_hearsay():
    web = [source for source in catalogue.sources().values() if source.is_on_the_web]
    assert sum(source.channel == "official" for source in web) >= 120
    assert sum(source.channel == "press" for source in web) >= 45
    assert len({source.address for source in web}) == len(web)
    assert all(source.authority_id or source.parsers[0].publisher or source.publisher for source in web)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"xx": BODY + BODY}, "xx.toml: authority xx-agency is declared twice"),
        ({"paper": FEED + FEED}, "paper.toml: source paper is declared twice"),
        ({"paper": FEED, "paper2": FEED}, "paper2.toml: source paper is declared twice"),
        ({"paper": FEED.replace('"paper"', '"folder"')}, "source folder is declared twice or reserved"),
        ({"paper": FEED + 'authority_id = "xx-nobody"'}, "names the authority xx-nobody"),
        ({"paper": FEED.replace('hosts = ["paper.example"]', "")}, "a source on the web needs a channel and hosts: add them"),
        ({"paper": FEED.replace("https://", "ftp://")}, "needs an address that begins with http"),
        ({"paper": FEED.replace("feed.xml", "{week}.xml")}, "the address holds {week}: only since, until"),
        ({"paper": FEED.replace("feed.xml", "{}.xml")}, "the address holds {}: only since, until"),
        ({"paper": FEED.replace("feed.xml", "{day.xml")}, "a brace too many or too few .*: write %7B and %7D"),
        ({"paper": FEED.replace("feed.xml", "{{x}}.xml")}, "braces of its own: write %7B and %7D"),
        ({"paper": FEED.replace("feed.xml", "{day:02d}.xml")}, "gives {day} a form .*'02d'.: a day takes one like %Y%m%d"),
        ({"paper": FEED.replace("feed.xml", "{page:%Y}.xml")}, "gives {page} a form .*'%Y'.*a number one like 02d"),
        ({"paper": FEED.replace("feed.xml", "{day!r}.xml")}, "gives {day} a form that it cannot take .'r'"),
        ({"paper": FEED.replace("paper.example/", "{day}.example/")}, "something to be filled in where its host stands"),
        ({"paper": FEED + "empty_status = [404]"}, "empty_status is for an address that holds {day}"),
        ({"paper": FEED.replace("feed.xml", "{day}") + "empty_status = [500]"}, "paper.toml: paper: empty_status"),
        ({"paper": FEED + 'accept = "application/json\\r\\nX: y"'}, "paper.toml: paper: accept"),
        (
            {"paper": FEED + '[[source.parser]]\ndate_format = "%B %Y"'},
            "'%B %Y' must be a strptime pattern of day, month",
        ),
        ({"paper": FEED + '[[source.parser]]\ndate_format = "%Q"'}, "'%Q' must be a strptime pattern"),
        ({"paper": FEED + '[[source.parser]]\ntime_zone = "Mars/Base"'}, "time_zone 'Mars/Base' is unknown: give an IANA name"),
        ({"paper": '[[source]]\nid = "p"\nname = "P"\nkind = "mail"\nhosts = ["a.example"]'}, "kind mail needs an address"),
        ({"paper": FEED.replace('robots = "Composed."', "")}, "source paper lacks robots: add what is known of it"),
        ({"paper": FEED.replace('"feed"', '"api"')}, "kind api needs a .*parser.* with rows"),
        ({"paper": FEED.replace('"press"', '"official"') + "is_state_affiliated = true"}, "is said of press only"),
        ({"paper": FEED + "pace_seconds = 0.1"}, "paper.toml: paper: pace_seconds"),
        ({"paper": FEED.replace('"feed"', '"telegraph"')}, "paper.toml: paper: kind"),
        ({"paper": FEED + 'colour = "red"'}, "paper.toml: paper: colour"),
        ({"sectors": '[telegraphs]\nmeaning = "m"\nlabel = {}\nterms = {}'}, "the sectors are not those of analysis/tables"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_file_and_subject(texts, words, declared):
    declared(**texts)
    with pytest.raises(CatalogueError, match=words):
        catalogue.authorities(), catalogue.sources(), catalogue.sectors()


def test_a_dag_file_may_read_the_catalogue_because_nothing_heavy_comes_with_it():
    heavy = "{'pandas', 'numpy', 'sklearn', 'plotly', 'great_expectations', 'trafilatura'}"
    code = f"import sys; from analysis import catalogue; catalogue.sources(); sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0
