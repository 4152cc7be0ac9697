"""Passports, permits, residence cards: proved, renewed, gathered on one person, never two persons unseen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.domain import SecondSource
from shimin.capabilities.identity.domain.counter import Act
from shimin.capabilities.identity.models import Account, LevelProof, Person, PersonHandle, PersonLikeness
from shimin.capabilities.identity.operations.change_name import NameClaim, NameOfOtherPaper, change_name
from shimin.capabilities.identity.operations.counter.asking import Papers, ask_act
from shimin.capabilities.identity.operations.counter.deciding import decide_act, undo_act
from shimin.capabilities.identity.operations.opening import open_session
from shimin.capabilities.identity.operations.own_data import close_account, export_own_data
from shimin.capabilities.identity.operations.persons import (
    KnownByOtherPaper,
    OtherNameOnPaper,
    OtherPersonProved,
    PersonTaken,
)
from shimin.capabilities.identity.operations.real_name import (
    MinorNeedsGuardian,
    PaperEnded,
    PaperEndNeeded,
    PaperMismatch,
    RealNameClaim,
    RegisterSilent,
    SecondMismatch,
    prove_real_name,
)
from shimin.capabilities.identity.ports import NoIdentitySource, PaperStatus, set_paper_source
from shimin.capabilities.identity.queries import get_account_view, get_subject
from shimin.capabilities.identity.tests.factories import (
    CLIENT,
    NOW,
    PASSWORD,
    actor_of,
    make_officer,
    make_resident,
)
from shimin.capabilities.identity.tests.outbox import refusals
from shimin.kernel.actor import ANONYMOUS, AssuranceLevel
from shimin.kernel.db import auth_scope
from shimin.kernel.values.names import NameInvalid
from shimin.kernel.values.papers import PaperKind, PaperNumberInvalid, read_paper

pytestmark = pytest.mark.django_db
NAME, BORN, UNTIL = "CARTER EMILY ANNE", date(1987, 4, 12), date(2031, 8, 20)
CARD, PASSPORT, NEW_PASSPORT = "943840198704120021", "561234987", "A98765432"


def paper(kind=PaperKind.PASSPORT, number=PASSPORT, *, born=BORN, issuer="USA"):
    return read_paper(kind, number, birth_date=born, issuer=issuer, today=NOW.date())


def claim(kind=PaperKind.PASSPORT, number=PASSPORT, **changes):
    words = {
        "name": NAME, "id_number": number, "second": SecondSource.SOCIAL_CARD, "second_value": "A12345678",
        "consents": True, "document": kind, "issuer": "USA" if kind is PaperKind.PASSPORT else "", "birth_date": BORN,
        "valid_until": UNTIL,
    }  # fmt: skip
    return RealNameClaim(**{**words, **changes})


def prove(resident, *args, now=NOW, **changes):
    return prove_real_name(actor=resident.actor, claim=claim(*args, **changes), now=now)


@pytest.fixture
def known(immigration):
    """The register knows a passport, its successor and a residence card of one person."""
    immigration.add_paper(NAME, paper(), UNTIL)
    immigration.add_paper(NAME, paper(number=NEW_PASSPORT), UNTIL)
    immigration.add_paper(NAME, paper(PaperKind.RESIDENCE_CARD, CARD), UNTIL)
    return immigration


@pytest.fixture
def newcomer():
    return make_resident(level=1)


def test_a_passport_proves_the_real_name(newcomer, known):
    actor = actor_of(prove(newcomer, number="５61 234-987", name="Carter  Emily Anne").token)
    subject = get_subject(actor)
    assert (subject.name, subject.id_number, subject.document) == (NAME, PASSPORT, PaperKind.PASSPORT)
    assert (actor.level, subject.birth_date) == (AssuranceLevel.REAL_NAME, BORN)
    view = get_account_view(actor, NOW)
    assert (view.document, view.id_number, view.method) == (
        PaperKind.PASSPORT, "5******87", "immigration:passport+social_card",
    )  # fmt: skip
    assert known.asked == ["paper", "social_card"]


@pytest.mark.parametrize(
    ("kind", "number", "name"),
    [
        (PaperKind.HKM_PERMIT, "H0123456702", "陈嘉欣"),
        (PaperKind.TAIWAN_PERMIT, "06812345", "林志豪"),
        (PaperKind.RESIDENCE_CARD, "USA110087041201", NAME),
        (PaperKind.RESIDENCE_CARD, CARD, NAME),
    ],
)
def test_every_other_paper_does_too(newcomer, immigration, kind, number, name):
    immigration.add_paper(name, paper(kind, number), UNTIL)
    assert prove(newcomer, kind, number, name=name).actor.level is AssuranceLevel.REAL_NAME


def test_the_proof_ends_with_the_paper(newcomer, immigration):
    soon = date(2027, 1, 31)
    immigration.add_paper(NAME, paper(), soon)
    prove(newcomer, valid_until=soon)
    account = Account.objects.get(id=newcomer.account_id)
    assert account.level_until == datetime(2027, 1, 31, 16, tzinfo=UTC)  # midnight in China
    proof = LevelProof.objects.get(account=account, level=2)
    assert proof.expires_at == account.level_until


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"valid_until": None}, PaperEndNeeded),
        ({"valid_until": date(2026, 11, 21)}, PaperEnded),
        ({"birth_date": date(2013, 1, 1)}, MinorNeedsGuardian),
        ({"number": "ｅ\u0415345678"}, PaperNumberInvalid),
        ({"name": "Ивaнoв Пётр"}, NameInvalid),
    ],
)
def test_asks_nobody_about_what_cannot_be(newcomer, known, changes, error):
    with pytest.raises(error):
        prove(newcomer, **changes)
    assert known.asked == []


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "GBR"}, {"birth_date": date(1987, 4, 13)}, {"valid_until": date(2031, 8, 21)}, {"name": "CARTER ANNE"}],
)
def test_refuses_in_the_same_words_whatever_is_wrong(newcomer, known, changes):
    with pytest.raises(PaperMismatch) as refused:
        prove(newcomer, **changes)
    assert refused.value.fields == {}
    assert not Person.objects.exists()
    assert refusals() == ["identity.paper_mismatch"]


@pytest.mark.parametrize("status", [PaperStatus.LOST, PaperStatus.ENDED])
def test_refuses_a_paper_that_was_lost_or_taken_back(newcomer, known, status):
    known.paper_status = status
    with pytest.raises(PaperEnded):
        prove(newcomer)


def test_the_second_register_has_its_say(newcomer, known):
    with pytest.raises(SecondMismatch):
        prove(newcomer, second_value="B99999999")


def test_a_silent_register_changes_nothing_and_none_says_so(newcomer, known):
    known.down = True
    with pytest.raises(RegisterSilent):
        prove(newcomer)
    set_paper_source(None)
    with pytest.raises(NoIdentitySource):
        prove(newcomer)
    assert actor_of(newcomer.token).level is AssuranceLevel.PHONE


def test_one_number_of_two_states_is_two_papers(known):
    known.add_paper("HUGHES OLIVER", paper(issuer="GBR", born=date(1979, 9, 22)), UNTIL)
    first, second = make_resident(level=1), make_resident(level=1)
    mine = prove(first).actor.person_id
    other = prove(second, issuer="GBR", birth_date=date(1979, 9, 22), name="HUGHES OLIVER").actor.person_id
    assert mine != other


def test_one_passport_is_one_account(newcomer, known):
    prove(newcomer)
    with pytest.raises(PersonTaken):
        prove(make_resident(level=1))


def test_a_new_passport_is_the_same_person_and_the_old_one_finds_them_still(newcomer, known):
    person_id = prove(newcomer).actor.person_id
    later = actor_of(prove_again(newcomer, number=NEW_PASSPORT).token)
    assert later.person_id == person_id
    assert get_subject(later).id_number == NEW_PASSPORT
    assert PersonHandle.objects.filter(person_id=person_id).count() == 2
    with pytest.raises(PersonTaken):
        prove(make_resident(level=1))
    assert get_subject(actor_of(prove_again(newcomer).token)).id_number == PASSPORT  # and back
    assert PersonHandle.objects.filter(person_id=person_id).count() == 2


def enter_again(resident):
    with auth_scope(ANONYMOUS):
        account = Account.objects.get(id=resident.account_id)
        return open_session(account=account, client=CLIENT, before=ANONYMOUS, now=NOW, is_first=True)


def prove_again(resident, *args, **changes):
    return prove_real_name(actor=enter_again(resident).actor, claim=claim(*args, **changes), now=NOW)


def test_a_card_for_life_stays_the_number_that_is_asked_with(newcomer, known):
    prove(newcomer)
    prove_again(newcomer, PaperKind.RESIDENCE_CARD, CARD)
    actor = actor_of(prove_again(newcomer, number=NEW_PASSPORT).token)
    assert (get_subject(actor).id_number, get_subject(actor).document) == (CARD, PaperKind.RESIDENCE_CARD)
    exported = next(
        row for row in export_own_data(actor=actor, now=NOW)["parts"]["identity"]["rows"] if row["kind"] == "account"
    )
    assert sorted(exported["further_papers"]) == [f"passport/USA/{PASSPORT}", f"passport/USA/{NEW_PASSPORT}"]


def test_one_person_with_two_papers_does_not_become_two_unseen(newcomer, known):
    prove(newcomer)
    other = make_resident(level=1)
    with pytest.raises(KnownByOtherPaper) as refused:
        prove(other, PaperKind.RESIDENCE_CARD, CARD)
    assert "登录" in refused.value.mend
    assert newcomer.phone[-4:] not in refused.value.message + refused.value.mend
    assert Person.objects.count() == 1
    assert refusals() == ["identity.known_by_other_paper"]


def test_names_in_another_order_are_met_too(newcomer, known):
    prove(newcomer)
    known.add_paper("EMILY ANNE CARTER", paper(PaperKind.RESIDENCE_CARD, CARD), UNTIL)
    with pytest.raises(KnownByOtherPaper):
        prove(make_resident(level=1), PaperKind.RESIDENCE_CARD, CARD, name="Emily Anne Carter")


def test_a_paper_of_somebody_else_is_not_added(newcomer, known):
    prove(newcomer)
    known.add_paper(NAME, paper(number="777777777", born=date(1988, 1, 1)), UNTIL)
    with pytest.raises(OtherPersonProved):
        prove_again(newcomer, number="777777777", birth_date=date(1988, 1, 1))
    known.add_paper("MILLER JOAN", paper(number="888888888"), UNTIL)
    with pytest.raises(OtherNameOnPaper):
        prove_again(newcomer, number="888888888", name="MILLER JOAN")


def test_a_citizen_stays_with_the_citizens_number(known):
    resident = make_resident()
    known.add_paper(NAME, paper(number="999999999", born=date(1990, 5, 17)), UNTIL)
    with pytest.raises(OtherPersonProved):
        prove(resident, number="999999999", birth_date=date(1990, 5, 17))


def test_a_name_is_changed_with_the_new_passport_not_here(newcomer, known):
    actor = prove(newcomer).actor
    with pytest.raises(NameOfOtherPaper):
        change_name(actor=actor, claim=NameClaim("SMITH EMILY", SecondSource.SOCIAL_CARD, "A12345678", True), now=NOW)


def test_closing_forgets_the_papers(newcomer, known):
    actor = prove(newcomer).actor
    prove_again(newcomer, number=NEW_PASSPORT)
    actor = actor_of(prove_again(newcomer, number=NEW_PASSPORT).token)
    close_account(actor=actor, password=PASSWORD, understood=True, now=NOW)
    assert not PersonHandle.objects.exists()
    assert not PersonLikeness.objects.exists()
    person = Person.objects.get()
    assert (bytes(person.id_number), person.birth_date) == (b"", None)
    assert prove(make_resident(level=1)).actor.level is AssuranceLevel.REAL_NAME


def test_nothing_of_a_paper_stands_in_clear(newcomer, known):
    prove(newcomer)
    prove_again(newcomer, number=NEW_PASSPORT)
    with connection.cursor() as cursor:
        for table in ("identity_person", "identity_person_handle", "identity_person_likeness", "kernel_audit"):
            cursor.execute(f"SELECT * FROM {table}")
            text = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
            for secret in (PASSPORT, NEW_PASSPORT, "CARTER", "USA", "1987-04-12"):
                assert secret not in text


def test_handles_and_likeness_can_be_reckoned_again(newcomer, known):
    from shimin.kernel.crypto import index_under
    from shimin.kernel.reindexing import indexed_tables

    prove(newcomer)
    prove_again(newcomer, number=NEW_PASSPORT)
    for table in indexed_tables():
        if table.name not in ("identity_person_handle", "identity_person_likeness"):
            continue
        with connection.cursor() as cursor:
            cursor.execute(table.source, [99, 10])
            rows = cursor.fetchall()
        assert len(rows) == (2 if table.name == "identity_person_handle" else 1)
        for hashed, value in rows:
            assert bytes(hashed) == index_under(0, table.read(value), context=table.context)


# The window.


@pytest.fixture
def officer():
    return actor_of(make_officer("identity.counter", login="window-1", region_code="430100").token)


@pytest.fixture
def colleague():
    return actor_of(make_officer("identity.counter", login="window-2", region_code="430100").token)


def shown(**changes):
    words = {
        "name": NAME, "id_number": PASSPORT, "reason": "本人到窗口", "saw_person": True, "document": PaperKind.PASSPORT,
        "issuer": "USA", "birth_date": BORN, "valid_until": UNTIL,
    }  # fmt: skip
    return Papers(**{**words, **changes})


def do(officer, colleague, act, given):
    asked = ask_act(actor=officer, act=act, papers=given, now=NOW)
    assert not asked.is_done
    return asked.act_id, decide_act(actor=colleague, act_id=asked.act_id, agrees=True, now=NOW)


def test_a_window_proves_a_passport_until_it_ends(newcomer, known, officer, colleague):
    do(officer, colleague, Act.RAISE, shown(phone=newcomer.phone))
    view = get_account_view(actor_of(newcomer.token), NOW)
    assert (view.level, view.document, view.method) == (4, PaperKind.PASSPORT, "window+passport")
    assert view.level_until == datetime(2031, 8, 20, 16, tzinfo=UTC)
    assert known.asked == ["paper"]


def test_a_window_without_the_register_looks_at_the_passport_itself(newcomer, registers, officer, colleague):
    do(officer, colleague, Act.RAISE, shown(phone=newcomer.phone))
    assert registers.asked == []
    assert get_account_view(actor_of(newcomer.token), NOW).level == 4


def test_a_window_is_told_by_the_register(newcomer, known, officer):
    with pytest.raises(PaperMismatch):
        ask_act(actor=officer, act=Act.RAISE, papers=shown(phone=newcomer.phone, issuer="GBR"), now=NOW)
    known.down = True
    with pytest.raises(RegisterSilent):
        ask_act(actor=officer, act=Act.RAISE, papers=shown(phone=newcomer.phone), now=NOW)


def test_two_officers_may_say_that_it_is_another_person(newcomer, known, officer, colleague):
    prove(newcomer)
    other = make_resident(level=1)
    card = {"document": PaperKind.RESIDENCE_CARD, "id_number": CARD, "issuer": "", "birth_date": None}
    with pytest.raises(KnownByOtherPaper):
        ask_act(actor=officer, act=Act.RAISE, papers=shown(phone=other.phone, **card), now=NOW)
    with pytest.raises(KnownByOtherPaper):
        ask_act(actor=officer, act=Act.OPEN, papers=shown(**card), now=NOW)
    do(officer, colleague, Act.RAISE, shown(phone=other.phone, is_another=True, **card))
    assert Person.objects.count() == 2
    assert PersonLikeness.objects.count() == 2


@pytest.mark.parametrize("number", [CARD, "777777777"])
def test_a_window_adds_a_paper_with_another_name_and_takes_it_back(newcomer, known, officer, colleague, number):
    prove(newcomer)
    changes = {"document": PaperKind.RESIDENCE_CARD, "issuer": ""} if number == CARD else {}
    if number == CARD:
        known.add_paper("卡特", paper(PaperKind.RESIDENCE_CARD, CARD), UNTIL)
    else:
        known.add_paper("MILLER EMILY", paper(number=number), UNTIL)
    name = "卡特" if number == CARD else "MILLER EMILY"
    act_id, _ = do(
        officer, colleague, Act.RAISE, shown(phone=newcomer.phone, id_number=number, name=name, **changes)
    )  # fmt: skip
    subject = get_subject(actor_of(enter_again(newcomer).token))
    assert (subject.id_number, subject.name) == (number, name)
    undo_act(actor=officer, act_id=act_id, now=NOW + timedelta(hours=1))
    assert get_subject(actor_of(enter_again(newcomer).token)).id_number == PASSPORT
    assert PersonHandle.objects.count() == 1


def test_a_reset_finds_the_account_by_any_of_its_papers(newcomer, known, officer, colleague):
    prove(newcomer)
    prove_again(newcomer, PaperKind.RESIDENCE_CARD, CARD)
    _, sheet = do(officer, colleague, Act.RESET, shown())
    assert sheet is not None
    assert Account.objects.get(id=newcomer.account_id).level == 4


# Pages and API.


def test_the_page_asks_what_each_paper_needs_and_keeps_what_was_typed(browser, newcomer, known):
    browser.cookies["shimin_session"] = newcomer.token
    page = browser.get("/account/real-name?next=/me/").content.decode()
    assert "Passport" in page
    assert "paper=passport" in page
    assert 'name="issuer"' not in page
    address = "/account/real-name?next=%2Fme%2F&paper=passport"
    page = browser.get(address).content.decode()
    assert 'name="issuer"' in page
    assert 'name="birth_date"' in page
    form = {
        "name": NAME, "id_number": PASSPORT, "issuer": "USA", "birth_date": "1987-04-12", "valid_until": "2031-08-21",
        "second": "social_card", "second_value": "A12345678", "consents": "on", "next": "/me/",
    }  # fmt: skip
    wrong = browser.post(address, form)
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert PASSPORT not in text
    assert "5******87" in text
    assert "证件信息对不上" in text
    kept = text.split('name="kept" value="')[1].split('"')[0]
    right = {**form, "id_number": "", "second_value": "", "kept": kept, "valid_until": "20310820"}
    assert browser.post(address, right)["Location"] == "/me/"


def test_who_has_a_passport_may_add_a_paper_and_a_citizen_may_not(browser, newcomer, known):
    browser.cookies["shimin_session"] = prove(newcomer).token
    stands = browser.get("/account/real-name").content.decode()
    assert "护照" in stands
    assert "加上这本证件" in stands
    assert 'name="valid_until"' in browser.get("/account/real-name?paper=residence_card").content.decode()
    browser.cookies["shimin_session"] = make_resident().token
    assert 'name="valid_until"' not in browser.get("/account/real-name?paper=passport").content.decode()


def test_the_same_by_json(browser, newcomer, known):
    body = {
        "name": NAME, "id_number": PASSPORT, "issuer": "USA", "birth_date": "1987-04-12", "valid_until": "2031-08-20",
        "second": "social_card", "second_value": "A12345678", "consents": True, "document": "passport",
    }  # fmt: skip
    answer = browser.post(
        "/api/v1/me/real-name", body, content_type="application/json",
        headers={"Authorization": f"Bearer {newcomer.token}"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["level"]) == (200, 2)
    me = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {answer.json()['token']}"}).json()
    assert (me["document"], me["id_number"]) == ("passport", "5******87")


def test_the_desk_page_asks_what_each_paper_needs(browser, newcomer, registers):
    browser.cookies["shimin_desk"] = make_officer("identity.counter", login="window-1", region_code="430100").token
    assert 'name="issuer"' not in browser.get("/desk/counter/new/raise").content.decode()
    address = "/desk/counter/new/raise?paper=passport"
    assert 'name="issuer"' in browser.get(address).content.decode()
    form = {
        "name": NAME, "id_number": PASSPORT, "issuer": "USA", "birth_date": "1987-04-12", "valid_until": "2031-08-20",
        "phone": newcomer.phone, "reason": "本人到窗口", "saw_person": "on",
    }  # fmt: skip
    led = browser.post(address, form)
    assert led.status_code == 303
    page = browser.get(led["Location"]).content.decode()
    assert "护照" in page
    assert "5******87" in page
    assert PASSPORT not in page


def test_a_number_in_the_wrong_kind_is_led_to_the_right_one(browser, newcomer, known):
    browser.cookies["shimin_session"] = newcomer.token
    form = {"name": "周晓敏", "id_number": CARD, "second": "social_card", "second_value": "A12345678", "consents": "on"}
    assert "外国人永久居留身份证" in browser.post("/account/real-name", form).content.decode()
