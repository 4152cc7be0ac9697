"""Letters reach a real SMTP server as they were written; what it refuses is told apart from what it delays."""

from __future__ import annotations

import email
import socket
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from shimin.adapters.mail.smtp import LetterRefused, MailServerDown, SmtpChannel
from shimin.project.config import ConfigError, load


class Server:
    """A server that keeps letters, and answers a recipient as it is told."""

    def __init__(self):
        self.letters, self.answer = [], ""
        self.port, self.channel = 0, SmtpChannel("smtp://127.0.0.1:1", "a@b.cn")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the library's name
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def server():
    handler = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.port, handler.channel = port, SmtpChannel(f"smtp://127.0.0.1:{port}", "noreply@city.example.cn")
    yield handler
    controller.stop()


def send(server, **about):
    letter = {
        "message_id": 7,
        "recipient": "zhou@example.cn",
        "subject": "响应率低于目标",
        "text": "响应率 93.1%\n\n请查看。",
    }
    server.channel.send(**{**letter, **about})


def test_a_letter_arrives_as_it_was_written(server):
    send(server)
    ((sender, recipients, content),) = server.letters
    letter = email.message_from_bytes(content, policy=default)
    assert (sender, recipients) == ("noreply@city.example.cn", ["zhou@example.cn"])
    assert letter["Subject"] == "响应率低于目标"
    assert letter["Message-ID"] == "<7@city.example.cn>"
    assert letter.get_content().splitlines() == ["响应率 93.1%", "", "请查看。"]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [("550 no such user", LetterRefused), ("451 try later", MailServerDown), ("552 too large", LetterRefused)],
)
def test_a_refusal_is_told_from_a_delay(server, answer, fault):
    server.answer = answer
    with pytest.raises(fault):
        send(server)
    assert server.letters == []


@pytest.mark.parametrize("about", [{"recipient": "a@b.cn\r\nBcc: c@d.cn"}, {"subject": "x\nBcc: c@d.cn"}])
def test_no_header_is_smuggled_in(server, about):
    with pytest.raises(LetterRefused):
        send(server, **about)
    assert server.letters == []


def test_a_password_is_not_sent_without_tls(server):
    secret = SmtpChannel(f"smtp://user:secret@127.0.0.1:{server.port}", "noreply@city.example.cn")
    with pytest.raises(MailServerDown):
        secret.send(message_id=1, recipient="a@b.cn", subject="x", text="y")


def test_a_server_that_is_not_there_is_down():
    with pytest.raises(MailServerDown):
        SmtpChannel("smtp://127.0.0.1:1", "a@b.cn").send(message_id=1, recipient="a@b.cn", subject="x", text="y")


@pytest.mark.parametrize(
    "environ",
    [
        {"SHIMIN_MAIL_SERVER": "mail.city.cn"},
        {"SHIMIN_MAIL_SERVER": "http://mail.city.cn:25", "SHIMIN_MAIL_FROM": "a@b.cn"},
        {"SHIMIN_MAIL_SERVER": "smtp://mail.city.cn:25"}, {"SHIMIN_MAIL_FROM": "not an address"},
        {"SHIMIN_MAIL_SERVER": "smtp://u:secret@mail.city.cn:99999", "SHIMIN_MAIL_FROM": "a@b.cn"},
    ],
)  # fmt: skip
def test_wrong_settings_say_what_to_write_and_no_password(tmp_path, environ):
    with pytest.raises(ConfigError, match="SHIMIN_MAIL") as wrong:
        load({**environ, "SHIMIN_DATA_DIR": str(tmp_path)})
    assert "secret" not in str(wrong.value)


def test_settings_are_read(tmp_path):
    environ = {"SHIMIN_MAIL_SERVER": "smtps://u:p@mail.city.cn:465", "SHIMIN_MAIL_FROM": "noreply@city.cn"}
    config = load({**environ, "SHIMIN_DATA_DIR": str(tmp_path)})
    assert (config.mail_server, config.mail_from) == ("smtps://u:p@mail.city.cn:465", "noreply@city.cn")
