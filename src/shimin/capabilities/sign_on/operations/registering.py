"""Clients: an agency's officer asks, a second person decides, the secret is shown once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from shimin.capabilities.catalogue.public import Agency, list_agencies
from shimin.capabilities.sign_on.domain.addresses import MOST, fault_of, hosts_of
from shimin.capabilities.sign_on.domain.claims import Scope
from shimin.capabilities.sign_on.domain.clients import TRANSITIONS, Algorithm, AuthMethod, ClientState
from shimin.capabilities.sign_on.domain.keys import (
    KEY_SCOPES,
    MOST_SCOPES,
    KeysRefused,
    agency_of_scope,
    read_public_keys,
)
from shimin.capabilities.sign_on.events import ClientDecided
from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.queries.clients import APPROVER, OFFICER, in_grants
from shimin.capabilities.sign_on.secrets import new_secret, stored_hash
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id

_SECRETS = {method for method in AuthMethod if method.has_secret}
LONGEST_NAME, LONGEST_PURPOSE, MOST_CALLS = 40, 200, 6_000


class OwnRequest(Conflict):
    """Who asked for a system to be let in cannot be the one who lets it in."""

    code = "sign_on.own_request"
    message = "自己登记的系统要由另一个人批准。"
    mend = "请让另一位有批准权限的同事处理。"


class ClientDecidedAlready(Conflict):
    """The client cannot go from its state to the one that is wanted."""

    code = "sign_on.client_decided"
    message = "这个系统已经有人处理过。"
    mend = "请刷新页面，看看最新情况。"


class NoSecret(Conflict):
    """A public client, or one that is not approved, has no secret."""

    code = "sign_on.no_secret"
    message = "这个系统现在不能领取密钥。"
    mend = "批准以后、并且是有服务器的系统才有密钥。"


@dataclass(frozen=True, slots=True)
class ClientWish:
    """What an officer writes down about a system."""

    agency_id: int
    name: str
    purpose: str
    home_url: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    auth_method: str
    algorithm: str
    post_logout_uris: tuple[str, ...] = ()
    logout_url: str = ""
    machine_scopes: tuple[str, ...] = ()
    jwks: str = ""
    calls_per_minute: int = 600


def request_client(*, actor: Actor, wish: ClientWish, now: datetime) -> int:
    """Ask for a system to sign people in, as an officer of its agency, and return its id. A second person decides.

    Raises:
        Forbidden: the actor is no officer for this agency.
        InvalidInput: something is missing or not allowed; says which and why.
    """
    agency = {each.id: each for each in _own_agencies(actor)}.get(wish.agency_id)
    if agency is None:
        raise Forbidden
    _check(wish, agency.region_code)
    scopes = [str(each) for each in Scope if each == Scope.OPENID or each in wish.scopes]
    client = Client(
        id=new_id(), city_code=agency.region_code, agency_id=agency.id, agency_name=agency.name,
        name=wish.name.strip(), purpose=wish.purpose.strip().rstrip("。"), home_url=wish.home_url,
        auth_method=wish.auth_method, algorithm=wish.algorithm, redirect_uris=list(dict.fromkeys(wish.redirect_uris)),
        agency_slug=agency.slug, machine_scopes=list(dict.fromkeys(wish.machine_scopes)),
        jwks=read_public_keys(wish.jwks) if wish.jwks else {}, calls_per_minute=wish.calls_per_minute,
        post_logout_uris=list(dict.fromkeys(wish.post_logout_uris)), logout_url=wish.logout_url,
        scopes=scopes, requested_by_id=actor.account_id or 0, requested_at=now,
    )  # fmt: skip
    with scope(actor):
        client.save(force_insert=True)
        _note(actor, "sign_on.request_client", client, now, scopes=scopes, hosts=sorted(hosts_of(client.redirect_uris)))
    return client.id


def decide_client(*, actor: Actor, client_id: int, state: ClientState, words: str, now: datetime) -> None:
    """Approve, decline, suspend or take up again, as another person than the one who asked.

    Suspending takes effect at the next call: every call asks the client's state.

    Raises:
        NotFound: no such client in the actor's region.
        OwnRequest, ClientDecidedAlready: see the classes.
        Forbidden: the actor may not decide.
    """
    allowed = in_grants(actor, APPROVER)
    with scope(actor):
        client = Client.objects.select_for_update().filter(allowed, id=client_id).first()
        if client is None:
            raise NotFound
        if client.requested_by_id == actor.account_id:
            raise OwnRequest
        if state not in TRANSITIONS[ClientState(client.state)]:
            raise ClientDecidedAlready
        client.state, client.decided_by_id, client.decided_at = state, actor.account_id, now
        client.decision_words, client.version = words.strip()[:LONGEST_PURPOSE], client.version + 1
        client.save(update_fields=["state", "decided_by_id", "decided_at", "decision_words", "version"])
        _note(actor, f"sign_on.client_{state}", client, now)
        event = ClientDecided(client_id=client.id, agency_id=client.agency_id, city_code=client.city_code, state=state)
        events.emit(event, aggregate="sign_on.client", aggregate_id=client.id, version=client.version, now=now)


def issue_secret(*, actor: Actor, client_id: int, now: datetime) -> str:
    """Return a new secret for a client, as an officer of its agency. It is shown this once; the one before is void.

    Raises:
        NotFound: no such client in the actor's agencies.
        NoSecret: see the class.
        Forbidden: the actor is no officer.
    """
    allowed, secret = in_grants(actor, OFFICER), new_secret()
    with scope(actor):
        client = Client.objects.select_for_update().filter(allowed, id=client_id).first()
        if client is None:
            raise NotFound
        if client.state != ClientState.APPROVED or not AuthMethod(client.auth_method).has_secret:
            raise NoSecret
        client.secret_hash, client.version = stored_hash(secret), client.version + 1
        client.save(update_fields=["secret_hash", "version"])
        _note(actor, "sign_on.issue_secret", client, now)
    return secret


def _own_agencies(actor: Actor) -> list[Agency]:
    """Return the agencies the actor is an officer for."""
    found: dict[int, Agency] = {}
    for grant in actor.grants:
        if grant.role == OFFICER and grant.region_code is not None:
            found |= {each.id: each for each in list_agencies(grant.region_code) if grant.agency_id in (None, each.id)}
    return list(found.values())


def own_agencies(actor: Actor) -> list[tuple[int, str]]:
    """Return (id, name) of the agencies for which the actor may register systems."""
    return [(each.id, each.name) for each in _own_agencies(actor)]


def _check(wish: ClientWish, city_code: str) -> None:
    faults: dict[str, str] = {}
    if not 2 <= len(wish.name.strip()) <= LONGEST_NAME or not wish.name.isprintable():
        faults["name"] = f"请写系统的名字，2到{LONGEST_NAME}个字。"
    if not 4 <= len(wish.purpose.strip()) <= LONGEST_PURPOSE:
        faults["purpose"] = f"请写市民登录后用来做什么，4到{LONGEST_PURPOSE}个字；市民会看到这句话。"
    faults |= _address_faults("home_url", [wish.home_url])
    if wish.redirect_uris or not wish.machine_scopes:
        faults |= _address_faults("redirect_uris", wish.redirect_uris)
    faults |= _machine_faults(wish, city_code)
    if "redirect_uris" not in faults and len(hosts_of(wish.redirect_uris)) > 1:
        faults["redirect_uris"] = "同一个系统的返回地址要在同一个域名下；不同域名请分开登记。"
    faults |= _sign_out_faults(wish)
    if set(wish.scopes) - set(Scope):
        faults["scopes"] = "有不认识的资料项。"
    faults |= _choice_faults(wish)
    if faults:
        raise InvalidInput(fields=faults)


def _machine_faults(wish: ClientWish, city_code: str) -> Mapping[str, str]:
    """Check what a machine may do: in the name of an agency that exists, with a key of its own."""
    faults: dict[str, str] = {}
    agencies = {each.slug for each in list_agencies(city_code)}
    unknown = [scope for scope in wish.machine_scopes if agency_of_scope(scope) not in agencies]
    if unknown or len(wish.machine_scopes) > MOST_SCOPES:
        faults["machine_scopes"] = "请写成“单位简称:对象.动作”，例如 housing-fund:accounts.read；单位要在本市。"
    by_key = wish.auth_method == AuthMethod.PRIVATE_KEY_JWT
    is_opened_by_secret = set(wish.machine_scopes) <= KEY_SCOPES and wish.auth_method in _SECRETS
    if wish.machine_scopes and not (by_key or is_opened_by_secret):
        faults["auth_method"] = "系统自己调用接口，只能用密钥对证明（private_key_jwt）。"
    if by_key or wish.jwks:
        try:
            read_public_keys(wish.jwks)
        except KeysRefused as refused:
            faults["jwks"] = str(refused)
    if not 1 <= wish.calls_per_minute <= MOST_CALLS:
        faults["calls_per_minute"] = f"请写1到{MOST_CALLS}之间的数。"
    return faults


def _sign_out_faults(wish: ClientWish) -> Mapping[str, str]:
    """Check the addresses of signing out: our worker calls one of them, so it must not lead to anybody else."""
    faults: dict[str, str] = {}
    own = hosts_of([each for each in wish.redirect_uris if not fault_of(each)])
    for field, addresses in (("post_logout_uris", wish.post_logout_uris), ("logout_url", [wish.logout_url])):
        given = [each for each in addresses if each]
        if given:
            faults |= _address_faults(field, given)
        if given and field not in faults and hosts_of(given) != own:
            faults[field] = "要和返回地址在同一个域名下。"
    if wish.logout_url.startswith("http:") and not settings.SHIMIN.demo:
        faults["logout_url"] = "必须以 https:// 开头。"
    return faults


def _choice_faults(wish: ClientWish) -> Mapping[str, str]:
    faults = {}
    if wish.auth_method not in set(AuthMethod):
        faults["auth_method"] = "请选一种证明方式。"
    if wish.algorithm not in set(Algorithm):
        faults["algorithm"] = "请选一种签名算法。"
    return faults


def _address_faults(field: str, addresses: Sequence[str]) -> dict[str, str]:
    if not addresses or len(addresses) > MOST:
        return {field: f"请写1到{MOST}个地址，一行一个。"}
    wrong = [(address, words) for address in addresses if (words := fault_of(address))]
    return {field: f"{wrong[0][0][:80]}：{wrong[0][1]}。"} if wrong else {}


def _note(actor: Actor, action: str, client: Client, now: datetime, **details: object) -> None:
    audit.record(
        actor=actor, action=action, target="client", target_id=client.id, now=now, city_code=client.city_code,
        details=details,
    )  # fmt: skip
