"""The one person behind an account, whichever paper they show; called inside an auth scope.

A mainland citizen has one number for life. Others have papers that end and get new numbers, several at
a time: they are gathered on one person, and where that cannot be known the proof stops and says so.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import Account, Mandate, Person, PersonHandle, PersonLikeness
from shimin.capabilities.identity.operations.finding import add_person_handle
from shimin.kernel.crypto import blind_index, decrypt, encrypt, rotating_index
from shimin.kernel.errors import Conflict
from shimin.kernel.ids import new_id
from shimin.kernel.values.papers import Paper, likeness, reopen_paper

_WINDOW = "请携带证件到就近的政务服务大厅窗口办理，或拨打 12345。"


class PersonTaken(Conflict):
    """Another account has proved this person. Whose is not told."""

    code = "identity.person_taken"
    message = "这个证件号码已经在另一个账号上核实过了。"
    mend = (
        "请用那个账号登录（忘记密码可以找回），登录后在“登录方式”里点“合并账号”，就能把这个账号并过去。"
        "不是您本人办理的，" + _WINDOW
    )


class OtherPersonProved(Conflict):
    """This account belongs to another person already."""

    code = "identity.other_person_proved"
    message = "这个账号已经核实为另一位市民，不能改成别人。"
    mend = "请给自己另外注册一个账号。手机号换了机主的，" + _WINDOW


class OtherNameOnPaper(Conflict):
    """The further paper has the person's birth date and another name: only a window can see that it is theirs."""

    code = "identity.other_name_on_paper"
    message = "这本证件上的姓名和您账号上的不一样。"
    mend = "改过名字，或一本是中文名、一本是外文名的，请带两本证件到窗口，由工作人员核对后加上。"


class KnownByOtherPaper(Conflict):
    """Somebody of this name and birth date was proved by another paper: one person shall not become two unseen."""

    code = "identity.known_by_other_paper"
    message = "已经有人用另一种证件、同样的姓名和出生日期核实过。"
    mend = (
        "是您本人的，请用那个账号登录，在“实名核实”里加上这本证件，两本证件就在一个账号里。"
        "不是您的，请带证件到窗口，由工作人员核对后开通。"
    )


def person_for(
    account: Account, name: str, paper: Paper, now: datetime, *, act_id: int | None = None, is_another: bool = False
) -> Person:  # fmt: skip
    """Return the account's person: the one it has, with name and paper renewed, or a new one.

    ``act_id``: the act of a window where two officers saw that the paper is theirs, whatever name it has.
    ``is_another``: an officer has seen that the person of this name and birth date is somebody else.

    Raises:
        PersonTaken, OtherPersonProved, OtherNameOnPaper, KnownByOtherPaper: see there.
        IntegrityError: another account did the same at this moment (identity_person_handle_pkey).
    """
    if account.person is not None:
        return _renewed(account.person, account, name, paper, now, act_id)
    found = PersonHandle.objects.filter(hash__in=handles.id_number_hashes(paper.text))
    handle = found.select_for_update(of=("self",)).select_related("person").first()
    if handle is not None and handle.account_id is not None:
        raise PersonTaken
    if handle is not None:  # known so far because somebody acts for them
        PersonHandle.objects.filter(person=handle.person, account=None).update(account=account)
        Mandate.objects.filter(person=handle.person, principal_account=None).update(principal_account=account)
        _write(handle.person, name, paper, now)
        return handle.person
    if not paper.is_citizens:
        _refuse_likely(name, paper, is_another=is_another)
    person = Person(
        id=new_id(), name=encrypt(name, context=handles.PERSON_NAME), verified_at=now, **handles.seal_paper(paper)
    )
    person.save(force_insert=True)
    add_person_handle(person, account, paper.text)
    note_likeness(person, name, paper)
    return person


def note_likeness(person: Person, name: str, paper: Paper) -> None:
    """Let a person who is no mainland citizen be met by name and birth date, the present ones only."""
    if paper.is_citizens:
        return
    hashed, key_id = rotating_index(likeness(name, paper.birth_date), context=handles.LIKENESS_INDEX)
    rows = PersonLikeness.objects.filter(person=person)
    if not rows.update(hash=hashed, key_id=key_id):
        PersonLikeness(person=person, hash=hashed, key_id=key_id).save(force_insert=True)


