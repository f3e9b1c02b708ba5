from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from analysis import catalogue
from analysis.catalogue import Authority, Holder
from analysis.catalogue.authority import file_of, read_authorities
from analysis.errors import CatalogueError

LANGUAGES = {"en", "fr", "zh", "de", "es"}
BODY = """
[[authority]]
id = "xx-agency"
jurisdiction = "XX"
level = "regulator"
branch = "independent"
names = { en = ["Composed Agency"], fr = ["Agence composée"] }
"""
CHAIR = """
[[authority.office]]
id = "xx-agency-chair"
rank = "head"
title = { en = ["agency chair"] }
"""
BOARD = BODY.replace("xx-agency", "xx-board").replace("Agency", "Board").replace("Agence", "Conseil")
PRESIDENT = CHAIR.replace("xx-agency", "xx-board").replace("agency chair", "board president")


def holder(name: str, since: str = "", until: str = "") -> str:
    period = (f"since = {since}\n" if since else "") + (f"until = {until}\n" if until else "")
    return f'[[authority.office.holder]]\nnames = ["{name}"]\n{period}'


@pytest.fixture
def read(tmp_path):
    def read(text: str, file: str = "xx.toml") -> dict[str, Authority]:
        (tmp_path / file).write_text(text, encoding="utf-8")
        return read_authorities(tmp_path)

    return read


def test_a_body_is_read_with_its_offices_and_who_held_them(read):
    words = BODY.replace('branch = "independent"', 'branch = "executive"\nparent = "xx-board"')
    bodies = read(BOARD + words + CHAIR + holder("Ada Sample", "2020-02-01", "2021-03-01") + holder("Bo Sample", "2021-03-01"))
    agency = bodies["xx-agency"]
    assert (agency.name, agency.branch, agency.parent) == ("Composed Agency", "executive", "xx-board")
    [chair] = agency.offices
    assert (chair.id, chair.rank, chair.title["en"]) == ("xx-agency-chair", "head", ("agency chair",))
    assert chair.holders[0] == Holder(names=("Ada Sample",), since=date(2020, 2, 1), until=date(2021, 3, 1))


@pytest.mark.parametrize(
    ("day", "is_there"),
    [
        (None, True),
        (date(2020, 1, 31), False),
        (date(2020, 2, 1), True),
        (date(2021, 3, 1), True),
        (date(2021, 3, 2), False),
    ],
)
def test_a_person_is_in_office_from_the_first_to_the_last_day(day, is_there):
    assert Holder(names=("Ada",), since=date(2020, 2, 1), until=date(2021, 3, 1)).in_office(day) is is_there


def test_an_end_that_is_not_known_bounds_nothing():
    assert Holder(names=("Ada",)).in_office(date(1990, 1, 1))
    assert Holder(names=("Ada",), since=date(2020, 2, 1)).in_office(date(2030, 1, 1))
    assert not Holder(names=("Ada",), until=date(2020, 2, 1)).in_office(date(2020, 2, 2))


