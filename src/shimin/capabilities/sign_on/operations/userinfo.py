"""The userinfo endpoint: the claims that were agreed to, and the line that the person reads about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from shimin.capabilities.identity.public import Holder, find_holder, stands_consent
from shimin.capabilities.sign_on.domain.claims import claims_of, purpose_code
from shimin.capabilities.sign_on.domain.clients import ClientState, TokenKind
from shimin.capabilities.sign_on.models import Authorisation, HandOver, Token
from shimin.capabilities.sign_on.operations.protocol.engine import Answer
from shimin.capabilities.sign_on.secrets import secret_hash
from shimin.kernel import audit
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import auth_scope
from shimin.kernel.ids import new_id

REALM = 'Bearer realm="shimin"'


def tell_userinfo(*, access_token: str, now: datetime) -> Answer:
    """Return the claims an access token opens, and write down that they were told.

    Errors are RFC 6750's: 401 with WWW-Authenticate. Only what was proved is told; nothing is guessed.
    """
    hashed = secret_hash(access_token)
    if hashed is None:
        return _refusal("invalid_token") if access_token else Answer(401, {}, (("WWW-Authenticate", REALM),))
    with auth_scope(ANONYMOUS):
        token = Token.objects.select_related("authorisation", "client").filter(hash=hashed).first()
        authorisation = _good(token, now) if token is not None else None
        if token is None or authorisation is None:
            return _refusal("invalid_token")
        holder = find_holder(authorisation.account_id, now)
        if holder is None or not stands_consent(authorisation.account_id, purpose_code(token.client_id)):
            return _refusal("invalid_token")
        claims = {"sub": authorisation.subject, **_values(holder, token.scopes)}
        told = [name for name in claims if name in claims_of(token.scopes)]
        if told != ["sub"]:
            _note(authorisation, token, told, now)
    return Answer(200, claims)


def _good(token: Token, now: datetime) -> Authorisation | None:
    """Return the authorisation of a token that still counts. Its times and states are asked at each call."""
    authorisation = token.authorisation
    if token.token_kind != TokenKind.ACCESS or authorisation is None or authorisation.ended_at is not None:
        return None
    if token.revoked_at is not None or token.expires_at <= now or token.client.state != ClientState.APPROVED:
        return None
    return authorisation


def _values(holder: Holder, scopes: list[str]) -> dict[str, Any]:
    known: dict[str, Any] = {
        "name": holder.name,
        "birthdate": holder.birth_date.isoformat() if holder.birth_date else "",
        "phone_number": f"+86{holder.phone}" if holder.phone else "",
        "id_number": holder.id_number,
        "id_document": holder.document,
    }
    values = {name: known[name] for name in claims_of(scopes) if known.get(name)}
    if "phone_number" in values:
        values["phone_number_verified"] = True
    return values


def _note(authorisation: Authorisation, token: Token, claims: list[str], now: datetime) -> None:
    """Write the line, or count on: a system that asks each minute does not fill the person's page."""
    mine = HandOver.objects.filter(account_id=authorisation.account_id, authorisation=authorisation)
    if mine.update(last_at=now, times=F("times") + 1):
        return
    client = token.client
    try:
        with transaction.atomic():
            HandOver(
                id=new_id(), account_id=authorisation.account_id, authorisation=authorisation, claims=claims,
                client_name=client.name, agency_name=client.agency_name, purpose=client.purpose, first_at=now,
                last_at=now,
            ).save(force_insert=True)  # fmt: skip
    except IntegrityError:
        mine.update(last_at=now, times=F("times") + 1)  # two calls at once
        return
    audit.record(
        actor=ANONYMOUS, action="sign_on.hand_over", target="authorisation", target_id=authorisation.id, now=now,
        city_code=client.city_code, details={"client": str(client.id), "claims": claims},
    )  # fmt: skip


def _refusal(error: str) -> Answer:
    header = f'{REALM}, error="{error}", error_description="The access token is unknown, expired or revoked."'
    return Answer(401, {"error": error}, (("WWW-Authenticate", header),))
