from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from analysis import catalogue
from analysis.catalogue.authority import Authority
from analysis.catalogue.event import ACTS, DIRECTIONS, Event, events, read_events
from analysis.errors import CatalogueError
from analysis.tables import SECTORS

EVENT = """
[[event]]
id = "xx-composed-rule-2024"
on = 2024-02-29
authorities = ["xx-agency", "yy-board"]
jurisdiction = "XX"
sectors = ["semiconductors", "quantum_and_space"]
direction = "restrictive"
act = "rule"
title = "The composed agency licenses composed chips"
reference = "Composed Agency, Order No. 7 of 29 February 2024"
turning_point = true
"""
OTHER = EVENT.replace("xx-composed-rule-2024", "xx-other-rule-2024").replace("licenses composed", "frees composed")
SUPRANATIONAL = EVENT.replace('["xx-agency", "yy-board"]', '["int-forum"]').replace('"XX"', '""')
WRITTEN_ON = date(2026, 11, 25)


def body(name: str, jurisdiction: str) -> Authority:
    return Authority(id=name, jurisdiction=jurisdiction, level="regulator", names={"en": (f"Composed {name}",)})


BODIES = {name: body(name, home) for name, home in (("xx-agency", "XX"), ("yy-board", "YY"), ("int-forum", ""))}


@pytest.fixture
def read(tmp_path):
    def read(text: str, today: date | None = None) -> dict[str, Event]:
        path = tmp_path / "events.toml"
        path.write_text(text, encoding="utf-8")
        return read_events(path, BODIES, today)

    return read


def test_an_event_is_read_with_all_that_is_declared_of_it(read):
    assert read(EVENT) == {
        "xx-composed-rule-2024": Event(
            id="xx-composed-rule-2024",
            on=date(2024, 2, 29),
            authorities=("xx-agency", "yy-board"),
            jurisdiction="XX",
            sectors=("semiconductors", "quantum_and_space"),
            direction="restrictive",
            act="rule",
            title="The composed agency licenses composed chips",
            reference="Composed Agency, Order No. 7 of 29 February 2024",
            turning_point=True,
        )
    }


def test_events_keep_the_order_of_the_file_and_are_no_turning_points_unless_declared(read):
    declared = read(OTHER + EVENT.replace("turning_point = true\n", ""))
    assert [(event.id, event.turning_point) for event in declared.values()] == [
        ("xx-other-rule-2024", True),
        ("xx-composed-rule-2024", False),
    ]


