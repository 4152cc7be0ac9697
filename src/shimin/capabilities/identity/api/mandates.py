"""JSON routes about acting for others."""

from __future__ import annotations

from datetime import datetime

from ninja import Router, Schema, Status
from pydantic import Field

from shimin.capabilities.identity.domain.mandates import AGREED_RELATIONS
from shimin.capabilities.identity.operations.mandates.agreeing import (
    OfferTerms,
    OfferView,
    accept_offer,
    find_offer,
    offer_mandate,
)
from shimin.capabilities.identity.operations.mandates.claiming import claim_child, claim_company
from shimin.capabilities.identity.operations.mandates.hats import take_off_hat, wear_hat, withdraw_mandate
from shimin.capabilities.identity.queries.mandates import Mandates, list_mandates
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, SignedIn

router = Router()
_RELATIONS = "|".join(AGREED_RELATIONS)


class MandateOut(Schema):
    """One mandate; names are masked. `principal` is acted for by `agent`; `scope` is `["*"]` or slugs of items."""

    mandate_id: IdText
    principal: str
    agent: str
    relation: str
    role: str
    scope: list[str]
    basis: str
    starts_at: datetime
    ends_at: datetime
    withdrawn_at: datetime | None
    is_standing: bool
    is_worn: bool
    may_appoint: list[str]


class MandatesOut(Schema):
    """`mine`: I act. `given`: others act for me or my company."""

    mine: list[MandateOut]
    given: list[MandateOut]


class MandateIdOut(Schema):
    """The mandate that stands now."""

    mandate_id: IdText


class ChildIn(Schema):
    """A child as the household register has it."""

    name: str = Field(max_length=200)
    id_number: str = Field(max_length=100)


class CompanyIn(Schema):
    """A company by its unified social credit code."""

    credit_code: str = Field(max_length=100, examples=["91430100000000000M"])


class MandateOfferIn(Schema):
    """What is offered. With `company_mandate_id`, a `role` in that company is; else `relation` between two people."""

    relation: str = Field(default="", pattern=f"^({_RELATIONS})?$")
    scope: list[str] = Field(max_length=60, examples=[["*"]])
    ends_at: datetime
    is_asking: bool = False
    company_mandate_id: IdText | None = None
    role: str = Field(default="", pattern="^(manager|clerk)?$")


class OfferCodeOut(Schema):
    """Hand it to the other side; good once, for seven days."""

    code: str


class OfferCodeIn(Schema):
    """The code that was handed over."""

    code: str = Field(max_length=100)


class MandateOfferOut(Schema):
    """What a code offers."""

    by: str
    company: str
    relation: str
    role: str
    is_asking: bool
    scope: list[str]
    ends_at: datetime


class HatIn(Schema):
    """Whom to act for; null: oneself."""

    mandate_id: IdText | None


@router.get(
    "/me/mandates", auth=SignedIn(any_hat=True), operation_id="list_mandates", response=MandatesOut, summary="代办关系"
)
def get_mandates(request: Request) -> Mandates:
    """List whom I act for and who acts for me, newest first."""
    return list_mandates(request.actor, clock.now())


@router.post(
    "/me/mandates/children", auth=SignedIn(level=2), operation_id="claim_child", response={201: MandateIdOut},
    summary="代孩子办事",
)  # fmt: skip
def post_child(request: Request, body: ChildIn) -> Status[MandateIdOut]:
    """Act for one's child until it is eighteen; the population register is asked."""
    made = claim_child(actor=request.actor, name=body.name, id_number=body.id_number, now=clock.now())
    return Status(201, MandateIdOut(mandate_id=str(made)))


@router.post(
    "/me/mandates/companies", auth=SignedIn(level=2), operation_id="claim_company", response={201: MandateIdOut},
    summary="代单位办事（法定代表人）",
)  # fmt: skip
def post_company(request: Request, body: CompanyIn) -> Status[MandateIdOut]:
    """Act for the company one is the legal person of; the business register is asked."""
    made = claim_company(actor=request.actor, credit_code=body.credit_code, now=clock.now())
    return Status(201, MandateIdOut(mandate_id=str(made)))


@router.post(
    "/me/mandate-offers", auth=SignedIn(level=2), operation_id="offer_mandate", response={201: OfferCodeOut},
    summary="发出代办授权",
)  # fmt: skip
def post_offer(request: Request, body: MandateOfferIn) -> Status[OfferCodeOut]:
    """Offer a mandate; the answer is a code to hand to the other side."""
    company = int(body.company_mandate_id) if body.company_mandate_id else None
    terms = OfferTerms(
        relation="company" if company else body.relation, scope=body.scope, ends_at=body.ends_at,
        is_asking=body.is_asking, mandate_id=company, role=body.role,
    )  # fmt: skip
    return Status(201, OfferCodeOut(code=offer_mandate(actor=request.actor, terms=terms, now=clock.now())))


@router.post(
    "/me/mandate-offers/look", auth=SignedIn(level=2), operation_id="look_at_mandate_offer",
    response=MandateOfferOut, summary="查看代办码",
)  # fmt: skip
def post_look(request: Request, body: OfferCodeIn) -> OfferView:
    """Show what a code offers, before saying yes. By POST: a code must not stand in an address."""
    return find_offer(actor=request.actor, code=body.code, now=clock.now())


@router.post(
    "/me/mandates", auth=SignedIn(level=2), operation_id="accept_mandate", response={201: MandateIdOut},
    summary="接受代办授权",
)  # fmt: skip
def post_acceptance(request: Request, body: OfferCodeIn) -> Status[MandateIdOut]:
    """Say yes to an offer."""
    made = accept_offer(actor=request.actor, code=body.code, now=clock.now())
    return Status(201, MandateIdOut(mandate_id=str(made)))


@router.delete(
    "/me/mandates/{mandate_id}", auth=SignedIn(any_hat=True), operation_id="withdraw_mandate", response={204: None},
    summary="撤回代办",
)  # fmt: skip
def delete_mandate(request: Request, mandate_id: IdText) -> Status[None]:
    """End a mandate, from either side. It holds at once, everywhere."""
    withdraw_mandate(actor=request.actor, mandate_id=int(mandate_id), now=clock.now())
    return Status(204, None)


@router.put("/me/hat", auth=SignedIn(any_hat=True), operation_id="wear_hat", response={204: None}, summary="切换身份")
def put_hat(request: Request, body: HatIn) -> Status[None]:
    """Act for a principal from the next call of this session on, or for oneself."""
    if body.mandate_id is None:
        take_off_hat(actor=request.actor, now=clock.now())
    else:
        wear_hat(actor=request.actor, mandate_id=int(body.mandate_id), now=clock.now())
    return Status(204, None)
