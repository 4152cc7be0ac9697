"""Level 3 by a bank card: name, ID number, card and the phone the bank knows, checked by a clearing house."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from stdnum import luhn

from shimin.capabilities.identity.domain import BANK_CARD_PURPOSE, BANK_CARD_TEXT, PROOF_LIFETIME, level_now
from shimin.capabilities.identity.events import LevelRaised
from shimin.capabilities.identity.models import Account, LevelProof
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.operations.mandates.granting import require_own_person
from shimin.capabilities.identity.operations.opening import OpenedSession, raise_session
from shimin.capabilities.identity.operations.real_name import ConsentRequired, RegisterSilent, end_of_proof
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.ports import get_bank_card_source
from shimin.capabilities.identity.queries import get_subject
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, AssuranceLevel
from shimin.kernel.db import auth_scope, require_no_transaction
from shimin.kernel.errors import InvalidInput, Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.papers import PaperKind
from shimin.kernel.values.phones import normalise_phone


class CardNumberInvalid(InvalidInput):
    """It cannot be a bank card's number.

    Source: GB/T 20543 (ISO/IEC 7812), the check digit.
    """

    code = "identity.card_number_invalid"

    def __init__(self) -> None:
        words = "银行卡号应为16到19位数字，请对照银行卡检查。"
        super().__init__(words, mend="请重新填写卡号。", fields={"card_number": words})


class BankCardMismatch(InvalidInput):
    """The clearing house says no; which of card and phone is wrong is not told."""

    code = "identity.bank_card_mismatch"
    message = "银行卡和您的信息对不上。"
    mend = "请检查卡号，并填在银行登记的手机号；也可以换一张本人的卡，或带身份证到窗口办理。"


@dataclass(frozen=True, slots=True)
class BankCardClaim:
    """A card of one's own and the phone that the bank knows."""

    card_number: str
    phone: str
    consents: bool


def prove_bank_card(*, actor: Actor, claim: BankCardClaim, now: datetime) -> OpenedSession:
    """Raise the actor's account and session to level 3, under a new token. Card and phone are not kept.

    Raises:
        CardNumberInvalid, PhoneInvalid, ConsentRequired: mend the input.
        BankCardMismatch: the clearing house says no.
        LevelRequired, OwnHatRequired: a proven name first, and only for oneself.
        RegisterSilent, NoIdentitySource: nobody can be asked now; nothing is changed.
        RealNameThrottled: more than ten look-ups of registers a day.
    """
    account_id, _ = require_own_person(actor)
    require_no_transaction()
    with refusals_recorded(actor, "identity.prove_bank_card", now):
        card_number, phone = _card_number(claim.card_number), normalise_phone(claim.phone)
        if not claim.consents:
            raise ConsentRequired
        limits.count_real_name(account_id, now)
        give_consent(actor, BANK_CARD_PURPOSE, BANK_CARD_TEXT, now)
        person = get_subject(actor)
        try:
            matches = get_bank_card_source().check_bank_card(
                person.name, person.id_number, card_number, phone, document=person.document
            )
        except Unavailable as silent:
            raise RegisterSilent(retry_after_seconds=silent.retry_after_seconds) from silent
        if not matches:
            raise BankCardMismatch
        with auth_scope(actor):
            account = raise_level(
                actor=actor, account_id=account_id, level=AssuranceLevel.FACE_OR_BANK, method="bank_card", now=now
            )
            return raise_session(actor=actor, account=account, method="bank_card", now=now)


def raise_level(
    *, actor: Actor, account_id: int, level: AssuranceLevel, method: str, now: datetime,
    valid_until: date | None = None,
) -> Account:  # fmt: skip
    """Write a proof above the name's, in the caller's auth scope; return the account locked.

    ``valid_until`` is the last day of the paper that was looked at. Without one, a proof by papers that end counts as
    long as the name's.
    """
    account = Account.objects.select_for_update(of=("self",)).select_related("person").get(id=account_id)
    ends_at = end_of_proof(now + PROOF_LIFETIME[level], valid_until)
    document = account.person.document if account.person else PaperKind.ID_CARD
    if valid_until is None and document != PaperKind.ID_CARD and account.level_until is not None:
        ends_at = min(ends_at, account.level_until)
    if level_now(account.level, account.level_until, now) <= level:
        account.level, account.level_until = level, ends_at
    account.version += 1
    account.save(update_fields=["level", "level_until", "version"])
    LevelProof(id=new_id(), account=account, level=level, method=method, verified_at=now, expires_at=ends_at).save(
        force_insert=True
    )
    audit.record(
        actor=actor, action="identity.raise_level", target="account", target_id=account.id, now=now,
        details={"level": int(level), "method": method},
    )  # fmt: skip
    event = LevelRaised(account_id=account.id, level=int(level), method=method)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
    return account


def _card_number(text: str) -> str:
    number = "".join(unicodedata.normalize("NFKC", text[:100]).split()).replace("-", "")
    if not (16 <= len(number) <= 19 and number.isascii() and number.isdigit() and luhn.is_valid(number)):
        raise CardNumberInvalid
    return number
