"""Another name for the same person: the registers say so, the ID number stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import REAL_NAME_PURPOSE, REAL_NAME_TEXT, SecondSource
from shimin.capabilities.identity.events import NameChanged
from shimin.capabilities.identity.models import Account, Person
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.operations.persons import note_likeness
from shimin.capabilities.identity.operations.real_name import RealNameClaim, ask_registers, check_claim
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.db import auth_scope, require_no_transaction
from shimin.kernel.errors import Conflict, Forbidden, LevelRequired, OwnHatRequired, SignInRequired
from shimin.kernel.values.papers import PaperKind


class NameUnchanged(Conflict):
    """The account has this name already."""

    code = "identity.name_unchanged"
    message = "账号上已经是这个姓名。"
    mend = "姓名刚在派出所改过的，登记更新后再来；没有改的，什么都不用做。"


class NameOfOtherPaper(Forbidden):
    """Foreigners' papers get a new number with a new name: the new paper is what is proved."""

    code = "identity.name_of_other_paper"
    message = "用护照、通行证等证件实名的，不在这里改名。"
    mend = "请带新证件和改名证明到窗口，由工作人员核对后更新。"


@dataclass(frozen=True, slots=True)
class NameClaim:
    """The new name, and the number of a second paper that has it already."""

    name: str
    second: SecondSource
    second_value: str
    consents: bool


def change_name(*, actor: Actor, claim: NameClaim, now: datetime) -> None:
    """Give the actor's person the name that the registers have for their ID number now. Level and proof stay.

    The ID number is the proved one, never typed: nobody becomes somebody else. Both registers are asked with no
    transaction open. The old name is not kept; what departments issued under it stays theirs.

    Raises:
        SignInRequired, OwnHatRequired: only for oneself.
        LevelRequired: the session is not at the level of a proven name.
        NameInvalid, SecondNumberInvalid, ConsentRequired: mend the input.
        NameMismatch, SecondMismatch, PersonNotActive: a register says no.
        NameUnchanged, NameOfOtherPaper, RegisterSilent, NoIdentitySource, RealNameThrottled: see there.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    if actor.level < AssuranceLevel.REAL_NAME or actor.person_id is None:
        raise LevelRequired(AssuranceLevel.REAL_NAME)
    require_no_transaction()
    with refusals_recorded(actor, "identity.change_name", now):
        with auth_scope(actor):
            person = Person.objects.get(id=actor.person_id)
        paper = handles.open_paper(person.id_number, person.birth_date)
        if paper.kind is not PaperKind.ID_CARD:
            raise NameOfOtherPaper
        checked = check_claim(
            RealNameClaim(claim.name, paper.number, claim.second, claim.second_value, claim.consents), now
        )  # fmt: skip
        limits.count_real_name(actor.account_id, now)
        give_consent(actor, REAL_NAME_PURPOSE, REAL_NAME_TEXT, now)
        ask_registers(checked)
        with auth_scope(actor):
            account = Account.objects.select_for_update().get(id=actor.account_id, person_id=actor.person_id)
            locked = Person.objects.select_for_update().get(id=actor.person_id)
            if decrypt(bytes(locked.name), context=handles.PERSON_NAME) == checked.name:
                raise NameUnchanged
            locked.name, locked.verified_at = encrypt(checked.name, context=handles.PERSON_NAME), now
            locked.save(update_fields=["name", "verified_at"])
            note_likeness(locked, checked.name, checked.paper)
            account.version += 1
            account.save(update_fields=["version"])
            audit.record(
                actor=actor, action="identity.change_name", target="person", target_id=locked.id, now=now,
                details={"method": f"population+{claim.second}"},
            )  # fmt: skip
            event = NameChanged(account_id=account.id, person_id=locked.id)
            events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
