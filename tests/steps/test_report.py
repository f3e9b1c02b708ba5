from __future__ import annotations

from datetime import date, timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from judged_press import Press, filled
from sqlalchemy import insert, update

from analysis import steps, store
from analysis.errors import PolicySignalsError
from analysis.index.weights import declared_weights
from analysis.steps.report import assemble, parse_week, week_name
from analysis.tables import documents, reports, shift_stories, shifts, stance_gaps


def test_a_report_is_a_new_edition_only_when_its_figures_change(home, documents_folder, flow, rows, now):
    first = flow(home, documents_folder)["report"]
    page, mail = Path(first["report"]), Path(first["mail"])
    before = page.read_bytes(), mail.read_bytes(), page.stat().st_mtime_ns
    assert steps.report(home, now + timedelta(days=1)) == first
    assert (page.read_bytes(), mail.read_bytes(), page.stat().st_mtime_ns) == before
    added = "---\ndate: 2025-03-06\n---\nLa CNIL interdit un service d'intelligence artificielle."
    (documents_folder / "press" / "article-4.md").write_text(added)
    second = flow(home, documents_folder, now + timedelta(days=2))["report"]
    assert second["week"] == first["week"] == "2025-W10"
    assert second["report"] != first["report"]
    assert [(row["edition"], row["week_on"]) for row in sorted(rows(home, reports), key=lambda row: row["edition"])] == [
        (1, date(2025, 3, 3)), (2, date(2025, 3, 3))
    ]  # fmt: skip
    assert (page.read_bytes(), mail.read_bytes()) == before[:2]


def test_a_file_that_was_lost_is_made_again_under_its_name(home, documents_folder, flow, rows, now):
    first = flow(home, documents_folder)["report"]
    Path(first["mail"]).unlink()
    assert steps.report(home, now + timedelta(days=1)) == first
    assert Path(first["mail"]).is_file()
    assert len(rows(home, reports)) == 1


def test_figures_that_come_back_are_a_new_edition_so_that_the_newest_one_is_right(home, documents_folder, flow, rows, now):
    first = flow(home, documents_folder)["report"]
    [row] = rows(home, reports)
    with store.writing(store.open_engine(home.database_url)) as connection:
        store.upsert(connection, reports, [{**row, "report_id": "between", "edition": 2, "figures_hash": "other"}])
    third = steps.report(home, now + timedelta(days=1))
    assert third["report"] != first["report"]
    assert Path(third["mail"]).is_file()
    found = sorted(rows(home, reports), key=lambda row: row["edition"])
    assert [(row["edition"], row["figures_hash"]) for row in found] == [
        (1, row["figures_hash"]), (2, "other"), (3, row["figures_hash"])
    ]  # fmt: skip
    assert steps.report(home, now + timedelta(days=2)) == third


def test_a_document_dated_later_in_the_week_is_not_shown_before_its_day(home, documents_folder, flow, now):
    flow(home, documents_folder)
    with store.reading(store.open_engine(home.database_url)) as connection:
        whole, half = (assemble(connection, date(2025, 3, 3), date(2025, 3, day)) for day in (9, 4))
    assert (whole.documents_by_week["document_count"].sum(), half.documents_by_week["document_count"].sum()) == (6, 3)
    assert max(whole.evidence["published_on"]) > max(half.evidence["published_on"]) == date(2025, 3, 4)


def test_shifts_and_gaps_of_the_week_come_with_the_first_documents_of_their_stories_and_the_declared_weights(engine):
    press = Press(engine)
    press.add(2, language="en")
    week_on, series = date(2025, 5, 19), {"scope": "jurisdiction", "jurisdiction": "US", "sector": "fintech", "model_id": "m-1"}
    gap = {"window_weeks": 13, "gap": 0.5, "gap_low": 0.1, "gap_high": 0.9, "corrected_reason": "audit_too_small"}
    later = week_on + timedelta(weeks=1)
    with store.writing(engine) as connection:
        connection.execute(update(documents).values(story_reason="first", address="https://www.paper.example/1"))
        for name, day in (("of-week", week_on), ("later", later)):
            connection.execute(insert(shifts), [filled(shifts, shift_id=name, week_on=day, **series)])
            connection.execute(insert(shift_stories), [filled(shift_stories, shift_id=name, story_id="t0001")])
            connection.execute(insert(stance_gaps), [filled(stance_gaps, week_on=day, **series, **gap)])
        wrong = {"window_weeks": 4}, {"gap": None, "sector": "crypto_assets"}, {"scope": "authority", "authority_id": "us-sec"}
        for one in wrong:
            connection.execute(insert(stance_gaps), [filled(stance_gaps, **{"week_on": week_on, **series, **gap, **one})])
    with store.reading(engine) as connection:
        edition = assemble(connection, week_on, later)
        running = assemble(connection, later, later)
    assert edition.shifts["shift_id"].tolist() == ["of-week"]
    [story] = edition.shift_stories.to_dict("records")
    assert (story["shift_id"], story["title"], story["address"]) == ("of-week", "Case 0001", "https://www.paper.example/1")
    assert edition.gaps[["jurisdiction", "sector", "gap"]].to_numpy().tolist() == [["US", "fintech", 0.5]]
    assert edition.weights.to_dict("records") == declared_weights().rows()
    assert (edition.is_over, running.is_over) == (True, False)


@pytest.mark.parametrize("week", ["2025-W24", "9999-W52"])
def test_a_week_that_has_not_begun_is_refused(home, week, now):
    with pytest.raises(PolicySignalsError, match=f"week {week} has not begun: name one up to 2025-W23"):
        steps.report(home, now, week)
    assert steps.report(home, now, "2025-W23")["week"] == "2025-W23"


def test_the_page_and_the_mail_lie_in_the_home_and_say_the_headline(home, documents_folder, flow):
    made = flow(home, documents_folder)["report"]
    page, mail = Path(made["report"]), Path(made["mail"])
    assert page.is_relative_to(home.home / "reports") and mail.is_relative_to(home.home / "reports")
    assert made["headline"] in page.read_text(encoding="utf-8")
    message = BytesParser(policy=policy.default).parsebytes(mail.read_bytes())
    assert made["headline"] in message["Subject"] + message.get_body(("plain",)).get_content()
    assert (home.home / "reports" / "plotly.min.js").is_file()


def test_only_sources_that_were_asked_count_as_coverage(home, documents_folder, flow):
    made = flow(home, documents_folder)["report"]
    with store.reading(store.open_engine(home.database_url)) as connection:
        assert store.row_counts(connection)["sources"] > 100
    mail = BytesParser(policy=policy.default).parsebytes(Path(made["mail"]).read_bytes())
    assert "1 of 1 sources read" in mail.get_body(("plain",)).get_content()
    assert "Federal Reserve Board" not in Path(made["report"]).read_text(encoding="utf-8")


def test_another_week_can_be_asked_for(home, documents_folder, flow, now):
    flow(home, documents_folder)
    assert steps.report(home, now, "2025-W08")["week"] == "2025-W08"


@pytest.mark.parametrize("week", ["2025-W54", "2025-10", "W10", "2025-W1", "", "2025-W00", "0001-W01"])
def test_what_is_no_week_is_refused(home, week):
    with pytest.raises(PolicySignalsError, match="is none: write it as in 2025-W10"):
        parse_week(week)


def test_a_week_has_the_name_that_leads_back_to_it():
    for year, days in ((2020, 371), (2024, 371)):
        for back in range(0, days, 7):
            week_on = date(year, 1, 6) + timedelta(days=back - date(year, 1, 6).weekday())
            assert parse_week(week_name(week_on)) == week_on
