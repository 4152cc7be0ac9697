"""The authorisation endpoint: from a system's request, over sign-in, step-up and consent, back to the system.

A request that needs its person is kept (``WaitingRequest``) and found again by the secret in the address, so that
nothing the system sent travels through our pages, and a page can be opened again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from django.db import IntegrityError, transaction

from shimin.capabilities.identity.public import SessionFacts, find_session, give_consent, stands_consent
from shimin.capabilities.sign_on.domain.asking import KEPT, Refused, Wish, read_wish
from shimin.capabilities.sign_on.domain.claims import RULES, consent_text, purpose_code
from shimin.capabilities.sign_on.domain.clients import WAITING_LIFETIME, AuthorisationEnd
from shimin.capabilities.sign_on.events import SystemConnected
from shimin.capabilities.sign_on.models import Authorisation, Client, ConnectedSystem, WaitingRequest
from shimin.capabilities.sign_on.operations.ending import end_authorisations
from shimin.capabilities.sign_on.operations.protocol.clients import EngineClient, find_client
from shimin.capabilities.sign_on.operations.protocol.engine import engine
from shimin.capabilities.sign_on.operations.protocol.grants import Grantee
from shimin.capabilities.sign_on.operations.protocol.requests import EngineRequest, Parameters, single
from shimin.capabilities.sign_on.operations.protocol.tokens import Moment, issuer
from shimin.capabilities.sign_on.operations.subjects import sector_of, subject_of
from shimin.capabilities.sign_on.queries.keys import read_own_token
from shimin.capabilities.sign_on.secrets import new_secret, secret_hash, stored_hash
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import DomainError, LevelRequired, NotFound, OwnHatRequired, ProofRequired, SignInRequired
from shimin.kernel.ids import new_id


class ClientUnknown(DomainError):
    """Nobody knows the system that sent the person, or it may not be used now; it is never told so by a redirect."""

    code = "sign_on.client_unknown"
    message = "您要登录的系统没有在市民之家登记，或已经停用。"
    mend = "请联系那个系统的单位；在市民之家办事不受影响。"


class AddressNotRegistered(DomainError):
    """The address to go back to is not one that was written down before: nobody is sent there."""

    code = "sign_on.address_not_registered"
    message = "您要登录的系统给的返回地址没有登记过，为了安全，没有带您过去。"
    mend = "请联系那个系统的单位。"


class RequestGone(NotFound):
    """The request was finished, given up, or waited too long."""

    code = "sign_on.request_gone"
    message = "这次登录已经结束，或等得太久了。"
    mend = "请回到原来的系统，重新点登录。"


@dataclass(frozen=True, slots=True)
class BackToClient:
    """The browser goes back to the system: with a code, or with an error of the protocol."""

    url: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The person is needed; the request waits under this secret."""

    secret: str


@dataclass(frozen=True, slots=True)
class ConsentNeeded:
    """What to show before asking: who wants what. ``sensitive`` are scopes with a question of their own."""

    secret: str
    client_name: str
    agency_name: str
    purpose: str
    home_url: str
    host: str
    plain: tuple[str, ...]
    sensitive: tuple[tuple[str, str], ...]


class NewSignInNeeded(SignInRequired):
    """The system wants the person to sign in again, though a session is there."""

    code = "sign_on.new_sign_in_needed"
    message = "这个系统要求您重新登录一次。"


