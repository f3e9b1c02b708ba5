from __future__ import annotations

import socket
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult

from analysis.errors import DeliveryError, DeliveryInDoubtError, SettingsError
from analysis.report.delivery import smtp_delivery


class Mailbox(Message):
    """Takes every mail but those to nobody@."""

    def __init__(self) -> None:
        super().__init__()
        self.received, self.logins, self.farewell = [], [], "221 Bye"

    async def handle_RCPT(self, server, _session, envelope, address, _options):
        if address.startswith("leaving@"):
            server.transport.abort()
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        if envelope.rcpt_tos == ["dropped@example.org"]:
            server.transport.abort()
        return "554 no such content" if envelope.rcpt_tos == ["unwanted@example.org"] else answer

    async def handle_QUIT(self, _server, _session, _envelope):
        return self.farewell

    def handle_message(self, message) -> None:
        self.received.append(message)

    def login(self, _server, _session, _envelope, _mechanism, data) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"p@ss word", handled=False)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture
def box(free_port):
    mailbox = Mailbox()
    options = {"authenticator": mailbox.login, "auth_require_tls": False}
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port, **options)
    controller.start()
    mailbox.port = free_port
    yield mailbox
    controller.stop()


def mail(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "desk@example.org", to, "政策 · Ünïcode"
    message.set_content("What was said this week: ü, 政.")
    return message


def test_a_mail_arrives_as_it_was_written(box):
    smtp_delivery(f"smtp://127.0.0.1:{box.port}")(mail("a@example.org"))
    [message] = box.received
    assert (message["X-RcptTo"], message["X-MailFrom"]) == ("a@example.org", "desk@example.org")
    assert message.get_payload(decode=True).decode().strip() == "What was said this week: ü, 政."
    assert box.logins == []


def test_user_and_password_of_the_address_are_used_decoded(box):
    smtp_delivery(f"smtp://desk%40example.org:p%40ss%20word@127.0.0.1:{box.port}")(mail("a@example.org"))
    assert box.logins == [("desk@example.org", "p@ss word")]
    assert len(box.received) == 1


def test_a_wrong_password_is_a_clear_error_that_does_not_repeat_it(box):
    with pytest.raises(DeliveryError, match="mail to a@example.org was not taken by 127.0.0.1") as caught:
        smtp_delivery(f"smtp://desk:guessed@127.0.0.1:{box.port}")(mail("a@example.org"))
    assert "guessed" not in str(caught.value)
    assert box.received == []


def test_a_refused_recipient_is_an_error(box):
    with pytest.raises(DeliveryError, match="nobody@example.org was not taken .*no such mailbox"):
        smtp_delivery(f"smtp://127.0.0.1:{box.port}")(mail("nobody@example.org"))


def test_one_refused_recipient_of_two_is_an_error_too(box):
    with pytest.raises(DeliveryError, match="nobody@example.org was refused by 127.0.0.1"):
        smtp_delivery(f"smtp://127.0.0.1:{box.port}")(mail("a@example.org, nobody@example.org"))
    assert len(box.received) == 1


def test_a_connection_that_breaks_after_the_text_leaves_the_mail_in_doubt(box):
    with pytest.raises(DeliveryInDoubtError, match="mail to dropped@example.org may have been taken by 127.0.0.1"):
        smtp_delivery(f"smtp://127.0.0.1:{box.port}")(mail("dropped@example.org"))
    assert len(box.received) == 1


@pytest.mark.parametrize("reader", ["leaving@example.org", "unwanted@example.org"])
def test_a_connection_that_breaks_before_the_text_and_a_refused_text_leave_no_doubt(box, reader):
    with pytest.raises(DeliveryError, match=f"mail to {reader} was not taken by 127.0.0.1") as caught:
        smtp_delivery(f"smtp://127.0.0.1:{box.port}")(mail(reader))
    assert caught.type is DeliveryError


def test_a_strange_farewell_after_the_mail_was_taken_is_no_error(box):
    box.farewell = "500 who are you"
    smtp_delivery(f"smtp://127.0.0.1:{box.port}")(mail("a@example.org"))
    assert len(box.received) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_does_not_answer_is_an_error(scheme, free_port):
    with pytest.raises(DeliveryError, match="was not taken by localhost"):
        smtp_delivery(f"{scheme}://localhost:{free_port}")(mail("a@example.org"))


def test_a_server_without_tls_gets_no_mail_by_smtps(box):
    with pytest.raises(DeliveryError, match="SSL"):
        smtp_delivery(f"smtps://127.0.0.1:{box.port}")(mail("a@example.org"))
    assert box.received == []


@pytest.mark.parametrize("address", ["", "127.0.0.1:25", "http://127.0.0.1", "smtp://"])
def test_an_address_that_is_none_is_refused_with_its_cure(address):
    with pytest.raises(SettingsError, match="set POLICY_SIGNALS_SMTP to smtp://"):
        smtp_delivery(address)
