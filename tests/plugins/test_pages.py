from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analysis.store import open_engine, upgrade, upsert, writing
from analysis.tables import content_id, reports

ROUTES = ("/", "/week/2025-W10", "/week/nonsense", "/plotly.min.js", "/week/plotly.min.js", "/icon.svg")


@pytest.fixture
def anonymous(airflow, own_settings):
    from airflow.api_fastapi.app import create_auth_manager
    from fastapi.testclient import TestClient

    from policy_signals_airflow.pages import app

    create_auth_manager()
    return TestClient(app)


@pytest.fixture
def reader(anonymous):
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="reader", role="VIEWER"))
    anonymous.cookies.set("_token", token)
    return anonymous


def add_report(own, week_on: date, headline: str, edition: int = 1, page_path: str | None = None) -> Path:
    """Put a report's row and page where the flow puts them, and return the page's file."""
    page_path = page_path or f"reports/{week_on:%G-W%V}/page-{edition}.html"
    path = own.home / page_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '<!doctype html><html><head><script src="../plotly.min.js"></script></head>'
        f'<body class="report"><h1>{headline}</h1></body></html>',
        encoding="utf-8",
    )
    engine = open_engine(own.database_url)
    upgrade(engine)
    row = {
        "report_id": content_id(week_on, edition),
        "week_on": week_on,
        "language": "en",
        "edition": edition,
        "headline": headline,
        "figures_hash": "0" * 64,
        "page_path": page_path,
        "mail_path": "reports/mail.eml",
        "made_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    with writing(engine) as connection:
        upsert(connection, reports, [row])
    return path


@pytest.mark.parametrize("route", ROUTES)
def test_who_is_not_logged_in_gets_no_page(anonymous, own_settings, route):
    add_report(own_settings, date(2025, 3, 3), "AI: held")
    answer = anonymous.get(route)
    assert answer.status_code == 401
    assert "AI: held" not in answer.text
    assert "Log in to Airflow" in answer.text


def test_a_forged_login_gets_no_page(anonymous):
    anonymous.cookies.set("_token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJBRE1JTiJ9.")
    assert anonymous.get("/").status_code == 403


@pytest.mark.parametrize("route", ["/docs", "/redoc", "/openapi.json"])
def test_the_routes_are_not_described_to_anyone(anonymous, route):
    assert anonymous.get(route).status_code == 404


@pytest.mark.parametrize("is_upgraded", [False, True])
def test_without_a_report_the_page_says_what_to_do_next(reader, own_settings, is_upgraded):
    if is_upgraded:
        upgrade(open_engine(own_settings.database_url))
    answer = reader.get("/")
    assert answer.status_code == 200
    assert "No report yet" in answer.text
    assert "1 · Collect" in answer.text
    assert "policy-signals run" in answer.text


def test_the_first_page_is_the_newest_edition_of_the_latest_week(reader, own_settings):
    add_report(own_settings, date(2025, 3, 3), "old week")
    add_report(own_settings, date(2025, 3, 10), "first edition", edition=1)
    add_report(own_settings, date(2025, 3, 10), "second edition", edition=2)
    answer = reader.get("/")
    assert answer.status_code == 200
    assert "<h1>second edition</h1>" in answer.text
    assert "first edition" not in answer.text
    assert "old week" not in answer.text


def test_former_weeks_are_one_click_away(reader, own_settings):
    add_report(own_settings, date(2024, 12, 30), "first week of 2025")
    add_report(own_settings, date(2025, 3, 3), "latest week")
    front = reader.get("/").text
    assert 'href="/week/2025-W01"' in front
    assert 'href="/week/2025-W10" aria-current="page"' in front
    former = reader.get("/week/2025-W01")
    assert former.status_code == 200
    assert "<h1>first week of 2025</h1>" in former.text
    assert 'href="/week/2025-W01" aria-current="page"' in former.text


def test_the_links_hold_below_the_address_at_which_airflow_shows_the_pages(reader, own_settings):
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    from policy_signals_plugin import PolicySignalsPlugin

    add_report(own_settings, date(2025, 3, 3), "latest week")
    outer = FastAPI()
    for mounted in PolicySignalsPlugin.fastapi_apps:
        outer.mount(mounted["url_prefix"], mounted["app"])
    client = TestClient(outer, cookies=reader.cookies)
    (view,) = PolicySignalsPlugin.external_views
    front = client.get(view["href"])
    assert front.status_code == 200
    assert 'src="/policy-signals/plotly.min.js"' in front.text
    assert 'href="/policy-signals/week/2025-W10"' in front.text
    assert "http://testserver/policy-signals/week/2025-W10" in front.text
    assert client.get("/policy-signals/week/2025-W10").status_code == 200
    assert client.get(view["icon"]).headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("week", ["2025-W11", "nonsense", "2025-W99", "%3Cscript%3E", "..%2F..%2Fsecret", "2025-W10%00"])
def test_a_week_without_a_report_is_not_found(reader, own_settings, week):
    add_report(own_settings, date(2025, 3, 3), "latest week")
    answer = reader.get(f"/week/{week}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text


@pytest.mark.parametrize("page_path", ["secret.html", "reports/../secret.html", "../outside.html", "reports"])
def test_nothing_outside_the_reports_folder_is_shown(reader, own_settings, page_path):
    add_report(own_settings, date(2025, 3, 3), "harmless")
    secret = own_settings.home / "secret.html"
    secret.write_text("geheim")
    (own_settings.home.parent / "outside.html").write_text("geheim")
    set_page_path(own_settings, page_path)
    answer = reader.get("/week/2025-W10")
    assert answer.status_code == 404
    assert "geheim" not in answer.text
    set_page_path(own_settings, str(secret.resolve()))
    assert reader.get("/").status_code == 404


def test_a_link_that_leads_out_of_the_reports_folder_is_not_followed(reader, own_settings):
    path = add_report(own_settings, date(2025, 3, 3), "harmless")
    secret = own_settings.home / "secret.html"
    secret.write_text("geheim")
    path.unlink()
    path.symlink_to(secret)
    assert reader.get("/").status_code == 404


def test_a_page_that_was_deleted_is_told_with_the_cure(reader, own_settings):
    add_report(own_settings, date(2025, 3, 3), "harmless").unlink()
    answer = reader.get("/")
    assert answer.status_code == 404
    assert "policy-signals report" in answer.text


@pytest.mark.parametrize("route", ["/", "/week/2025-W10", "/plotly.min.js", "/nothing"])
def test_every_answer_forbids_foreign_content_and_keeping(reader, own_settings, route):
    add_report(own_settings, date(2025, 3, 3), "AI: held")
    headers = reader.get(route).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-store"


def test_the_charts_script_is_served_from_here(reader):
    answer = reader.get("/plotly.min.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "plotly.js v" in answer.text[:500]


def test_a_database_that_cannot_be_opened_is_told_without_its_password(reader, monkeypatch):
    from analysis.settings import settings

    monkeypatch.setenv("POLICY_SIGNALS_DATABASE", "postgresql+psycopg://signals:geheim@127.0.0.1:1/signals")
    settings.cache_clear()
    answer = reader.get("/")
    assert answer.status_code == 503
    assert "cannot be opened" in answer.text
    assert "geheim" not in answer.text


def set_page_path(own, page_path: str) -> None:
    with writing(open_engine(own.database_url)) as connection:
        connection.execute(reports.update().values(page_path=page_path))
