"""The window: acts by two, told, undone, disputed; the sheet."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.domain.counter import Act, make_login_number, read_login_number, read_sheet_code
from shimin.capabilities.identity.models import Account, CounterAct, PersonHandle, RecoverySheet, Session
from shimin.capabilities.identity.operations.counter.applying import PhoneTaken
from shimin.capabilities.identity.operations.counter.asking import (
    GuardianNotProved,
    HasAccount,
    NoAccountHere,
    NotSeen,
    Papers,
    ReasonNeeded,
    ask_act,
)
from shimin.capabilities.identity.operations.counter.deciding import (
    ActDecided,
    SecondPersonNeeded,
    TooLateToUndo,
    decide_act,
    dispute_act,
    undo_act,
)
from shimin.capabilities.identity.operations.counter.sheets import SheetRejected, use_sheet
from shimin.capabilities.identity.operations.forgetting import forget_old
from shimin.capabilities.identity.operations.mandates.claiming import ChildGrownUp
from shimin.capabilities.identity.operations.persons import OtherPersonProved
from shimin.capabilities.identity.operations.real_name import NameMismatch, PersonNotActive
from shimin.capabilities.identity.operations.signing_in import SignInRefused, sign_in
from shimin.capabilities.identity.ports import PersonStatus
from shimin.capabilities.identity.queries import get_account_view, get_subject
from shimin.capabilities.identity.queries.counter import get_act_for, list_acts, list_own_acts
from shimin.capabilities.identity.queries.mandates import list_mandates
from shimin.capabilities.identity.tests.factories import (
    CLIENT,
    NOW,
    PASSWORD,
    actor_of,
    make_id_number,
    make_officer,
    make_phone,
    make_resident,
)
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, NotFound
from shimin.kernel.models import AuditRecord
from shimin.kernel.values.id_numbers import IdNumberCheckDigit, IdNumberForeign, check_digit, parse_person_number
from shimin.kernel.values.names import NameInvalid, normalise_foreign_name
from shimin.kernel.values.papers import PaperKind

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "Yuelushan-2026"


@pytest.fixture
def officer():
    return actor_of(make_officer("identity.counter", login="window-1", region_code="430100").token)


@pytest.fixture
def colleague():
    return actor_of(make_officer("identity.counter", login="window-2", region_code="430100").token)


def papers(resident=None, **changes):
    words = {"name": "周晓敏", "id_number": "", "reason": "手机丢了，本人到场", "saw_person": True}
    if resident is not None:
        words |= {"name": resident.name or "周晓敏", "id_number": resident.id_number}
    return Papers(**{**words, **changes})


def ask(officer, act, given, now=NOW):
    return ask_act(actor=officer, act=act, papers=given, now=now)


def do(officer, colleague, act, given, now=NOW):
    asked = ask(officer, act, given, now)
    assert not asked.is_done
    return asked.act_id, decide_act(actor=colleague, act_id=asked.act_id, agrees=True, now=now)


def level_of(account_id):
    return Account.objects.get(id=account_id).level


@pytest.fixture
def resident(registers):
    made = make_resident()
    registers.add(made.name, made.id_number)
    return made


def test_raises_a_known_person_alone_tells_them_and_shows_it(officer, resident):
    asked = ask(officer, Act.RAISE, papers(resident))
    assert asked.is_done
    assert level_of(resident.account_id) == 4
    assert emitted("identity.counter_act_done") == [
        {"account_id": resident.account_id, "act_id": asked.act_id, "act": "raise"}
    ]
    (mine,) = list_own_acts(resident.actor, NOW)
    assert (mine.asked_by, mine.reason, mine.name, mine.may_undo) == ("王警官", "手机丢了，本人到场", "", True)
    assert AuditRecord.objects.filter(action="identity.do_counter_act").count() == 1
    assert not CounterAct.objects.get().claim


def test_a_first_proof_needs_a_colleague(officer, colleague, registers):
    person, number = make_resident(level=1), make_id_number()
    registers.add("林建国", number)
    given = papers(name="林建国", id_number=number, phone=person.phone)
    asked = ask(officer, Act.RAISE, given)
    assert not asked.is_done
    assert level_of(person.account_id) == 1
    with pytest.raises(SecondPersonNeeded):
        decide_act(actor=officer, act_id=asked.act_id, agrees=True, now=NOW)
    seen = get_act_for(actor=colleague, act_id=asked.act_id, now=NOW)
    assert seen.may_decide
    assert seen.name not in ("", "林建国")
    assert number not in repr(seen)
    decide_act(actor=colleague, act_id=asked.act_id, agrees=True, now=NOW)
    assert level_of(person.account_id) == 4
    with pytest.raises(ActDecided):
        decide_act(actor=colleague, act_id=asked.act_id, agrees=True, now=NOW)


def test_the_database_too_wants_two(officer, resident):
    asked = ask(officer, Act.RESET, papers(resident))
    row = CounterAct.objects.filter(id=asked.act_id)
    for change in ({"state": "done"}, {"state": "done", "decided_by_id": officer.account_id}):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**change)


def test_a_colleague_may_say_no_and_what_was_read_is_forgotten(officer, colleague, resident):
    asked = ask(officer, Act.RESET, papers(resident))
    assert decide_act(actor=colleague, act_id=asked.act_id, agrees=False, now=NOW) is None
    row = CounterAct.objects.get()
    assert (row.state, bytes(row.claim)) == ("refused", b"")
    assert level_of(resident.account_id) == 2


def test_nobody_agrees_the_next_day(officer, colleague, resident):
    asked = ask(officer, Act.RESET, papers(resident))
    with pytest.raises(ActDecided):
        decide_act(actor=colleague, act_id=asked.act_id, agrees=True, now=NOW + timedelta(hours=8))
    forget_old(NOW + timedelta(days=2))
    assert not CounterAct.objects.get().claim


def test_reset_ends_what_was_lost_and_keeps_the_level(officer, colleague, resident):
    new_phone = make_phone()
    _, sheet = do(officer, colleague, Act.RESET, papers(resident, phone=new_phone))
    assert level_of(resident.account_id) == 4
    assert not Session.objects.filter(account_id=resident.account_id, ended_at=None).exists()
    for phone in (resident.phone, new_phone):
        with pytest.raises(SignInRefused):
            enter(phone, PASSWORD)
    opened = use_sheet(
        actor=ANONYMOUS, login=new_phone, code=sheet.code.lower(), password=NEW_PASSWORD, client=CLIENT, now=NOW
    )
    assert opened.actor.level == 4
    assert enter(new_phone, NEW_PASSWORD).actor.account_id == resident.account_id
    with pytest.raises(SheetRejected):
        use_sheet(actor=ANONYMOUS, login=new_phone, code=sheet.code, password=NEW_PASSWORD, client=CLIENT, now=NOW)


def enter(name, password):
    return sign_in(
        actor=ANONYMOUS, kind=AccountKind.CITIZEN, name=name, password=password, client=CLIENT, now=NOW
    )  # fmt: skip


@pytest.mark.parametrize("wrong", ["AAAA-AAAA-AAAA-AAAA", "", "x" * 1_000, "０" * 16])
def test_a_wrong_code_and_an_unknown_phone_get_the_same_words(officer, colleague, resident, wrong):
    _, sheet = do(officer, colleague, Act.RESET, papers(resident))
    said = []
    for login, code in ((resident.phone, wrong), (make_phone(), sheet.code)):
        with pytest.raises(SheetRejected) as refused:
            use_sheet(actor=ANONYMOUS, login=login, code=code, password=NEW_PASSWORD, client=CLIENT, now=NOW)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_sheet_ends_after_a_week_and_with_the_next_one(officer, colleague, resident):
    _, first = do(officer, colleague, Act.RESET, papers(resident))
    _, second = do(officer, colleague, Act.RESET, papers(resident))
    for code, now in ((first.code, NOW), (second.code, NOW + timedelta(days=7))):
        with pytest.raises(SheetRejected):
            use_sheet(actor=ANONYMOUS, login=resident.phone, code=code, password=NEW_PASSWORD, client=CLIENT, now=now)


def test_refuses_a_phone_that_is_somebody_elses(officer, colleague, resident):
    other = make_resident(level=1)
    asked = ask(officer, Act.RESET, papers(resident, phone=other.phone))
    with pytest.raises(PhoneTaken):
        decide_act(actor=colleague, act_id=asked.act_id, agrees=True, now=NOW)
    assert level_of(resident.account_id) == 2
    assert Account.objects.get(id=resident.account_id).password
    assert CounterAct.objects.get().state == "waiting"


def test_opens_an_account_for_somebody_without_a_phone(officer, colleague, registers):
    number = make_id_number(birth="19381002")
    registers.add("刘桂英", number)
    _, sheet = do(officer, colleague, Act.OPEN, papers(name="刘桂英", id_number=number, reason="老人没有手机"))
    assert read_login_number(sheet.login) == sheet.login
    opened = use_sheet(
        actor=ANONYMOUS, login=sheet.login, code=sheet.code, password=NEW_PASSWORD, client=CLIENT, now=NOW
    )
    assert get_subject(opened.actor).birth_date == date(1938, 10, 2)
    assert get_subject(opened.actor).phone == ""
    assert get_account_view(opened.actor, NOW).level == 4
    assert enter(f"{sheet.login[:4]} {sheet.login[4:8]} {sheet.login[8:]}", NEW_PASSWORD).actor.level == 4
    with pytest.raises(HasAccount):
        ask(officer, Act.OPEN, papers(name="刘桂英", id_number=number))


def test_registers_a_guardian_until_the_child_is_grown_up(officer, colleague, resident, registers):
    child = make_id_number(birth="20180522")
    registers.people[child] = "林小满"
    given = papers(resident, child_name="林小满", child_id_number=child, reason="户口簿：祖母")
    act_id, sheet = do(officer, colleague, Act.GUARDIAN, given)
    assert sheet is None
    (mandate,) = list_mandates(resident.actor, NOW).mine
    assert (mandate.relation, mandate.ends_at.date()) == ("ward", date(2036, 5, 21))
    undo_act(actor=officer, act_id=act_id, now=NOW)
    assert all(each.withdrawn_at is not None for each in list_mandates(resident.actor, NOW).mine)


def test_refuses_guardians_without_a_name_and_children_of_eighteen(officer, resident, registers):
    grown, stranger = make_id_number(birth="20081101"), make_id_number()
    registers.people |= {grown: "林大", stranger: "陌生人"}
    with pytest.raises(ChildGrownUp):
        ask(officer, Act.GUARDIAN, papers(resident, child_name="林大", child_id_number=grown))
    child = make_id_number(birth="20180522")
    registers.people[child] = "林小满"
    given = papers(name="陌生人", id_number=stranger, child_name="林小满", child_id_number=child)
    with pytest.raises(GuardianNotProved):
        ask(officer, Act.GUARDIAN, given)


def residence_card(*, birth="19900101"):
    first = f"943840{birth}123"  # 43: Hunan, 840: USA
    return first + check_digit(first)


def test_proves_a_foreigner_by_the_permanent_residence_card(officer, colleague, registers):
    person, number = make_resident(level=1), residence_card()
    card = {"document": PaperKind.RESIDENCE_CARD, "valid_until": date(2035, 1, 1)}
    given = papers(name="John Smith", id_number=number, phone=person.phone, **card)
    act_id, _ = do(officer, colleague, Act.RAISE, given)
    assert registers.asked == []
    actor = actor_of(person.token)
    assert get_account_view(actor, NOW).level == 4
    assert get_act_for(actor=officer, act_id=act_id, now=NOW).document == "外国人永久居留身份证"
    assert Account.objects.get(id=person.account_id).level == 4


@pytest.mark.parametrize(
    ("number", "error"),
    [("USA110078010101", IdNumberForeign), (residence_card()[:-1] + "Z", Exception), ("900000199001011231", Exception)],
)
def test_refuses_what_is_no_residence_card(number, error):
    with pytest.raises(error):
        parse_person_number(number)


def test_a_mistyped_card_is_told():
    wrong = residence_card()[:16] + "9" + residence_card()[17]
    with pytest.raises(IdNumberCheckDigit):
        parse_person_number(wrong)


def test_refuses_what_papers_or_register_do_not_say(officer, resident, registers):
    with pytest.raises(NotSeen):
        ask(officer, Act.RAISE, papers(resident, saw_person=False))
    with pytest.raises(ReasonNeeded):
        ask(officer, Act.RAISE, papers(resident, reason=" 换 "))
    with pytest.raises(NameMismatch):
        ask(officer, Act.RAISE, papers(resident, name="周小敏"))
    unknown = make_id_number()
    registers.people[unknown] = "陈志远"
    with pytest.raises(NoAccountHere):
        ask(officer, Act.RESET, papers(name="陈志远", id_number=unknown))
    with pytest.raises(OtherPersonProved):
        ask(officer, Act.RAISE, papers(name="陈志远", id_number=unknown, phone=resident.phone))
    registers.status = PersonStatus.DECEASED
    with pytest.raises(PersonNotActive):
        ask(officer, Act.RAISE, papers(resident))
    assert CounterAct.objects.count() == 0
    assert AuditRecord.objects.filter(outcome="refused").count() == 6


def test_undoing_gives_the_level_back_and_frees_a_wrong_person(officer, colleague, resident, registers):
    asked = ask(officer, Act.RAISE, papers(resident))
    undo_act(actor=colleague, act_id=asked.act_id, now=NOW + timedelta(days=2))
    assert level_of(resident.account_id) == 2
    with pytest.raises(TooLateToUndo):
        undo_act(actor=colleague, act_id=asked.act_id, now=NOW + timedelta(days=2))
    person, number = make_resident(level=1), make_id_number()
    registers.add("林建国", number)
    act_id, _ = do(officer, colleague, Act.RAISE, papers(name="林建国", id_number=number, phone=person.phone))
    undo_act(actor=officer, act_id=act_id, now=NOW)
    account = Account.objects.get(id=person.account_id)
    assert (account.level, account.person_id) == (1, None)
    assert not PersonHandle.objects.filter(account=account).exists()


def test_undoing_is_over_after_three_days(officer, resident):
    asked = ask(officer, Act.RAISE, papers(resident))
    with pytest.raises(TooLateToUndo):
        undo_act(actor=officer, act_id=asked.act_id, now=NOW + timedelta(days=3))


def test_the_person_says_it_was_not_them(officer, resident):
    asked = ask(officer, Act.RAISE, papers(resident))
    stranger = make_resident(level=1)
    with pytest.raises(NotFound):
        dispute_act(actor=stranger.actor, act_id=asked.act_id, now=NOW)
    dispute_act(actor=resident.actor, act_id=asked.act_id, now=NOW + timedelta(days=29))
    assert level_of(resident.account_id) == 2
    (seen,) = list_acts(officer, NOW)
    assert "本人说不是自己办的" in seen.state_words
    assert [event["is_disputed"] for event in emitted("identity.counter_act_undone")] == [True]


def test_officers_of_another_city_or_role_see_nothing(officer, resident):
    asked = ask(officer, Act.RESET, papers(resident))
    elsewhere = actor_of(make_officer("identity.counter", login="window-9", region_code="430200").token)
    clerk = actor_of(make_officer("enquiries.officer", login="clerk", region_code="430100").token)
    with pytest.raises(NotFound):
        get_act_for(actor=elsewhere, act_id=asked.act_id, now=NOW)
    with pytest.raises(NotFound):
        decide_act(actor=elsewhere, act_id=asked.act_id, agrees=True, now=NOW)
    with pytest.raises(Forbidden):
        list_acts(clerk, NOW)
    with pytest.raises(Forbidden):
        ask(clerk, Act.RAISE, papers(resident))
    with pytest.raises(Forbidden):
        ask(resident.actor, Act.RAISE, papers(resident))
    for actor, seen in ((officer, 1), (elsewhere, 0), (clerk, 0), (resident.actor, 1), (make_resident().actor, 0)):
        with scope(actor):
            assert CounterAct.objects.count() == seen
    with scope(officer), pytest.raises(Exception, match="permission denied"), transaction.atomic():
        RecoverySheet.objects.count()


def test_nothing_of_the_papers_is_plain_in_the_table(officer, resident):
    ask(officer, Act.RESET, papers(resident, phone="13912345678"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text FROM identity_counter_act a")
        (text,) = cursor.fetchone()
    for secret in (resident.id_number, resident.name, "13912345678"):
        assert secret not in text


@pytest.mark.parametrize("text", ["13800000001", "9", "912345678901", "9１2345678901", "", "9" * 400])
def test_no_phone_and_no_odd_text_is_a_login_number(text):
    assert read_login_number(text) is None


def test_login_numbers_and_codes_are_read_as_people_type_them():
    number = make_login_number("1234567890")
    assert read_login_number(f" {number[:6]}-{number[6:]} ") == number
    assert read_sheet_code("abcd efgh-2345 6789") == "ABCDEFGH23456789"
    assert read_sheet_code("ABCD-EFGH-2345-678O") is None


@pytest.mark.parametrize("name", ["John Smith", "O'NEIL-MÜLLER, ANNA", "史密斯", "约翰·史密斯"])
def test_foreign_names_as_cards_print_them(name):
    assert normalise_foreign_name(f"  {name} ") in (name, name.upper())


@pytest.mark.parametrize("name", ["", "A", "J0HN", "<b>JOHN</b>", "Иван", "A" * 51, "JOHN\u202eSMITH"])
def test_refuses_what_no_card_prints(name):
    with pytest.raises(NameInvalid):
        normalise_foreign_name(name)


def test_pages_from_asking_to_the_sheet_and_the_way_in(browser, resident):
    window = make_officer("identity.counter", login="window-1", region_code="430100")
    head = make_officer("identity.counter", login="window-2", region_code="430100")
    browser.cookies["shimin_desk"] = window.token
    assert browser.get("/desk/counter").status_code == 200
    assert browser.get("/desk/counter/new/steal").status_code == 404
    for act in Act:
        assert browser.get(f"/desk/counter/new/{act}").status_code == 200
    form = {
        "name": resident.name,
        "id_number": resident.id_number,
        "phone": "",
        "reason": "手机丢了",
        "saw_person": "on",
    }
    missing = browser.post("/desk/counter/new/reset", {**form, "reason": ""})
    assert (missing.status_code, "请填写办理原因" in missing.content.decode()) == (422, True)
    sent = browser.post("/desk/counter/new/reset", form)
    assert sent.status_code == 303
    page = browser.get(sent.url)
    assert "请在场的另一位窗口人员" in page.content.decode()
    assert resident.id_number not in page.content.decode()
    assert browser.post(f"{sent.url}/decide", {"agrees": "yes"}).status_code == 403
    browser.cookies["shimin_desk"] = head.token
    shown = browser.post(f"{sent.url}/decide", {"agrees": "yes"})
    text = shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    code = re.findall(r"<code>([A-Z2-9-]{19})</code>", text)[0]
    assert code not in browser.get(sent.url).content.decode()
    assert browser.get("/account/sheet").status_code == 200
    answer = browser.post("/account/sheet", {"login": resident.phone, "code": code, "password": NEW_PASSWORD})
    assert (answer.status_code, answer.url) == (303, "/me/")
    mine = browser.get("/me/security").content.decode()
    assert "不是我办的" in mine
    address = re.findall(r"/me/security/counter/\d+/dispute", mine)[0]
    assert browser.get(address).status_code == 200
    assert browser.post(address).status_code == 303
    assert "本人说不是自己办的" in browser.get("/me/security").content.decode()