def test_a_person_may_hold_offices_one_after_another_or_of_different_ranks(read):
    first, second = holder("Ada Sample", "2020-01-01", "2021-01-01"), holder("Ada Sample", "2021-01-01")
    deputy = PRESIDENT.replace('"head"', '"member"') + holder("Ada Sample")
    bodies = read(BODY + CHAIR + first + second + BOARD + deputy)
    assert [len(body.offices) for body in bodies.values()] == [1, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BODY + BODY, "xx.toml: authority xx-agency is declared twice: give it another id"),
        (BODY + BOARD.replace("Composed Board", "composed agency"), "'composed agency' names xx-agency and xx-board: leave it"),
        (BODY + CHAIR + BOARD.replace("Composed Board", "Agency Chair"), "'agency chair' names xx-agency and xx-board"),
        (BODY.replace("regulator", "club"), "xx.toml: xx-agency: level"),
        (BODY.replace("independent", "fourth"), "xx.toml: xx-agency: branch"),
        (BODY.replace('"XX"', '"Xanadu"'), "xx.toml: xx-agency: jurisdiction"),
        (BODY.replace('"XX"', '"YY"'), "xx.toml: authority xx-agency belongs in yy.toml: move it there"),
        (BODY.replace('"XX"', '""'), "belongs in international.toml"),
        (BODY.replace("level", "rank"), "xx.toml: xx-agency"),
        (BODY.replace('en = ["Composed Agency"], ', ""), "it lacks an English name, under which it is shown: add names.en"),
        (BODY.replace('["Agence composée"]', "[]"), "a language has no name or an empty one"),
        (BODY.replace('["Agence composée"]', '[" "]'), "a language has no name or an empty one"),
        (BODY + "[", "xx.toml: "),
        (BODY + 'heads = ["Ada Sample"]', "xx.toml: xx-agency: heads"),
        (BODY.replace("level", 'parent = "xx-nobody"\nlevel'), "xx-agency has the parent xx-nobody, which the catalogue lacks"),
        (BODY.replace("level", 'parent = "xx-agency"\nlevel'), "xx-agency is above itself .xx-agency < xx-agency."),
        (
            BODY.replace("level", 'parent = "xx-board"\nlevel') + BOARD.replace("level", 'parent = "xx-agency"\nlevel'),
            "xx-agency is above itself .xx-agency < xx-board < xx-agency.: mend one",
        ),
        (BODY + CHAIR.replace("xx-agency-chair", "xx-chair"), "office xx-chair must begin with .*: call it xx-agency-"),
        (BODY + CHAIR.replace("xx-agency-chair", "xx-agency"), "office xx-agency must begin with"),
        (BODY + CHAIR.replace('"head"', '"king"'), "xx.toml: xx-agency: office.0.rank"),
        (BODY + CHAIR + CHAIR, "office xx-agency-chair is declared twice"),
        (BODY + CHAIR + "[[authority.office.holder]]\nnames = []", "xx.toml: xx-agency: office.0.holder.0.names"),
        (BODY + CHAIR + holder("Ada Sample", "2021-01-01", "2020-01-01"), "Ada Sample leaves before coming"),
        (BODY + CHAIR + holder("Ada Sample", "2020"), "xx.toml: xx-agency: office.0.holder.0.since"),
        (
            BODY + CHAIR + holder("Ada Sample", "2020-01-01") + BOARD + PRESIDENT + holder("ada sample", "2021-01-01"),
            "Ada Sample holds xx-agency-chair and xx-board-chair, both of rank head, at one time: give the periods",
        ),
        (BODY + CHAIR + holder("Ada Sample") + holder("Ada Sample", "2021-01-01"), "holds xx-agency-chair and xx-agency-chair"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused_with_its_subject_and_the_cure(text, words, read):
    with pytest.raises(CatalogueError, match=words):
        read(text)


def test_a_name_may_stand_in_several_languages_and_titles_of_one_body(read):
    text = BODY.replace("Agence composée", "Composed Agency") + CHAIR.replace("agency chair", "composed agency")
    assert list(read(text)) == ["xx-agency"]


def test_the_catalogue_knows_the_promised_number_of_bodies_and_offices():
    bodies = catalogue.authorities().values()
    assert len(bodies) >= 350
    assert sum(len(body.offices) for body in bodies) >= 150


def test_every_body_has_a_branch_and_names_in_the_five_languages():
    lacking = {body.id: LANGUAGES - set(body.names) for body in catalogue.authorities().values() if LANGUAGES - set(body.names)}
    assert not lacking
    assert not [body.id for body in catalogue.authorities().values() if body.branch is None]


def test_every_office_has_an_english_title():
    assert not [office.id for body in catalogue.authorities().values() for office in body.offices if not office.title.get("en")]


def test_no_name_is_so_short_that_it_stands_in_other_words():
    for body in catalogue.authorities().values():
        for name in (name for names in body.names.values() for name in names):
            assert len(name) >= 2 and name == " ".join(name.split()), (body.id, name)
            assert len(name) >= 3 or not name.isascii(), (body.id, name)


def test_who_heads_an_executive_follows_one_after_another():
    known = catalogue.authorities()
    for body, office in (("us-president", "us-president-president"), ("gb-government", "gb-government-prime-minister")):
        [chosen] = [held for held in known[body].offices if held.id == office]
        for before, after in pairwise(chosen.holders):
            assert before.until == after.since, (before, after)


def test_on_a_day_one_person_is_the_head():
    [chair] = [office for office in catalogue.authorities()["us-sec"].offices if office.rank == "head"]
    assert [holder.names[0] for holder in chair.holders if holder.in_office(date(2022, 6, 1))] == ["Gary Gensler"]


def test_the_file_of_a_jurisdiction_is_named_after_it():
    assert (file_of("US"), file_of("")) == ("us.toml", "international.toml")
