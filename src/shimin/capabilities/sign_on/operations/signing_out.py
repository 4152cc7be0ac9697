"""RP-initiated logout: a system sends its person here to sign out, and gets them back where it was agreed.

Source: OpenID Connect RP-Initiated Logout 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error

from shimin.capabilities.identity.public import sign_out
from shimin.capabilities.sign_on.models import Authorisation
from shimin.capabilities.sign_on.operations.protocol.clients import EngineClient, find_client
from shimin.capabilities.sign_on.operations.protocol.requests import Parameters, single
from shimin.capabilities.sign_on.queries.keys import read_own_token
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import DomainError


class SignOutUnreadable(DomainError):
    """The request to sign out contradicts itself, or its token is not ours: nobody is signed out or sent anywhere."""

    code = "sign_on.sign_out_unreadable"
    message = "这个退出请求有问题，没有执行。"
    mend = "要退出市民账号，请在“我的”里点退出登录。"


@dataclass(frozen=True, slots=True)
class SignOutAsked:
    """What a system asks. ``is_sure``: it named the very session that is open; else the person is asked first.

    ``return_url`` is empty unless a token of ours names the system and the address is one of its own.
    """

    client_name: str
    return_url: str
    is_sure: bool


def read_sign_out(*, actor: Actor, parameters: Parameters, now: datetime) -> SignOutAsked:
    """Understand a system's request to sign its person out. Changes nothing.

    Raises:
        SignOutUnreadable: see the class.
    """
    try:
        values = single(parameters)
    except OAuth2Error as error:
        raise SignOutUnreadable from error
    hint = values.get("id_token_hint", "")
    with auth_scope(actor):
        claims = read_own_token(hint, now) if hint else None
        if hint and claims is None:
            raise SignOutUnreadable
        named = str(claims["aud"]) if claims else values.get("client_id", "")
        if "client_id" in values and values["client_id"] != named:
            raise SignOutUnreadable
        client = find_client(named)
        is_sure = claims is not None and _is_of(claims, actor)
    address = _return_url(values, client) if claims is not None else ""
    return SignOutAsked(client.row.name if client else "", address, is_sure)


def sign_out_everywhere(*, actor: Actor, now: datetime) -> None:
    """End the person's session here; systems that they signed in to with it are told by the worker."""
    sign_out(actor=actor, now=now)


def _is_of(claims: dict[str, Any], actor: Actor) -> bool:
    sid = str(claims.get("sid", ""))
    if not (sid.isascii() and sid.isdigit() and len(sid) <= 18) or actor.session_id is None:
        return False
    return Authorisation.objects.filter(id=int(sid), session_id=actor.session_id).exists()


def _return_url(values: dict[str, str], client: EngineClient | None) -> str:
    address = values.get("post_logout_redirect_uri", "")
    if client is None or address not in client.row.post_logout_uris:
        return ""
    if "state" not in values:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'state': values['state']})}"
