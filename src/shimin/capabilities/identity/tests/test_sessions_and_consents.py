from dataclasses import replace

import pytest

from shimin.capabilities.identity.models import Consent
from shimin.capabilities.identity.operations.consents import ConsentMissing, give_consent, withdraw_consent
from shimin.capabilities.identity.operations.sessions import end_other_sessions, end_session, sign_out
from shimin.capabilities.identity.queries import find_session_actor, has_consent, list_consents, list_sessions
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, actor_of, make_officer, make_resident
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.capabilities.identity.tests.test_signing_in import enter
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import NotFound, SignInRequired
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db
PURPOSE = "enquiries.social_insurance"


def known(resident):
    """The resident's own device: the risk rules do not hold it."""
    return replace(CLIENT, device_token=resident.session.device_token)


def is_open(token):
    return find_session_actor(token=token, channel="web", now=NOW) is not None


def test_lists_my_devices_with_mine_marked():
    resident = make_resident()
    second = enter(resident.phone)
    make_resident()
    with count_statements() as seen:
        rows = list_sessions(second.actor, NOW)
    assert seen.count == 1
    assert {(row.session_id, row.is_current) for row in rows} == {
        (resident.session_id, False),
        (second.actor.session_id, True),
    }
    assert rows[0].device_label == "Chrome · Windows"


def test_signs_out_this_device_once():
    resident = make_resident()
    sign_out(actor=resident.actor, now=NOW)
    sign_out(actor=resident.actor, now=NOW)
    sign_out(actor=ANONYMOUS, now=NOW)
    assert not is_open(resident.token)
    assert [event["reason"] for event in emitted("identity.session_ended")] == ["signed_out"]


def test_signs_out_another_device_of_mine_only():
    resident, stranger = make_resident(), make_resident()
    second = enter(resident.phone, client=known(resident))
    end_session(actor=second.actor, session_id=resident.session_id, now=NOW)
    assert not is_open(resident.token)
    for session_id in (stranger.session_id, resident.session_id, 1 << 70):
        with pytest.raises(NotFound):
            end_session(actor=second.actor, session_id=session_id, now=NOW)
    assert is_open(stranger.token)


def test_signs_out_all_others():
    resident = make_resident()
    others = [enter(resident.phone, client=known(resident)) for _ in range(3)]
    assert end_other_sessions(actor=others[0].actor, now=NOW) == 3
    assert [is_open(token) for token in (resident.token, *(other.token for other in others))] == [
        False, True, False, False,
    ]  # fmt: skip


def test_consent_is_given_once_and_kept_with_its_words():
    resident = make_resident()
    first = give_consent(resident.actor, PURPOSE, "我同意查询社保。", NOW)
    assert give_consent(resident.actor, PURPOSE, "我同意查询社保。", NOW) == first
    assert has_consent(resident.actor, PURPOSE)
    assert [row.text for row in list_consents(resident.actor)] == ["我同意查询社保。"]
    assert len(emitted("identity.consent_given")) == 1


def test_new_words_need_a_new_consent():
    resident = make_resident()
    first = give_consent(resident.actor, PURPOSE, "旧的说明", NOW)
    second = give_consent(resident.actor, PURPOSE, "新的说明", NOW)
    assert first != second
    assert Consent.objects.get(id=first).withdrawn_at == NOW
    assert [row.consent_id for row in list_consents(resident.actor)] == [second, first]


def test_consent_is_withdrawn_as_easily():
    resident = make_resident()
    give_consent(resident.actor, PURPOSE, "我同意查询社保。", NOW)
    withdraw_consent(resident.actor, PURPOSE, NOW)
    assert not has_consent(resident.actor, PURPOSE)
    assert emitted("identity.consent_withdrawn")[0]["purpose_code"] == PURPOSE
    for purpose in (PURPOSE, "never given", "nul\x00byte"):
        with pytest.raises(ConsentMissing):
            withdraw_consent(resident.actor, purpose, NOW)


def test_consent_is_a_citizens_own():
    resident, other = make_resident(), make_resident()
    give_consent(resident.actor, PURPOSE, "我同意查询社保。", NOW)
    assert not has_consent(other.actor, PURPOSE)
    for nobody in (ANONYMOUS, actor_of(make_officer().token)):
        with pytest.raises(SignInRequired):
            has_consent(nobody, PURPOSE)
        with pytest.raises(SignInRequired):
            give_consent(nobody, PURPOSE, "我同意查询社保。", NOW)