def begin(*, actor: Actor, parameters: Parameters, may_answer: bool, now: datetime) -> BackToClient | Waiting:
    """Take a system's request: answer at once when nobody has to be asked, else keep it.

    ``may_answer`` False: the browser sent no session along (a form of another site), so ask it again by a redirect.

    Raises:
        ClientUnknown, AddressNotRegistered: the person is not sent anywhere.
    """
    with auth_scope(actor):
        request = _read(parameters, now)
        if not isinstance(request, _Request):
            return request
        if may_answer:
            try:
                return _issue(actor, request, now)
            except (SignInRequired, LevelRequired, OwnHatRequired, ProofRequired, _ConsentMissing) as needed:
                if request.wish.is_silent:
                    return request.refuse(_silent_error(needed), "The person has to be asked.")
        secret = new_secret()
        WaitingRequest(
            hash=stored_hash(secret), client=request.client.row, arrived_at=now, expires_at=now + WAITING_LIFETIME,
            parameters={name: value for name, value in request.values.items() if name in KEPT},
        ).save(force_insert=True)  # fmt: skip
        return Waiting(secret)


def go_on(*, actor: Actor, secret: str, now: datetime) -> BackToClient | ConsentNeeded:
    """Look at a waiting request again, as whoever is signed in now.

    Raises:
        RequestGone: it does not wait any longer.
        SignInRequired, NewSignInNeeded, LevelRequired, OwnHatRequired, ProofRequired: what the person has to do first.
    """
    with auth_scope(actor):
        waiting, request = _find(secret, now)
        if not isinstance(request, _Request):
            _finish(waiting)
            return request
        try:
            answer = _issue(actor, request, now)
        except (SignInRequired, LevelRequired, OwnHatRequired, ProofRequired) as needed:
            if request.wish.is_silent:
                answer = request.refuse(_silent_error(needed), "The person has to be asked.")
            else:
                raise
        except _ConsentMissing as needed:
            if not request.wish.is_silent:
                return _consent_page(secret, request)
            answer = request.refuse(_silent_error(needed), "The person has to be asked.")
        _finish(waiting)
        return answer


def agree(*, actor: Actor, secret: str, sensitive: Sequence[str], now: datetime) -> None:
    """Note that the person agrees: to the plain scopes of the request, and to those sensitive ones they ticked.

    Raises:
        RequestGone, SignInRequired, LevelRequired, OwnHatRequired: see ``go_on``.
    """
    with auth_scope(actor):
        _, request = _find(secret, now)
        if not isinstance(request, _Request):
            raise RequestGone
        account_id = _citizen(actor)
        if actor.level < request.wish.level:
            raise LevelRequired(request.wish.level)
        scopes = tuple(name for name in request.scopes if not RULES[name].is_sensitive or name in sensitive)
        row = request.client.row
    text = consent_text(client_name=row.name, agency_name=row.agency_name, purpose=row.purpose, scopes=scopes)
    give_consent(actor, purpose_code(row.id), text, now)
    with auth_scope(actor):
        waiting, request = _find(secret, now)
        if not isinstance(request, _Request):
            raise RequestGone
        _connect(actor, account_id, row, scopes, now)
        waiting.parameters = {**waiting.parameters, "scope": " ".join(scopes)}
        waiting.agreed_by_id = account_id
        waiting.save(update_fields=["parameters", "agreed_by_id"])


def refuse(*, actor: Actor, secret: str, now: datetime) -> BackToClient:
    """Send the person back without anything, because they said no.

    Raises:
        RequestGone: it does not wait any longer.
    """
    with auth_scope(actor):
        waiting, request = _find(secret, now)
        _finish(waiting)
        return request.refuse("access_denied", "The person said no.") if isinstance(request, _Request) else request


class _ConsentMissing(Exception):
    """The person has not agreed to all that is asked, or shall be asked anew."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that was found sound: its client, what it may ask, how."""

    client: EngineClient
    values: dict[str, str]
    scopes: tuple[str, ...]
    wish: Wish
    arrived_at: datetime
    agreed_by_id: int | None = None

    def refuse(self, error: str, words: str = "") -> BackToClient:
        return _error_to(self.values, error, words)


