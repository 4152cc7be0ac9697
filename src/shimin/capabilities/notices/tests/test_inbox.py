import pytest

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.notices.cards import unread_card
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.notices.operations.reading import mark_all_read, mark_read
from shimin.capabilities.notices.operations.sending import send_notice
from shimin.capabilities.notices.queries import count_unread, list_notices
from shimin.capabilities.notices.wording import TemplateError
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db


def send(resident, template="identity.new_device", **values):
    with scope(SYSTEM):
        return send_notice(
            account_id=resident.account_id, template=template, now=NOW,
            values=values or {"device": "Chrome · Windows", "network": "113.240.*.*"},
        )  # fmt: skip


def test_a_notice_reaches_its_recipient_only_newest_first():
    resident, other = make_resident(), make_resident()
    first, second = send(resident), send(resident)
    rows = list_notices(resident.actor)
    assert [row.notice_id for row in rows] == [second, first]
    assert "113.240.*.*" in rows[0].text
    assert rows[0].url == "/me/sessions"
    assert list_notices(other.actor) == []
    with pytest.raises(SignInRequired):
        list_notices(ANONYMOUS)


def test_pages_by_the_last_id():
    resident = make_resident()
    ids = [send(resident) for _ in range(3)]
    with count_statements() as seen:
        assert [row.notice_id for row in list_notices(resident.actor, before_id=ids[2], limit=1)] == [ids[1]]
    assert seen.count == 1


def test_values_are_not_kept_in_clear():
    resident = make_resident()
    send(resident)
    assert b"Chrome" not in bytes(Notice.objects.get().values)


def test_is_read_once_and_by_its_recipient():
    resident, other = make_resident(), make_resident()
    notice_id = send(resident)
    for stranger_or_none in (other.actor,):
        with pytest.raises(NotFound):
            mark_read(actor=stranger_or_none, notice_id=notice_id, now=NOW)
    assert mark_read(actor=resident.actor, notice_id=notice_id, now=NOW).is_read
    assert mark_read(actor=resident.actor, notice_id=notice_id, now=NOW).is_read
    with pytest.raises(NotFound):
        mark_read(actor=resident.actor, notice_id=1 << 70, now=NOW)


def test_counts_and_clears_the_unread():
    resident = make_resident()
    assert list(unread_card(resident.actor, NOW)) == []
    for _ in range(101):
        send(resident)
    assert count_unread(resident.actor) == 100
    (card,) = unread_card(resident.actor, NOW)
    assert card.title == "99+ 条未读消息"
    assert mark_all_read(actor=resident.actor, now=NOW) == 101
    assert count_unread(resident.actor) == 0
    assert list(unread_card(ANONYMOUS, NOW)) == []


def test_refuses_values_the_template_does_not_ask_for():
    with pytest.raises(TemplateError):
        send(make_resident(), template="identity.welcome", surprise="x")
