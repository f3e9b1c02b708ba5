from __future__ import annotations

from datetime import date

from sqlalchemy import select

from analysis import store
from analysis.catalogue import Authority, Holder, Office
from analysis.steps.bodies import parents_first, place_bodies
from analysis.tables import authorities, office_holders, offices


def body(identifier: str, parent: str | None = None, holders: tuple[Holder, ...] = ()) -> Authority:
    office = Office(id=f"{identifier}-chair", rank="head", title={"en": ("the chair",)}, holders=holders)
    names = {"en": (f"Body {identifier}",)}
    return Authority(
        id=identifier, jurisdiction="XX", level="regulator", branch="executive", parent=parent, names=names, offices=(office,)
    )


def known(*bodies: Authority) -> dict[str, Authority]:
    return {one.id: one for one in bodies}


def rows(engine, *columns) -> list[tuple]:
    with store.reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]


def place(engine, declared: dict[str, Authority]) -> None:
    with store.writing(engine) as connection:
        place_bodies(connection, declared)


def test_a_body_comes_after_the_one_that_it_belongs_to():
    declared = known(body("xx-desk", "xx-agency"), body("xx-agency", "xx-ministry"), body("xx-ministry"))
    assert [one.id for one in parents_first(declared)] == ["xx-ministry", "xx-agency", "xx-desk"]


def test_bodies_offices_and_holders_come_into_the_tables(engine):
    terms = (
        Holder(names=("Ada Sample", "A. Sample"), since=date(2020, 2, 1), until=date(2021, 3, 1)),
        Holder(names=("Bo Sample",), since=date(2021, 3, 1), until=date(2022, 1, 1)),
        Holder(names=("Ada Sample",), since=date(2022, 1, 1)),
    )
    place(engine, known(body("xx-agency", "xx-ministry", terms), body("xx-ministry")))
    columns = (authorities.c.authority_id, authorities.c.name, authorities.c.branch, authorities.c.parent_id)
    assert rows(engine, *columns) == [
        ("xx-agency", "Body xx-agency", "executive", "xx-ministry"),
        ("xx-ministry", "Body xx-ministry", "executive", None),
    ]
    assert rows(engine, offices.c.office_id, offices.c.authority_id, offices.c.rank, offices.c.title) == [
        ("xx-agency-chair", "xx-agency", "head", "the chair"),
        ("xx-ministry-chair", "xx-ministry", "head", "the chair"),
    ]
    assert rows(engine, office_holders.c.since_on, office_holders.c.until_on, office_holders.c.name) == [
        (date(2020, 2, 1), date(2021, 3, 1), "Ada Sample"),
        (date(2021, 3, 1), date(2022, 1, 1), "Bo Sample"),
        (date(2022, 1, 1), None, "Ada Sample"),
    ]


def test_a_holder_who_is_no_longer_declared_goes_and_a_period_is_brought_up_to_date(engine):
    place(engine, known(body("xx-agency", holders=(Holder(names=("Ada Sample",)), Holder(names=("Bo Sample",))))))
    identifiers = dict(rows(engine, office_holders.c.name, office_holders.c.holder_id))
    place(engine, known(body("xx-agency", holders=(Holder(names=("Ada Sample",), until=date(2021, 3, 1)),))))
    assert rows(engine, office_holders.c.holder_id, office_holders.c.until_on) == [
        (identifiers["Ada Sample"], date(2021, 3, 1))
    ]


def test_a_body_that_is_no_longer_declared_stays(engine):
    place(engine, known(body("xx-agency"), body("xx-board")))
    place(engine, known(body("xx-agency")))
    assert rows(engine, authorities.c.authority_id) == [("xx-agency",), ("xx-board",)]
