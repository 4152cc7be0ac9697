"""Shapes of the JSON API. Money is in fen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from shimin.capabilities.payments.invitations.public import InvitationOffer, InvitationView
from shimin.kernel.web.api import IdText


class InvitedDebtIn(Schema):
    """A bill or top-up by kind and reference, as the lists of bills give them."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    ref: Annotated[str, Field(min_length=1, max_length=100)]


class InvitationIn(Schema):
    """What others are asked to pay, and for how many days the link lasts."""

    lines: Annotated[list[InvitedDebtIn], Field(min_length=1, max_length=20)]
    days: Literal["1", "3", "7"] = "3"


class InvitationOut(Schema):
    """A link of one's own: ``url`` goes to whoever shall pay."""

    invitation_id: IdText
    title: str
    payee_name: str
    total_fen: int
    state: str
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    url: str


class OfferLineOut(Schema):
    """One debt, told without whose it is."""

    title: str
    payee_name: str
    amount_fen: int


class OfferOut(Schema):
    """What a link asks for now; ``is_known`` false: a payee does not answer just now."""

    title: str
    state: str
    total_fen: int
    expires_at: datetime
    is_known: bool
    lines: list[OfferLineOut]


class AnswerIn(Schema):
    """The link's secret (``k`` of its address)."""

    k: Annotated[str, Field(max_length=40)]


class AnswerOut(Schema):
    """The page where the order is paid; without an account its address is the only way to it."""

    url: str


def invitation_out(view: InvitationView, url: str, now: datetime) -> dict[str, Any]:
    """Return an invitation as JSON values."""
    names = [name for name in InvitationOut.model_fields if name not in ("state", "url")]
    return {**{name: getattr(view, name) for name in names}, "state": str(view.state_at(now)), "url": url}


def offer_out(offer: InvitationOffer) -> dict[str, Any]:
    """Return an offer as JSON values."""
    lines = [{name: getattr(line, name) for name in OfferLineOut.model_fields} for line in offer.lines]
    return {
        "title": offer.view.title, "state": str(offer.state), "total_fen": offer.total_fen,
        "expires_at": offer.view.expires_at, "is_known": offer.is_known, "lines": lines,
    }  # fmt: skip
