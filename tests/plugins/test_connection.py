from __future__ import annotations

from email.message import EmailMessage

import pytest

from analysis.errors import DeliveryError, DeliveryInDoubtError, SettingsError


def mail(to: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Weekly report", "policy-signals@localhost", to
    message["Message-ID"] = "<report-1@example.org>"
    message.set_content("AI: held")
    message.add_alternative("<p>AI: held</p>", subtype="html")
    return message


def test_without_a_connection_the_settings_are_those_of_the_environment(airflow, own_settings):
    from policy_signals_airflow.connection import airflow_settings

    assert airflow_settings() == own_settings


def test_the_connection_decides_the_database_and_nothing_else(connect, own_settings):
    from policy_signals_airflow.connection import airflow_settings

    connect(
        "policy_signals",
        conn_type="postgres",
        host="db.example.org",
        port=5433,
        login="signals",
        password="p@ss/w",
        schema="policy",
    )
    own = airflow_settings()
    assert own.database_url == "postgresql+psycopg://signals:p%40ss%2Fw@db.example.org:5433/policy"
    assert own.home == own_settings.home


def test_the_connections_options_reach_the_database(connect):
    from policy_signals_airflow.connection import airflow_settings

    connect("policy_signals", conn_type="postgres", host="db", schema="policy", extra={"sslmode": "require"})
    assert airflow_settings().database_url == "postgresql+psycopg://db/policy?sslmode=require"


@pytest.mark.parametrize("part", ["host", "schema"])
def test_a_connection_may_name_an_sqlite_file(connect, tmp_path, part):
    from analysis.store import open_engine
    from policy_signals_airflow.connection import airflow_settings

    connect("policy_signals", conn_type="sqlite", **{part: f"{tmp_path}/signals.db"})
    assert airflow_settings().database_url == f"sqlite:///{tmp_path}/signals.db"
    open_engine(airflow_settings().database_url)
    assert (tmp_path / "signals.db").exists()


def test_a_connection_of_another_type_is_refused_with_the_cure(connect):
    from policy_signals_airflow.connection import airflow_settings

    connect("policy_signals", conn_type="mysql", host="db")
    with pytest.raises(SettingsError, match="policy_signals is of the type mysql: make it postgres or sqlite"):
        airflow_settings()


def test_mail_without_a_connection_is_refused_with_the_cure(airflow, monkeypatch):
    from policy_signals_airflow.connection import mail_delivery

    monkeypatch.delenv("AIRFLOW_CONN_SMTP_DEFAULT", raising=False)
    with pytest.raises(SettingsError, match=r"smtp_default: add it .* or leave `send` off"):
        mail_delivery()


def test_a_mail_arrives_as_it_was_composed(connected_mailbox):
    from policy_signals_airflow.connection import mail_delivery

    mail_delivery()(mail("reader@example.org"))
    (received,) = connected_mailbox.received
    assert received["Message-ID"] == "<report-1@example.org>"
    assert received["To"] == "reader@example.org"
    assert received["From"] == "policy@example.org"
    assert [part.get_content_type() for part in received.get_payload()] == ["text/plain", "text/html"]


def test_a_refused_address_is_an_error_that_names_it(connected_mailbox):
    from policy_signals_airflow.connection import mail_delivery

    deliver = mail_delivery()
    with pytest.raises(DeliveryError, match=r"nobody@example\.org"):
        deliver(mail("nobody@example.org"))
    with pytest.raises(DeliveryError, match=r"mail to nobody@example\.org was refused"):
        deliver(mail("nobody@example.org, reader@example.org"))


def test_a_server_that_does_not_answer_is_an_error(connect):
    from policy_signals_airflow.connection import mail_delivery

    extra = {"disable_ssl": True, "disable_tls": True, "retry_limit": 0, "timeout": 2}
    connect("smtp_default", conn_type="smtp", host="127.0.0.1", port=1, extra=extra)
    with pytest.raises(DeliveryError, match="was not taken by smtp_default"):
        mail_delivery()(mail("reader@example.org"))


def test_a_connection_that_breaks_after_the_text_leaves_the_mail_in_doubt(connected_mailbox, monkeypatch):
    from policy_signals_airflow.connection import mail_delivery

    async def break_off(server, _session, _envelope) -> str:
        server.transport.abort()
        return "250 OK"

    monkeypatch.setattr(connected_mailbox, "handle_DATA", break_off, raising=False)
    with pytest.raises(DeliveryInDoubtError, match=r"mail to reader@example\.org may have been taken by smtp_default"):
        mail_delivery()(mail("reader@example.org"))
