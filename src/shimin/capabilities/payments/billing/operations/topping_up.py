"""Top a card up: its issuer says whether the card is there, and is told when it is paid."""

from __future__ import annotations

import re
from datetime import datetime

import structlog

from shimin.capabilities.payments.billing.domain.cards import KIND, CardIssuer, TopUp, find_issuer, make_ref, read_ref
from shimin.capabilities.payments.billing.ports import biller_system
from shimin.capabilities.payments.public import Owed, PaidLine, SettlementRefused, create_order
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.errors import InvalidInput, NotFound, SignInRequired
from shimin.kernel.rate import hit

_TRIES_AN_HOUR = 30
_KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")
log = structlog.get_logger("shimin.billing")


class CardUnknown(InvalidInput):
    """The issuer has no such card."""

    code = "card_unknown"
    message = "没有查到这张卡，没有扣款。"
    mend = "请对照卡面再填一次。"

    def __init__(self, issuer: CardIssuer) -> None:
        super().__init__(issuer.kind.unknown, mend=issuer.kind.mend)


class TopUpPayable:
    """See ``payments.ports.Payable``."""

    kind = KIND

    def owed(self, *, actor: Actor, ref: str, now: datetime) -> Owed:
        """Return the top-up as a debt; whoever knows the card may top it up."""
        wish = read_ref(ref)
        if biller_system().check_card(wish.issuer, wish.card_number) is None:
            raise NotFound
        return _owed(wish, ref)

    def settle(self, *, line: PaidLine, now: datetime) -> str:
        """See ``Payable.settle``."""
        wish = read_ref(line.ref)
        answer = biller_system().report_top_up(
            wish.issuer, wish.card_number, line=str(line.line_id), fen=line.amount_fen
        )
        if not answer.is_accepted:
            raise SettlementRefused(answer.reason)
        return answer.receipt

    def revert(self, *, line: PaidLine, now: datetime) -> None:
        """See ``Payable.revert``."""
        wish = read_ref(line.ref)
        answer = biller_system().report_top_up_reversal(wish.issuer, wish.card_number, line=str(line.line_id))
        if not answer.is_accepted:  # it keeps what we gave back: people have to talk, and it stays in the log
            log.error("billing.reversal_refused", line_id=line.line_id, reason=answer.reason)


def _owed(wish: TopUp, ref: str) -> Owed:
    return Owed(
        kind=KIND, ref=ref, title=wish.title, amount_fen=wish.fen, city_code=wish.issuer.city_code,
        payee_code=wish.issuer.payee_code, payee_name=wish.issuer.name, agency_id=None,
        item_code=wish.issuer.item_code,
    )  # fmt: skip


def top_up(*, actor: Actor, issuer_code: str, card: str, yuan: int, key: str, now: datetime) -> int:
    """Place the order of a top-up and return its id. Idempotent for ever per (actor, key). Not inside a transaction.

    ``yuan`` is whole, 1 to 500. ``key`` is 16 to 40 letters, digits, hyphens or underscores, made with the form.

    Raises:
        SignInRequired: nobody is signed in. NotFound: no such issuer.
        InvalidInput, CardUnknown: card, sum or key cannot be right.
        TooManyRequests: more cards in an hour than a family has.
        Unavailable: the issuer does not answer.
    """
    if actor.account_id is None or actor.kind is not ActorKind.CITIZEN:
        raise SignInRequired
    if not _KEY.fullmatch(key):
        raise InvalidInput(fields={"Idempotency-Key": "应为16到40个字母、数字、连字符或下划线，例如一个 UUID。"})
    ref = make_ref(issuer_code, card, yuan, key)
    hit("billing.top_up", str(actor.account_id), limit=_TRIES_AN_HOUR, window_seconds=3600, now=now)
    try:
        return create_order(actor=actor, lines=[(KIND, ref)], purpose=KIND, idempotency_key=key, now=now)
    except NotFound:
        raise CardUnknown(find_issuer(issuer_code)) from None
