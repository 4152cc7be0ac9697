import dataclasses
from datetime import timedelta

import pytest
from django.conf import settings as django_settings

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.notices.models import Letter, TextMessage
from shimin.capabilities.notices.operations.delivering import deliver_letters, deliver_texts, forget_texts
from shimin.capabilities.notices.operations.sending import send_code, send_letter
from shimin.capabilities.notices.ports import NoMailChannel, NoTextChannel, set_mail_channel, set_text_channel
from shimin.capabilities.notices.queries import list_demo_letters, list_demo_texts
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import auth_scope, current_actor
from shimin.kernel.errors import InvalidInput, NotFound, Unavailable

pytestmark = pytest.mark.django_db


class Gateway:
    """A gateway for texts that does as it is told."""

    def __init__(self):
        self.sent = []
        self.fault = None

    def send(self, *, message_id, phone, text):
        assert current_actor() is None, "no transaction may be open"
        if self.fault is not None:
            raise self.fault
        self.sent.append((phone, text))


@pytest.fixture
def gateway():
    channel = Gateway()
    set_text_channel(channel)
    yield channel
    set_text_channel(None)


def send(now=NOW):
    with auth_scope(ANONYMOUS):
        send_code(phone="13912345678", code="204815", purpose="register", now=now)


def state():
    return TextMessage.objects.get().state


def test_carries_a_text_once(gateway):
    send()
    assert state() == "queued"
    assert deliver_texts(NOW) == 1
    assert deliver_texts(NOW + timedelta(minutes=5)) == 0
    assert gateway.sent[0][0] == "13912345678"
    assert "204815" in gateway.sent[0][1]
    assert state() == "sent"


def test_tries_again_with_longer_pauses_when_the_gateway_is_down(gateway):
    send()
    gateway.fault = Unavailable()
    assert deliver_texts(NOW) == 0
    gateway.fault = None
    assert deliver_texts(NOW + timedelta(seconds=14)) == 0
    assert deliver_texts(NOW + timedelta(seconds=15)) == 1


def test_gives_up_after_five_attempts(gateway):
    send()
    gateway.fault = Unavailable()
    TextMessage.objects.update(expires_at=NOW + timedelta(days=1))
    for hour in range(5):
        assert state() == "queued"
        deliver_texts(NOW + timedelta(hours=hour))
    assert state() == "failed"


def test_drops_what_the_gateway_refuses(gateway):
    send()
    gateway.fault = InvalidInput()
    deliver_texts(NOW)
    assert state() == "failed"


def test_a_code_that_would_come_too_late_is_not_sent(gateway):
    send()
    assert deliver_texts(NOW + timedelta(minutes=10)) == 0
    assert gateway.sent == []
    assert state() == "failed"


def test_forgets_texts_after_a_week(gateway):
    send()
    assert forget_texts(NOW + timedelta(days=7)) == 0
    assert forget_texts(NOW + timedelta(days=7, seconds=1)) == 1


def test_phone_and_code_are_not_kept_in_clear(gateway):
    send()
    row = TextMessage.objects.get()
    assert b"13912345678" not in bytes(row.phone)
    assert b"204815" not in bytes(row.text)


def test_without_a_gateway_only_a_demo_takes_texts(settings):
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=False)
    with pytest.raises(NoTextChannel):
        send()
    with pytest.raises(NotFound):
        list_demo_texts()
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=True)
    send()
    assert state() == "delivered"
    assert [(text.phone_tail, text.title) for text in list_demo_texts()] == [("5678", "注册验证码")]


class MailServer:
    """A mail server that does as it is told."""

    def __init__(self):
        self.sent, self.fault = [], None

    def send(self, *, message_id, recipient, subject, text):
        assert current_actor() is None, "no transaction may be open"
        if self.fault is not None:
            raise self.fault
        self.sent.append((recipient, subject, text))


@pytest.fixture
def mail_server():
    server = MailServer()
    set_mail_channel(server)
    yield server
    set_mail_channel(None)


def write_letter(now=NOW):
    with auth_scope(ANONYMOUS):
        send_letter(recipient="zhou@example.cn", template="notices.code_register", values={"code": "1\n2"}, now=now)


def test_carries_a_letter_once(mail_server):
    write_letter()
    assert deliver_letters(NOW) == 1
    assert deliver_letters(NOW + timedelta(minutes=5)) == 0
    ((recipient, subject, text),) = mail_server.sent
    assert (recipient, subject) == ("zhou@example.cn", "注册验证码")
    assert "1\n2" in text
    assert Letter.objects.get().state == "sent"


def test_a_letter_waits_for_its_server_and_is_void_after_a_day(mail_server):
    write_letter()
    mail_server.fault = Unavailable()
    assert deliver_letters(NOW) == 0
    mail_server.fault = None
    assert deliver_letters(NOW + timedelta(seconds=15)) == 1
    write_letter()
    assert deliver_letters(NOW + timedelta(days=1)) == 0
    assert {row.state for row in Letter.objects.all()} == {"sent", "failed"}


def test_address_and_words_of_a_letter_are_not_kept_in_clear(mail_server):
    write_letter()
    row = Letter.objects.get()
    assert b"zhou@example.cn" not in bytes(row.recipient)
    assert "验证码".encode() not in bytes(row.text)


def test_without_a_server_only_a_demo_takes_letters(settings):
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=False)
    with pytest.raises(NoMailChannel):
        write_letter()
    with pytest.raises(NotFound):
        list_demo_letters()
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=True)
    write_letter()
    assert [(letter.recipient, letter.subject) for letter in list_demo_letters()] == [("zhou@example.cn", "注册验证码")]
