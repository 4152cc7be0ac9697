"""An agency issues a payment notice, or takes one back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.payments.dues.domain.codes import formats, items, make_code
from shimin.capabilities.payments.dues.models import PaymentNotice
from shimin.capabilities.payments.dues.queries.notices import NoticeUnknown
from shimin.capabilities.payments.public import MOST_FEN
from shimin.kernel import audit
from shimin.kernel.actor import Actor, Grant
from shimin.kernel.clock import CHINA
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput
from shimin.kernel.ids import new_id
from shimin.kernel.values.masking import mask_name
from shimin.kernel.values.money import format_fen

ISSUER = "payments.issuer"
LONGEST_TITLE, LONGEST_NAME, LONGEST_WORDS = 40, 60, 200
LONGEST_TIME = timedelta(days=366)
_TRIES = 5


class NoticeNotOpen(Conflict):
    """It is paid, or was cancelled before."""

    code = "payment_notice_not_open"
    message = "这张缴款通知已经缴清或取消。"
    mend = "已缴清的，请由财务退款。"


def issue_notice(
    *, actor: Actor, item_code: str, title: str, payer_name: str, amount_fen: int, due_at: datetime, now: datetime
) -> int:
    """Issue a notice for the officer's agency and return its id. Of ``payer_name`` only the mask is kept.

    Raises:
        Forbidden: the officer issues for no agency. InvalidInput: a field.
    """
    grant = _grant(actor)
    title, payer_name = " ".join(title.split()), " ".join(payer_name.split())
    faults: dict[str, str] = {}
    if item_code not in items():
        faults["item"] = "请选择执收项目。"
    if not 1 <= len(title) <= LONGEST_TITLE:
        faults["title"] = f"请写明缴什么款（{LONGEST_TITLE}字以内），不要写个人信息。"
    if not 1 <= len(payer_name) <= LONGEST_NAME:
        faults["payer"] = "请填写缴款人。"
    if not 0 < amount_fen <= MOST_FEN:
        faults["yuan"] = f"金额要大于0，不超过{format_fen(MOST_FEN)}。"
    if not now < due_at <= now + LONGEST_TIME:
        faults["due"] = "缴款期限应在今天以后、一年以内。"
    if faults:
        raise InvalidInput(fields=faults)
    assert actor.account_id is not None
    assert grant.agency_id is not None
    assert grant.region_code is not None
    agency = next(each for each in list_agencies(grant.region_code) if each.id == grant.agency_id)
    for _ in range(_TRIES):
        notice = PaymentNotice(
            id=new_id(), city_code=grant.region_code, code=make_code(grant.region_code, now.astimezone(CHINA).year),
            agency_id=agency.id, agency_name=agency.name, item_code=item_code, item_title=items()[item_code],
            title=title, payer_masked=mask_name(payer_name), amount_fen=amount_fen, due_at=due_at,
            issued_by_id=actor.account_id, issued_at=now,
        )  # fmt: skip
        with scope(actor):
            try:
                with transaction.atomic():
                    notice.save(force_insert=True)
            except IntegrityError:
                continue  # the code was there already: one in ten thousand millions
            audit.record(
                actor=actor, action="dues.issue", target="payment_notice", target_id=notice.id, now=now,
                city_code=notice.city_code, details={"fen": amount_fen, "item": item_code},
            )  # fmt: skip
        return notice.id
    raise RuntimeError("no free payment code was found")


def _grant(actor: Actor) -> Grant:
    for grant in actor.grants if actor.is_signed_in else ():
        if grant.role == ISSUER and grant.agency_id is not None and grant.region_code in formats():
            return grant
    raise Forbidden


def cancel_notice(*, actor: Actor, notice_id: int, words: str, now: datetime) -> None:
    """Take a notice back. Money that is on its way at this moment is refused by the keeper and goes back by itself.

    Raises:
        NoticeUnknown, NoticeNotOpen: see the classes. InvalidInput: the words.
    """
    if not actor.has_role(ISSUER):
        raise Forbidden
    words = words.strip()
    with scope(actor):
        notice = PaymentNotice.objects.select_for_update().filter(id=notice_id).first()
        if notice is None:
            raise NoticeUnknown
        if notice.cancelled_at is not None or notice.paid_at is not None:
            raise NoticeNotOpen
        if not 1 <= len(words) <= LONGEST_WORDS:
            raise InvalidInput(fields={"words": f"请写明为什么取消（{LONGEST_WORDS}字以内）。"})
        notice.cancelled_at, notice.cancelled_by_id, notice.cancel_words = now, actor.account_id, words
        notice.save(update_fields=["cancelled_at", "cancelled_by_id", "cancel_words"])
        audit.record(
            actor=actor, action="dues.cancel", target="payment_notice", target_id=notice.id, now=now,
            city_code=notice.city_code,
        )  # fmt: skip
