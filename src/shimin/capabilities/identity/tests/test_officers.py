"""Roles of staff: three administrators, two people for each change, stand-ins, emergencies, reviews."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction

from shimin.capabilities.identity.domain.officers import BREAK_GLASS, SECURITY_ADMIN, Change
from shimin.capabilities.identity.events import GlassBroken
from shimin.capabilities.identity.models import StaffChange, StaffGrant
from shimin.capabilities.identity.operations.limits import SignInThrottled
from shimin.capabilities.identity.operations.officers.emergencies import break_glass, look_into
from shimin.capabilities.identity.operations.officers.granting import (
    ChangeDecided,
    GrantWish,
    NoSuchOfficer,
    OwnChange,
    TwoAdministrators,
    ask_grant,
    ask_stand_in,
    decide_change,
)
from shimin.capabilities.identity.operations.officers.reviewing import review_grant
from shimin.capabilities.identity.operations.staff import grant_role
from shimin.capabilities.identity.queries import grants_of
from shimin.capabilities.identity.queries.officers import list_changes, list_held_roles, list_own_roles
from shimin.capabilities.identity.subscriptions import on_glass_broken
from shimin.capabilities.identity.tests.factories import NOW, actor_of, make_officer, make_resident
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.capabilities.identity.tests.phones import latest_text
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.events import Delivery
from shimin.kernel.ids import new_id
from shimin.ui.desk import all_roles, role_words

pytestmark = pytest.mark.django_db
CITY, OTHER = "430100", "430200"
DISPATCH = "service_requests.dispatcher"


def staff(role, login, region=CITY):
    return make_officer(f"identity.{role}" if "." not in role else role, login=login, region_code=region)


@pytest.fixture
def admins():
    return tuple(actor_of(staff(f"{each}_admin", each).token) for each in ("system", "security", "audit"))


def wish(login="li", role=DISPATCH, region=CITY, **more):
    return GrantWish(login=login, role=role, region_code=region, reason="新调入热线中心", **more)


def roles_of(session, now=NOW):
    with scope(SYSTEM):
        return {grant.role for grant in grants_of(session.actor.account_id, now)}


def test_a_role_takes_two_people(admins):
    system, security, _ = admins
    li = staff("enquiries.officer", "li")
    change = ask_grant(actor=system, wish=wish(), now=NOW)
    assert roles_of(li) == {"enquiries.officer"}
    for actor, refusal in ((system, Forbidden), (actor_of(li.token), Forbidden), (make_resident().actor, Forbidden)):
        with pytest.raises(refusal):
            decide_change(actor=actor, change_id=change, agrees=True, now=NOW)
    decide_change(actor=security, change_id=change, agrees=True, now=NOW)
    assert roles_of(li) == {"enquiries.officer", DISPATCH}
    with pytest.raises(ChangeDecided):
        decide_change(actor=security, change_id=change, agrees=True, now=NOW)
    assert [each["change"] for each in emitted("identity.staff_grant_changed")] == ["given"]


def test_nobody_asks_or_decides_for_themselves(admins):
    system, security, _ = admins
    with pytest.raises(OwnChange):
        ask_grant(actor=system, wish=wish("system"), now=NOW)
    change = ask_grant(actor=system, wish=wish("security"), now=NOW)
    with pytest.raises(OwnChange):
        decide_change(actor=security, change_id=change, agrees=True, now=NOW)


def test_nobody_is_two_administrators(admins):
    system, _, _ = admins
    with pytest.raises(TwoAdministrators):
        ask_grant(actor=system, wish=wish("audit", "identity.security_admin"), now=NOW)
    with pytest.raises(TwoAdministrators):  # the command line meets the database's constraint
        grant_role(actor=SYSTEM, login="audit", role="identity.system_admin", agency_id=None, region_code=CITY, now=NOW)


def test_the_constraint_stands_when_two_requests_were_agreed_to(admins):
    system, security, _ = admins
    staff("enquiries.officer", "li")
    both = [
        ask_grant(actor=system, wish=wish(role=f"identity.{each}_admin"), now=NOW) for each in ("audit", "security")
    ]
    decide_change(actor=security, change_id=both[0], agrees=True, now=NOW)
    with pytest.raises(TwoAdministrators):
        decide_change(actor=security, change_id=both[1], agrees=True, now=NOW)
    assert StaffChange.objects.get(id=both[1]).state == "waiting"


def test_administrators_keep_to_their_region(admins):
    system, _, _ = admins
    staff("enquiries.officer", "li")
    with pytest.raises(Forbidden):
        ask_grant(actor=system, wish=wish(region=OTHER), now=NOW)
    there = actor_of(staff("security_admin", "there", OTHER).token)
    change = ask_grant(actor=system, wish=wish(), now=NOW)
    with pytest.raises(NotFound):
        decide_change(actor=there, change_id=change, agrees=True, now=NOW)
    assert change not in {row.change_id for row in list_changes(there, NOW)}
    assert {row.staff_name for row in list_held_roles(there, NOW)} == {"王警官"}
    assert len(list_held_roles(there, NOW)) == 1


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"login": "nobody"}, NoSuchOfficer), ({"role": "boss"}, InvalidInput), ({"role": "a.b; --"}, InvalidInput),
        ({"region": "43"}, InvalidInput), ({"ends_at": NOW}, InvalidInput),
    ],
)  # fmt: skip
def test_odd_wishes_are_refused(admins, changed, refusal):
    staff("enquiries.officer", "li")
    with pytest.raises((refusal, Forbidden)):
        ask_grant(actor=admins[0], wish=wish(**changed), now=NOW)


def test_an_old_request_is_void(admins):
    staff("enquiries.officer", "li")
    change = ask_grant(actor=admins[0], wish=wish(), now=NOW)
    with pytest.raises(ChangeDecided):
        decide_change(actor=admins[1], change_id=change, agrees=True, now=NOW + timedelta(days=7))


def test_a_stand_in_has_the_role_in_the_dates_only(admins):
    _, security, _ = admins
    wang, li = staff(DISPATCH, "wang"), staff("enquiries.officer", "li")
    (own,) = list_own_roles(actor_of(wang.token), NOW)
    start, end = NOW + timedelta(minutes=20), NOW + timedelta(minutes=40)
    change = ask_stand_in(
        actor=actor_of(wang.token), grant_id=own.grant_id, login="li", starts_at=start, ends_at=end, reason="年假休息",
        now=NOW,
    )  # fmt: skip
    decide_change(actor=security, change_id=change, agrees=True, now=NOW)
    assert [DISPATCH in roles_of(li, moment) for moment in (NOW, start)] == [False, True]
    assert [row.stands_for for row in list_held_roles(security, NOW) if row.until] == ["王警官"]
    with pytest.raises(NotFound):  # nobody hands on what they only stand in for
        ask_stand_in(
            actor=actor_of(li.token, now=start), grant_id=StaffGrant.objects.get(stands_for_id__isnull=False).id,
            login="wang", starts_at=start, ends_at=end, reason="再转一手", now=start,
        )  # fmt: skip
    review_grant(actor=security, grant_id=own.grant_id, keeps=False, now=start)
    assert DISPATCH not in roles_of(li, start), "the stand-in ends with the role"


def test_stand_ins_are_bounded(admins):
    wang = actor_of(staff(DISPATCH, "wang").token)
    staff("enquiries.officer", "li")
    (own,) = list_own_roles(wang, NOW)
    day = timedelta(days=1)
    for login, begin, end in (
        ("li", NOW, NOW + 91 * day), ("li", NOW + day, NOW), ("li", NOW - 9 * day, NOW - day),
        ("wang", NOW, NOW + day), ("nobody", NOW, NOW + day),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            ask_stand_in(
                actor=wang, grant_id=own.grant_id, login=login, starts_at=begin, ends_at=end, reason="年假休息", now=NOW
            )


def test_break_glass_opens_for_an_hour_and_is_looked_into(admins):
    _, _, auditor = admins
    li = staff("enquiries.officer", "li")
    change = break_glass(actor=actor_of(li.token), role=DISPATCH, reason="派单员突发疾病，燃气泄漏要派单", now=NOW)
    assert DISPATCH in roles_of(li)
    assert DISPATCH not in roles_of(li, NOW + timedelta(minutes=60))
    assert [each["role"] for each in emitted("identity.glass_broken")] == [DISPATCH]
    for actor in (admins[0], admins[1], actor_of(li.token)):
        with pytest.raises(Forbidden):
            look_into(actor=actor, change_id=change, words="看过录音，属实", now=NOW)
    look_into(actor=auditor, change_id=change, words="看过录音，属实", now=NOW)
    with pytest.raises(ChangeDecided):
        look_into(actor=auditor, change_id=change, words="再看一次", now=NOW)


def test_break_glass_is_no_way_to_power(admins):
    li = actor_of(staff("enquiries.officer", "li").token)
    words = "系统管理员都不在，需要马上处理"
    for role in ("identity.security_admin", "payments.finance", "", "*"):
        with pytest.raises(InvalidInput):
            break_glass(actor=li, role=role, reason=words, now=NOW)
    with pytest.raises(InvalidInput):
        break_glass(actor=li, role=DISPATCH, reason="急", now=NOW)
    with pytest.raises(Forbidden):
        break_glass(actor=make_resident().actor, role=DISPATCH, reason=words, now=NOW)
    for _ in range(3):
        break_glass(actor=li, role=DISPATCH, reason=words, now=NOW)
    with pytest.raises(SignInThrottled):
        break_glass(actor=li, role=DISPATCH, reason=words, now=NOW)


def test_a_review_confirms_or_takes_away(admins):
    system, security, auditor = admins
    li = staff(DISPATCH, "li")
    later = NOW + timedelta(days=200)
    (row,) = [each for each in list_held_roles(auditor, later) if each.role == DISPATCH]
    assert row.light == "red"  # nobody signed in for 90 days
    for actor in (system, auditor):
        with pytest.raises(Forbidden):
            review_grant(actor=actor, grant_id=row.grant_id, keeps=True, now=NOW)
    review_grant(actor=security, grant_id=row.grant_id, keeps=True, now=NOW)
    assert [each.reviewed_by for each in list_held_roles(auditor, NOW) if each.role == DISPATCH] == ["王警官"]
    review_grant(actor=security, grant_id=row.grant_id, keeps=False, now=NOW)
    assert roles_of(li) == set()
    own = next(each for each in list_held_roles(security, NOW) if each.is_mine)
    with pytest.raises(OwnChange):
        review_grant(actor=security, grant_id=own.grant_id, keeps=True, now=NOW)


@pytest.mark.parametrize(
    "broken",
    [
        {"decided_by_id": 7, "asked_by_id": 7, "state": "done"}, {"state": "done"}, {"looked_by_id": 0},
        {"decided_by_id": 0, "state": "done"}, {"asked_by_id": 0},
    ],
)  # fmt: skip
def test_the_database_keeps_the_four_eyes(admins, broken):
    account = admins[0].account_id
    values = {"asked_by_id": 9, **{name: account if value == 0 else value for name, value in broken.items()}}
    row = StaffChange(
        id=new_id(), account_id=account, change=Change.GRANT, role=DISPATCH, region_code=CITY, reason="原因原因",
        asked_by_name="x", asked_at=NOW, **values,
    )  # fmt: skip
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save(force_insert=True)
    assert isinstance(refused.value.__cause__, psycopg.errors.CheckViolation)


def test_the_pages_of_the_desk(browser, admins):
    li = staff("identity.privacy", "li")
    sessions = {name: staff(f"{name}_admin", f"{name}-2") for name in ("system", "security", "audit")}
    form = {"login": "li", "role": "identity.counter", "region_code": CITY, "reason": "窗口人手不够", "ends_on": ""}

    def as_(session):
        browser.cookies["shimin_desk"] = session.token

    as_(sessions["system"])
    assert browser.post("/desk/staff/ask", form)["Location"] == "/desk/staff/changes"
    as_(sessions["security"])
    page = browser.get("/desk/staff/changes").content.decode()
    change = StaffChange.objects.get().id
    assert f"/desk/staff/changes/{change}/decide" in page
    browser.post(f"/desk/staff/changes/{change}/decide", {"agrees": "yes"})
    assert "identity.counter" in roles_of(li)
    page = browser.get("/desk/staff").content.decode()
    assert 'name="keeps"' in page
    assert "安全管理员" in page
    assert SECURITY_ADMIN not in page, "roles have words"
    as_(li)
    assert browser.get("/desk/staff").status_code == 403
    assert browser.post("/desk/staff/glass", {"role": DISPATCH, "reason": "x"}).status_code == 422
    done = browser.post("/desk/staff/glass", {"role": DISPATCH, "reason": "派单员突发疾病，燃气泄漏要派单"})
    assert done["Location"] == "/desk/"
    as_(sessions["audit"])
    assert "等审计管理员核查" in browser.get("/desk/staff/changes").content.decode()
    assert 'name="keeps"' not in browser.get("/desk/staff").content.decode()


def test_every_role_that_can_be_given_has_words_and_exists():
    assert [role for role in all_roles() if role_words(role) == role] == []
    assert all_roles() >= BREAK_GLASS.keys()


def test_the_alarm_reaches_the_duty_phones(admins, settings, caplog):
    li = staff("enquiries.officer", "li")
    change = break_glass(actor=actor_of(li.token), role=DISPATCH, reason="派单员突发疾病，燃气泄漏要派单", now=NOW)
    event = GlassBroken(account_id=li.actor.account_id or 0, change_id=change, role=DISPATCH)
    settings.SHIMIN = replace(settings.SHIMIN, duty_phones=("13900000001",))
    with scope(SYSTEM):
        on_glass_broken(event, Delivery(1, "identity.staff_change", change, 1, NOW))
    assert "紧急启用“12345 派单”岗位" in latest_text()
    settings.SHIMIN = replace(settings.SHIMIN, duty_phones=())
    with scope(SYSTEM):
        on_glass_broken(event, Delivery(2, "identity.staff_change", change, 1, NOW))
    assert "no duty phone is set" in caplog.text