def test_an_event_of_a_supranational_body_has_no_jurisdiction(read):
    [event] = read(SUPRANATIONAL.replace("xx-composed", "int-composed")).values()
    assert (event.jurisdiction, event.authorities) == ("", ("int-forum",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (EVENT + EVENT, "events.toml: event xx-composed-rule-2024 is declared twice: remove one"),
        (EVENT + EVENT.replace("xx-composed", "xx-second").replace("The composed", "the Composed"), "has the title of another"),
        (EVENT.replace("yy-board", "yy-nobody"), "names the authority yy-nobody, which the catalogue lacks: declare it"),
        (EVENT.replace('"xx-agency", "yy-board"', '"yy-board"'), "jurisdiction 'XX', its leading authority yy-board has 'YY'"),
        (EVENT.replace('"xx-agency", "yy-board"', '"xx-agency", "xx-agency"'), "authority xx-agency is named twice: name it"),
        (EVENT.replace('"xx-agency", "yy-board"', ""), "xx-composed-rule-2024: authorities"),
        (EVENT.replace("quantum_and_space", "alchemy"), "unknown sector alchemy: analysis/tables/words.py names them all"),
        (EVENT.replace("quantum_and_space", "semiconductors"), "sector semiconductors is named twice: name it once"),
        (EVENT.replace('"semiconductors", "quantum_and_space"', ""), "xx-composed-rule-2024: sectors"),
        (EVENT.replace("restrictive", "no_signal"), "xx-composed-rule-2024: direction"),
        (EVENT.replace("restrictive", "neutral"), "a turning point needs a direction: make it restrictive or supportive"),
        (EVENT.replace('"rule"', '"decree"'), "xx-composed-rule-2024: act"),
        (EVENT.replace("xx-composed-rule-2024", "yy-composed-rule-2024"), "the id must begin with xx-, its jurisdiction"),
        (SUPRANATIONAL, "the id must begin with int-, its jurisdiction"),
        (EVENT.replace("xx-composed-rule-2024", "xx composed"), "xx composed: id"),
        (EVENT.replace('"XX"', '"Xanadu"'), "xx-composed-rule-2024: jurisdiction"),
        (EVENT.replace("2024-02-29", '"spring"'), "xx-composed-rule-2024: on"),
        (EVENT.replace("2024-02-29", "2023-02-29"), "events.toml: "),
        (EVENT.replace("Composed Agency,", "https://agency.example,"), "the reference is an address, which may move"),
        (EVENT.replace("Composed Agency,", "www.agency.example,"), "the reference is an address, which may move"),
        (EVENT.replace("licenses composed", "licenses  composed"), "the title has line breaks or spaces too many"),
        (EVENT.replace("Order No. 7", r"Order\nNo. 7"), "the reference has line breaks or spaces too many"),
        (EVENT.replace("turning_point", "turn"), "xx-composed-rule-2024: turn"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused_with_its_subject_and_the_cure(text, words, read):
    with pytest.raises(CatalogueError, match=words):
        read(text)


def test_an_event_after_today_is_refused_only_where_a_day_is_given(read):
    assert read(EVENT) == read(EVENT, date(2024, 2, 29))
    with pytest.raises(CatalogueError, match="xx-composed-rule-2024 on 2024-02-29 lies after 2024-02-28: remove it until then"):
        read(EVENT, date(2024, 2, 28))


def test_the_declared_events_are_refused_for_the_day_before_their_last():
    last = max(event.on for event in events().values())
    assert events(last) == events()
    with pytest.raises(CatalogueError, match=f"on {last} lies after"):
        events(last - timedelta(days=1))


def test_whoever_changes_what_was_returned_changes_nothing_for_others():
    events().clear()
    assert events()


def test_no_declared_event_was_in_the_future_when_it_was_written_down():
    assert min(event.on for event in events(WRITTEN_ON).values()) >= date(2018, 1, 1)


def test_the_events_stand_in_order_of_time_and_name_their_year():
    declared = list(events().values())
    assert declared == sorted(declared, key=lambda event: event.on)
    assert not [event.id for event in declared if not event.id.endswith(f"-{event.on.year}")]


def test_the_promised_number_of_events_covers_sectors_jurisdictions_years_directions_and_acts():
    declared = events().values()
    assert len(declared) >= 170
    assert min(Counter(sector for event in declared for sector in event.sectors).values()) >= 15
    assert {sector for event in declared for sector in event.sectors} == set(SECTORS)
    assert len({event.jurisdiction for event in declared if event.jurisdiction}) >= 12
    assert {event.on.year for event in declared} == set(range(2018, 2027))
    assert {event.direction for event in declared} == set(DIRECTIONS)
    assert {event.act for event in declared} == set(ACTS)


def test_no_two_events_tell_the_same_act():
    told = Counter((event.on, event.authorities, event.sectors, event.act) for event in events().values())
    assert not [key for key, count in told.items() if count > 1]


@pytest.mark.parametrize(
    ("authority", "sector", "direction", "on"),
    [
        ("cn-samr", "online_platforms", "restrictive", date(2020, 11, 10)),
        ("cn-state-council", "online_platforms", "supportive", date(2023, 7, 12)),
        ("cn-nppa", "video_games", "restrictive", date(2021, 8, 30)),
        ("us-bis", "semiconductors", "restrictive", date(2022, 10, 7)),
        ("eu-commission", "online_platforms", "restrictive", date(2020, 12, 15)),
        ("eu-commission", "artificial_intelligence", "restrictive", date(2021, 4, 21)),
        ("us-sec", "crypto_assets", "restrictive", date(2023, 6, 5)),
        ("us-sec", "crypto_assets", "supportive", date(2025, 1, 21)),
    ],
)
def test_a_well_known_turn_is_marked(authority, sector, direction, on):
    turns = [event for event in events().values() if event.turning_point and authority == event.authorities[0]]
    assert [event for event in turns if (event.on, event.direction) == (on, direction) and sector in event.sectors]


def test_every_sector_has_a_turning_point():
    assert {sector for event in events().values() if event.turning_point for sector in event.sectors} == set(SECTORS)


def test_the_bodies_of_events_are_those_of_the_catalogue():
    known = catalogue.authorities()
    assert {body for event in events().values() for body in event.authorities} <= set(known)
