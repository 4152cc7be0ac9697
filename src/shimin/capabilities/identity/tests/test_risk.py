"""Devices and risk: what a new device may do, how it proves itself, and the ways out of an alarm."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shimin.capabilities.identity.domain.risk import Facts, Outcome, RiskRulesFaulty, decide, read_rules
from shimin.capabilities.identity.models import Account, KnownDevice, RiskDecision, Session
from shimin.capabilities.identity.operations.codes import CodeRejected
from shimin.capabilities.identity.operations.devices import DeviceInUse, forget_device, name_device
from shimin.capabilities.identity.operations.factors.enrolling import replace_recovery_codes
from shimin.capabilities.identity.operations.limits import CodeThrottled
from shimin.capabilities.identity.operations.own_data import close_account
from shimin.capabilities.identity.operations.risk.answering import DecisionAnswered, answer_decision
from shimin.capabilities.identity.operations.risk.paying import require_safe_payment
from shimin.capabilities.identity.operations.risk.proving import NoPhone, prove_device, request_device_code
from shimin.capabilities.identity.operations.sessions import end_other_sessions, end_session
from shimin.capabilities.identity.operations.signing_in import confirm_password
from shimin.capabilities.identity.queries import find_session_actor, list_sessions
from shimin.capabilities.identity.queries.risk import (
    count_by_rule,
    get_hold,
    list_decisions,
    list_devices,
    list_own_decisions,
)
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, PASSWORD, actor_of, make_officer, make_resident
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.capabilities.identity.tests.phones import latest_code
from shimin.capabilities.identity.tests.test_signing_in import enter
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound, ProofRequired
from shimin.kernel.ids import new_id

pytestmark = pytest.mark.django_db


def stranger(resident, **changes):
    """Sign in with the right password from a device the account does not know."""
    return enter(resident.phone, client=replace(CLIENT, **changes))


def prove(session, now=NOW):
    request_device_code(actor=session.actor, client=CLIENT, now=now)
    return prove_device(actor=session.actor, code=latest_code(), client=CLIENT, now=now)


def test_a_password_on_a_new_device_opens_no_records():
    resident = make_resident()
    held = stranger(resident)
    assert actor_of(held.token).level is AssuranceLevel.PHONE
    with pytest.raises(ProofRequired):
        confirm_password(actor=held.actor, password=PASSWORD, now=NOW)
    assert get_hold(held.actor).why == ("这台设备还没有确认过是您的。",)


def test_signing_in_twice_does_not_make_a_device_known():
    resident = make_resident()
    first = stranger(resident)
    again = stranger(resident, device_token=first.device_token)
    assert actor_of(again.token).level is AssuranceLevel.PHONE


def test_a_code_to_the_phone_confirms_the_device_for_good():
    resident = make_resident()
    held = stranger(resident)
    opened = prove(held)
    assert actor_of(opened.token).level is AssuranceLevel.REAL_NAME
    assert find_session_actor(token=held.token, channel="web", now=NOW) is None, "the token changes with the level"
    again = stranger(resident, device_token=held.device_token)
    assert actor_of(again.token).level is AssuranceLevel.REAL_NAME
    assert [row.answer for row in list_own_decisions(opened.actor)] == ["proved"]


def test_a_held_session_cannot_take_the_account_over():
    held = stranger(make_resident())
    for attempt in (
        lambda: replace_recovery_codes(actor=held.actor, password=PASSWORD, now=NOW),
        lambda: close_account(actor=held.actor, password=PASSWORD, understood=True, now=NOW),
        lambda: forget_device(actor=held.actor, device_id=list_devices(held.actor)[0].device_id, now=NOW),
        lambda: answer_decision(
            actor=held.actor, decision_id=list_own_decisions(held.actor)[0].decision_id, is_mine=True, now=NOW
        ),
    ):
        with pytest.raises(ProofRequired):
            attempt()


def test_a_held_session_cannot_put_the_owner_out():
    resident = make_resident()
    held = stranger(resident)
    with pytest.raises(ProofRequired):
        end_other_sessions(actor=held.actor, now=NOW)
    with pytest.raises(ProofRequired):
        end_session(actor=held.actor, session_id=resident.session_id, now=NOW)
    assert find_session_actor(token=resident.token, channel="web", now=NOW) is not None
    end_session(actor=held.actor, session_id=held.actor.session_id or 0, now=NOW)  # itself, it may
    assert find_session_actor(token=held.token, channel="web", now=NOW) is None


def test_a_wrong_or_anothers_code_confirms_nothing():
    resident, other = make_resident(), make_resident()
    held, of_other = stranger(resident), stranger(other)
    request_device_code(actor=of_other.actor, client=CLIENT, now=NOW)
    for code in (latest_code(), "", "1" * 40, "１２３４５６"):
        with pytest.raises(CodeRejected):
            prove_device(actor=held.actor, code=code, client=CLIENT, now=NOW)
    with pytest.raises(CodeThrottled):
        request_device_code(actor=of_other.actor, client=CLIENT, now=NOW)


def test_my_own_device_lets_a_false_alarm_go():
    resident = make_resident()
    held = stranger(resident)
    (row,) = [each for each in list_own_decisions(resident.actor) if each.may_answer]
    answer_decision(actor=resident.actor, decision_id=row.decision_id, is_mine=True, now=NOW)
    opened = confirm_password(actor=held.actor, password=PASSWORD, now=NOW)
    assert actor_of(opened.token).level is AssuranceLevel.REAL_NAME
    with pytest.raises(DecisionAnswered):
        answer_decision(actor=resident.actor, decision_id=row.decision_id, is_mine=True, now=NOW)
    assert [each["answer"] for each in emitted("identity.device_answered")] == ["mine"]


def test_not_me_ends_the_session_and_forgets_the_device():
    resident = make_resident()
    held = stranger(resident)
    (row,) = [each for each in list_own_decisions(resident.actor) if each.may_answer]
    answer_decision(actor=resident.actor, decision_id=row.decision_id, is_mine=False, now=NOW)
    assert find_session_actor(token=held.token, channel="web", now=NOW) is None
    assert [device.is_current for device in list_devices(resident.actor)] == [True]


def test_decisions_are_answered_by_their_owner_only():
    resident, other = make_resident(), make_resident()
    stranger(resident)
    (row,) = list_own_decisions(resident.actor)
    for decision_id in (row.decision_id, 1, 1 << 70):
        with pytest.raises(NotFound):
            answer_decision(actor=other.actor, decision_id=decision_id, is_mine=True, now=NOW)


def test_three_networks_in_an_hour_ask_a_known_device_too():
    resident = make_resident()
    at = {"device_token": resident.session.device_token}
    levels = [actor_of(stranger(resident, address=f"{net}.9.9.9", **at).token).level for net in (113, 114, 115)]
    assert levels == [2, 1, 1]  # the first session was on a network of its own
    assert "many_networks" in {code for row in list_own_decisions(resident.actor) for code in row.codes}


def test_a_new_network_is_told_and_held_up_by_nothing():
    resident = make_resident(now=NOW - timedelta(days=2))
    later = enter(
        resident.phone, client=replace(CLIENT, address="113.240.1.1", device_token=resident.session.device_token)
    )
    assert actor_of(later.token).level is AssuranceLevel.REAL_NAME
    assert [(row.outcome, row.codes) for row in list_own_decisions(resident.actor)] == [("inform", ("new_network",))]
    assert [each["outcome"] for each in emitted("identity.risk_noted")] == ["inform"]


def test_an_account_without_any_second_way_is_not_shut_for_ever():
    resident = make_resident()
    with auth_scope(resident.actor):
        Account.objects.filter(id=resident.account_id).update(phone=b"")
    opened = stranger(resident)
    assert actor_of(opened.token).level is AssuranceLevel.REAL_NAME
    with pytest.raises(NoPhone):
        request_device_code(actor=opened.actor, client=CLIENT, now=NOW)


def test_a_large_payment_on_a_fresh_device_waits_for_a_proof():
    resident = make_resident()
    now = NOW + timedelta(hours=1)
    require_safe_payment(actor=resident.actor, amount_fen=499_999, now=now)
    for _ in range(2):
        with pytest.raises(ProofRequired):
            require_safe_payment(actor=resident.actor, amount_fen=500_000, now=now)
    assert [row.amount_fen for row in list_own_decisions(resident.actor)] == [500_000]
    opened = prove(resident.session, now)
    require_safe_payment(actor=opened.actor, amount_fen=500_000, now=now)
    with pytest.raises(ProofRequired):
        require_safe_payment(actor=opened.actor, amount_fen=500_000, now=now + timedelta(minutes=16))
    require_safe_payment(actor=opened.actor, amount_fen=500_000, now=NOW + timedelta(days=2))


def test_devices_have_names_and_can_be_forgotten():
    resident = make_resident()
    other = prove(stranger(resident))
    mine = {device.is_current: device.device_id for device in list_devices(resident.actor)}
    name_device(actor=resident.actor, device_id=mine[True], name="  我的　手机 ", now=NOW)
    assert [row.name for row in list_sessions(resident.actor, NOW) if row.is_current] == ["我的 手机"]
    with pytest.raises(InvalidInput):
        name_device(actor=resident.actor, device_id=mine[True], name="长" * 21, now=NOW)
    with pytest.raises(DeviceInUse):
        forget_device(actor=resident.actor, device_id=mine[True], now=NOW)
    forget_device(actor=resident.actor, device_id=mine[False], now=NOW)
    assert find_session_actor(token=other.token, channel="web", now=NOW) is None
    for device_id in (mine[False], 1 << 70):
        with pytest.raises(NotFound):
            name_device(actor=resident.actor, device_id=device_id, name="x", now=NOW)


def test_another_persons_device_is_nobodys():
    resident, other = make_resident(), make_resident()
    theirs = KnownDevice.objects.get(account_id=other.account_id).id
    with pytest.raises(NotFound):
        name_device(actor=resident.actor, device_id=theirs, name="x", now=NOW)
    with pytest.raises(NotFound):
        forget_device(actor=resident.actor, device_id=theirs, now=NOW)


def test_the_officer_reads_rules_and_never_people():
    resident = make_resident()
    stranger(resident)
    officer = actor_of(make_officer("identity.risk", login="risk").token)
    (row,) = list_decisions(officer)
    assert row.why == ("账号没有在这台设备上确认过本人（按浏览器里的设备标识认）。",)
    assert [(each.code, each.times) for each in count_by_rule(officer, NOW)] == [("new_device", 1)]
    assert list_decisions(officer, decision_id=row.decision_id) == [row]
    assert list_decisions(officer, decision_id=1 << 70) == []
    with pytest.raises(Forbidden):
        list_decisions(actor_of(make_officer("enquiries.officer", login="other").token))
    with pytest.raises(Forbidden):
        list_decisions(resident.actor)


def test_the_citys_own_rules_replace_the_shipped_ones(settings, tmp_path):
    settings.SHIMIN = replace(settings.SHIMIN, rules_dir=tmp_path)
    path = tmp_path / "risk.yaml"
    path.write_text("rules: []")
    assert actor_of(stranger(make_resident()).token).level is AssuranceLevel.REAL_NAME
    path.write_text("rules: [{code: x}]")  # faulty: the shipped ones hold
    assert actor_of(stranger(make_resident()).token).level is AssuranceLevel.PHONE


@pytest.mark.parametrize(
    "text",
    [
        "", "rules: 3", "rules: [{code: a, when: {act: fly}, then: prove, person: p, officer: o}]",
        "rules: [{code: a, when: {hours: 3}, then: prove, person: p, officer: o}]",
        "rules: [{code: a, when: {device_hours_below: many}, then: prove, person: p, officer: o}]",
        "rules: [{code: a, when: {}, then: shoot, person: p, officer: o}]",
        "rules: [{code: a, when: {}, then: inform, person: p, officer: o},"
        " {code: a, when: {}, then: inform, person: p, officer: o}]",
        "rules: [!!python/object/apply:os.system ['true']]", "{{{",
    ],
)  # fmt: skip
def test_faulty_rules_are_named(tmp_path, text):
    path = tmp_path / "risk.yaml"
    path.write_text(text)
    with pytest.raises(RiskRulesFaulty, match=r"risk\.yaml"):
        read_rules(path)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (Facts("sign_in"), Outcome.ALLOW),
        (Facts("sign_in", network="new"), Outcome.INFORM),
        (Facts("sign_in", device="new", network="new"), Outcome.PROVE),
        (Facts("sign_in", new_devices_day=3), Outcome.PROVE),
        (Facts("pay", amount_fen=500_000, device_hours=23), Outcome.PROVE),
        (Facts("pay", amount_fen=500_000, device_hours=24), Outcome.ALLOW),
        (Facts("pay", amount_fen=499_999, device_hours=0), Outcome.ALLOW),
    ],
)
def test_the_strongest_rule_holds(facts, outcome):
    assert decide(read_rules(), facts).outcome is outcome


def test_a_demos_shared_citizen_is_many_visitors(settings):
    resident = make_resident()
    with auth_scope(resident.actor):
        from shimin.capabilities.identity.models import LevelProof

        LevelProof(id=new_id(), account_id=resident.account_id, level=2, method="demo", verified_at=NOW).save()
    assert actor_of(stranger(resident).token).level is AssuranceLevel.REAL_NAME
    settings.SHIMIN = replace(settings.SHIMIN, demo=False)
    assert actor_of(stranger(resident).token).level is AssuranceLevel.PHONE, "outside a demo nobody is shared"


def test_pages_lead_through_the_proof_and_back(browser):
    resident = make_resident()
    browser.post("/account/sign-in", {"phone": resident.phone, "password": PASSWORD})
    asked = browser.get("/t/proved")
    assert asked["Location"] == "/account/real-name?next=/t/proved"
    to_device = browser.get(asked["Location"])["Location"]
    assert to_device.startswith("/account/device?next=")
    assert "这台设备还没有确认过是您的" in browser.get(to_device).content.decode()
    sent = browser.post("/account/device/code", {"next": "/t/proved"})
    assert "sent=1" in sent["Location"]
    done = browser.post(sent["Location"], {"code": latest_code(), "next": "/t/proved"})
    assert (done.status_code, done["Location"]) == (303, "/t/proved")
    assert browser.get("/t/proved").content == b"citizen 2 scope"
    page = browser.get("/me/sessions").content.decode()
    assert "记住的设备" in page
    assert RiskDecision.objects.get().answer == "proved"
    assert Session.objects.filter(is_held=True).count() == 0


def test_the_api_is_the_pages_twin(browser):
    resident = make_resident()
    entered = browser.post(
        "/api/v1/account/sessions", {"phone": resident.phone, "password": PASSWORD}, content_type="application/json"
    )
    assert entered.json()["level"] == 1
    token = {"headers": {"Authorization": f"Bearer {entered.json()['token']}"}}
    (row,) = browser.get("/api/v1/me/risk-decisions", **token).json()
    assert (row["codes"], row["answer"]) == (["new_device"], "")
    assert browser.post("/api/v1/me/device-proof/codes", **token).status_code == 202
    proved = browser.post(
        "/api/v1/me/device-proof", {"code": latest_code()}, content_type="application/json", **token
    ).json()
    assert proved["level"] == 2
    token = {"headers": {"Authorization": f"Bearer {proved['token']}"}}
    devices = browser.get("/api/v1/me/devices", **token).json()
    mine = next(each for each in devices if each["is_current"])
    named = browser.put(
        f"/api/v1/me/devices/{mine['device_id']}/name", {"name": "家里电脑"}, content_type="application/json", **token
    )
    assert named.status_code == 204
    other = next(each for each in devices if not each["is_current"])
    assert browser.delete(f"/api/v1/me/devices/{other['device_id']}", **token).status_code == 204
    assert [each["name"] for each in browser.get("/api/v1/me/devices", **token).json()] == ["家里电脑"]
    answered = browser.post(
        f"/api/v1/me/risk-decisions/{row['decision_id']}/answer", {"is_mine": True}, content_type="application/json",
        **token,
    )  # fmt: skip
    assert answered.json()["code"] == "identity.decision_answered"