def _read(
    parameters: Parameters, now: datetime, *, arrived_at: datetime | None = None, agreed_by_id: int | None = None
) -> _Request | BackToClient:
    """Check a request. Until client and address are known to belong together, faults are pages, never redirects."""
    client, address = _client_and_address(parameters)
    try:
        values = single(parameters)
    except OAuth2Error as error:
        states = parameters.get("state", [])
        known = {"redirect_uri": address, **({"state": states[0]} if len(states) == 1 else {})}
        return _error_to(known, str(error.error), str(error.description))
    if values.get("response_type") != "code":
        error_code = "unsupported_response_type" if "response_type" in values else "invalid_request"
        return _error_to(values, error_code, "Only response_type code is supported.")
    try:
        scopes = tuple((client.get_allowed_scope(values.get("scope")) or "").split())
        wish = read_wish(values, scopes)
        engine_request = _engine_request(values, client)
        engine.get_authorization_grant(engine_request).validate_consent_request()
    except Refused as refused:
        return _error_to(values, refused.error, refused.words)
    except OAuth2Error as error:
        return _error_to(values, str(error.error), str(error.description or ""))
    except ValueError:
        return _error_to(values, "invalid_request", "The request cannot be read.")
    return _Request(client, values, scopes, wish, arrived_at or now, agreed_by_id)


def _client_and_address(parameters: Parameters) -> tuple[EngineClient, str]:
    given = {name: values[0] for name, values in parameters.items() if len(values) == 1}
    client = find_client(given.get("client_id"))
    if client is None:
        raise ClientUnknown
    address = given.get("redirect_uri", "")
    if not client.check_redirect_uri(address):
        raise AddressNotRegistered
    return client, address


def _engine_request(values: Mapping[str, str], client: EngineClient) -> EngineRequest:
    request = EngineRequest("GET", values)
    request.client = client
    request.user = client  # anybody: who is asked, and whether, is decided here and not by Authlib
    return request


def _issue(actor: Actor, request: _Request, now: datetime) -> BackToClient:
    """Return the way back with a code, if nobody has to be asked anything.

    Raises:
        SignInRequired, NewSignInNeeded, LevelRequired, OwnHatRequired, ProofRequired, _ConsentMissing: what is missing.
    """
    account_id = _citizen(actor)
    session = find_session(actor.session_id or 0, now)
    if session is None or not session.is_open:
        raise SignInRequired
    if not request.wish.is_fresh(session.verified_at, arrived_at=request.arrived_at, now=now):
        raise NewSignInNeeded
    if session.is_held:
        raise ProofRequired  # a password alone, which the risk rules do not trust, opens no other system either
    row = request.client.row
    subject = subject_of(account_id, row)
    if request.wish.hint and not _is_about(request.wish.hint, subject, row, now):
        raise NewSignInNeeded
    if actor.level < request.wish.level:
        raise LevelRequired(request.wish.level)
    has_agreed = request.agreed_by_id == account_id
    if "consent" in request.wish.prompts and not has_agreed:
        raise _ConsentMissing
    connected = ConnectedSystem.objects.select_for_update().filter(account_id=account_id, client=row).first()
    if connected is None or connected.ended_at is not None or not set(request.scopes) <= set(connected.scopes):
        raise _ConsentMissing
    if not stands_consent(account_id, purpose_code(row.id)):
        raise _ConsentMissing
    ConnectedSystem.objects.filter(id=connected.id).update(last_used_at=now)
    return _code(actor, request, session, connected.subject, now)


def _code(actor: Actor, request: _Request, session: SessionFacts, subject: str, now: datetime) -> BackToClient:
    engine_request = _engine_request(request.values, request.client)
    engine_request.facts["moment"] = Moment(actor, now)
    grantee = Grantee(session.account_id, session.session_id, subject, int(actor.level), session.verified_at)
    grant = engine.get_authorization_grant(engine_request)
    answer = engine.create_authorization_response(engine_request, grantee, grant=grant)
    location = dict(answer.headers)["Location"]
    return BackToClient(_with(location, {"iss": issuer()}))


def _is_about(hint: str, subject: str, row: Client, now: datetime) -> bool:
    claims = read_own_token(hint, now)
    return claims is not None and claims.get("sub") == subject and claims.get("aud") == str(row.id)