def may_be_further(person: Person, paper: Paper) -> bool:
    """Tell whether a paper can be another one of this person: nobody's a citizen's, and one birth date."""
    own = handles.open_paper(person.id_number, person.birth_date)
    return not (own.is_citizens or paper.is_citizens) and own.birth_date == paper.birth_date


def is_likely_known(name: str, paper: Paper) -> bool:
    """Tell whether somebody of this name and birth date was proved by another paper; writers of one take turns."""
    if paper.is_citizens:
        return False
    text = likeness(name, paper.birth_date)
    turn = int.from_bytes(blind_index(text, context=handles.LIKENESS_INDEX)[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [turn])
    return PersonLikeness.objects.filter(hash__in=handles.likeness_hashes(text)).exists()


def drop_papers_of_act(account: Account, act_id: int) -> None:
    """Take back the further paper that an act of a window added; if it was asked with, another one is again."""
    person = account.person
    added = PersonHandle.objects.filter(account=account, act_id=act_id).first()
    if person is None or added is None:
        return
    is_own = added.paper is None
    born = handles.open_paper(person.id_number, person.birth_date).birth_date
    left = PersonHandle.objects.filter(person=person, paper__isnull=False).exclude(hash=added.hash).order_by("hash")
    others = [(each, decrypt(bytes(each.paper or b""), context=handles.FURTHER_PAPER)) for each in left]
    if is_own and not others:
        return
    PersonHandle.objects.filter(hash=added.hash).delete()
    if not is_own:
        return
    handle, text = max(others, key=lambda other: len(other[1]) == 18)
    PersonHandle.objects.filter(hash=handle.hash).update(paper=None)
    for column, value in handles.seal_paper(reopen_paper(text, born)).items():
        setattr(person, column, value)
    person.save(update_fields=["document", "id_number", "birth_date"])


def _refuse_likely(name: str, paper: Paper, *, is_another: bool) -> None:
    if is_likely_known(name, paper) and not is_another:
        raise KnownByOtherPaper


def _renewed(person: Person, account: Account, name: str, paper: Paper, now: datetime, act_id: int | None) -> Person:
    own = handles.open_paper(person.id_number, person.birth_date)
    if own.text == paper.text:
        _write(person, name, paper, now)
        return person
    if not may_be_further(person, paper):
        raise OtherPersonProved
    known_name = decrypt(bytes(person.name), context=handles.PERSON_NAME)
    if act_id is None and likeness(name, paper.birth_date) != likeness(known_name, own.birth_date):
        raise OtherNameOnPaper
    handle = PersonHandle.objects.filter(hash__in=handles.id_number_hashes(paper.text)).first()
    if handle is not None and handle.person_id != person.id:
        raise PersonTaken
    if len(own.number) == 18 and len(paper.number) != 18:  # a number for life stays the one that is asked with
        if handle is None:
            add_person_handle(person, account, paper.text, is_further=True, act_id=act_id)
        person.verified_at = now
        person.save(update_fields=["verified_at"])
        return person
    mine = PersonHandle.objects.filter(hash__in=handles.id_number_hashes(own.text), person=person)
    mine.update(paper=encrypt(own.text, context=handles.FURTHER_PAPER))
    if handle is None:
        add_person_handle(person, account, paper.text, act_id=act_id)
    else:
        PersonHandle.objects.filter(hash=handle.hash).update(paper=None)
    _write(person, name, paper, now)
    return person


def _write(person: Person, name: str, paper: Paper, now: datetime) -> None:
    person.name, person.verified_at = encrypt(name, context=handles.PERSON_NAME), now
    for column, value in handles.seal_paper(paper).items():
        setattr(person, column, value)
    person.save(update_fields=["name", "verified_at", "document", "id_number", "birth_date"])
    note_likeness(person, name, paper)