def _find(secret: str, now: datetime) -> tuple[WaitingRequest, _Request | BackToClient]:
    hashed = secret_hash(secret)
    rows = WaitingRequest.objects.select_for_update(of=("self",)).filter(expires_at__gt=now)
    waiting = rows.filter(hash=hashed).first() if hashed is not None else None
    if waiting is None:
        raise RequestGone
    parameters = {name: [value] for name, value in waiting.parameters.items()}
    return waiting, _read(parameters, now, arrived_at=waiting.arrived_at, agreed_by_id=waiting.agreed_by_id)


def _finish(waiting: WaitingRequest) -> None:
    WaitingRequest.objects.filter(hash=waiting.hash).delete()


def _connect(actor: Actor, account_id: int, row: Client, scopes: tuple[str, ...], now: datetime) -> None:
    """Note what was agreed to. A system that was connected before keeps the subject it knows the person by."""
    terms = {"scopes": list(scopes), "last_used_at": now, "client_name": row.name, "agency_name": row.agency_name}
    mine = ConnectedSystem.objects.filter(account_id=account_id, client=row)
    before = mine.select_for_update().first()
    if before is None:
        try:
            with transaction.atomic():
                ConnectedSystem(
                    id=new_id(), account_id=account_id, client=row, sector=sector_of(row),
                    subject=subject_of(account_id, row), connected_at=now, **terms,
                ).save(force_insert=True)  # fmt: skip
        except IntegrityError:
            mine.update(**terms, ended_at=None)  # the same click came twice
            return
    else:
        mine.update(**terms, ended_at=None)
        if not set(before.scopes) <= set(scopes):
            _end_wider(actor, account_id, row, now)
        if before.ended_at is None:
            return
    audit.record(
        actor=actor, action="sign_on.connect_system", target="client", target_id=row.id, now=now,
        city_code=row.city_code, details={"scopes": list(scopes)},
    )  # fmt: skip
    event = SystemConnected(account_id=account_id, client_id=row.id)
    events.emit(event, aggregate="sign_on.connection", aggregate_id=new_id(), version=1, now=now)


def _end_wider(actor: Actor, account_id: int, row: Client, now: datetime) -> None:
    """Less was agreed to than before: what was given out under the wider words ends."""
    ids = Authorisation.objects.filter(account_id=account_id, client=row, ended_at=None).values_list("id", flat=True)
    end_authorisations(actor=actor, ids=list(ids), reason=AuthorisationEnd.CONSENT_WITHDRAWN, now=now)


def _consent_page(secret: str, request: _Request) -> ConsentNeeded:
    row = request.client.row
    chosen = [RULES[name] for name in request.scopes]
    return ConsentNeeded(
        secret=secret, client_name=row.name, agency_name=row.agency_name, purpose=row.purpose, home_url=row.home_url,
        host=urlsplit(request.values["redirect_uri"]).hostname or "",
        plain=tuple(rule.words for rule in chosen if not rule.is_sensitive),
        sensitive=tuple((str(rule.scope), rule.words) for rule in chosen if rule.is_sensitive),
    )  # fmt: skip


def _citizen(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired  # a system would take the agent for the one they act for
    return actor.account_id


def _silent_error(needed: Exception) -> str:
    if isinstance(needed, SignInRequired):
        return "login_required"
    return "consent_required" if isinstance(needed, _ConsentMissing) else "interaction_required"


def _error_to(values: Mapping[str, str], error: str, words: str) -> BackToClient:
    """Return the way back with an error; who sent it and its own ``state`` go along (RFC 9207: against mix-up)."""
    state = {"state": values["state"]} if "state" in values else {}
    described = {"error_description": words} if words else {}
    return BackToClient(_with(values["redirect_uri"], {"error": error, **described, **state, "iss": issuer()}))


def _with(url: str, parameters: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"
