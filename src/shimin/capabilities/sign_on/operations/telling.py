"""Back-channel logout: each system that asked for it is told of each sign-out, until it has heard.

Source: OpenID Connect Back-Channel Logout 1.0.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import F
from joserfc import jwt

from shimin.capabilities.sign_on.domain.clients import ClientState
from shimin.capabilities.sign_on.models import Client, LogoutNotice
from shimin.capabilities.sign_on.operations.keys import signer_for
from shimin.capabilities.sign_on.operations.protocol.tokens import issuer
from shimin.capabilities.sign_on.ports import LogoutMessenger, Told, get_logout_messenger
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import require_no_transaction, scope

log = structlog.get_logger("shimin.sign_on")
EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_LIFETIME = timedelta(minutes=2)
# After the first try, and after each that brought nothing; then we give up: its session has run out by itself.
PAUSES = (
    timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6),
)  # fmt: skip
BATCH, AT_ONCE = 100, 8


@dataclass(frozen=True, slots=True)
class _Letter:
    notice_id: int
    client_id: int
    url: str
    token: str


def tell_sign_outs(now: datetime, *, limit: int = BATCH) -> int:
    """Tell systems what is due and return how many notices were taken up; the worker calls it.

    Systems are called side by side, and one that does not answer is not asked again in this round.
    """
    messenger = get_logout_messenger()
    if messenger is None:
        return 0
    require_no_transaction()
    with scope(SYSTEM):
        letters = _take_due(now, limit)
    by_client: dict[int, list[_Letter]] = defaultdict(list)
    for letter in letters:
        by_client[letter.client_id].append(letter)
    if not by_client:
        return 0
    with ThreadPoolExecutor(min(AT_ONCE, len(by_client))) as pool:
        rounds = list(pool.map(lambda queue: _tell_one_system(messenger, queue), by_client.values()))
    with scope(SYSTEM):
        for outcomes in rounds:
            for notice_id, told in outcomes:
                if told is not Told.LATER:
                    LogoutNotice.objects.filter(id=notice_id).update(next_try_at=None, outcome=told)
    return len(letters)


def _take_due(now: datetime, limit: int) -> list[_Letter]:
    """Lease due notices by putting their next try off, and write the tokens."""
    due = LogoutNotice.objects.select_for_update(of=("self",), skip_locked=True).select_related("client")
    rows = list(due.filter(next_try_at__lte=now).order_by("next_try_at", "id")[:limit])
    letters = []
    for row in rows:
        is_last = row.tries >= len(PAUSES)
        is_void = row.client.state != ClientState.APPROVED or not row.client.logout_url
        LogoutNotice.objects.filter(id=row.id).update(
            tries=F("tries") + 1, next_try_at=None if is_last or is_void else now + PAUSES[row.tries],
            outcome="gave_up" if is_last else "void" if is_void else "",
        )  # fmt: skip
        if not is_void:
            letters.append(_Letter(row.id, row.client_id, row.client.logout_url, _token(row, row.client, now)))
    return letters


def _token(notice: LogoutNotice, client: Client, now: datetime) -> str:
    signer = signer_for(SYSTEM, client.algorithm, now)
    issued = int(now.timestamp())
    claims = {
        "iss": issuer(), "sub": notice.subject, "aud": str(client.id), "iat": issued,
        "exp": issued + int(TOKEN_LIFETIME.total_seconds()), "jti": secrets.token_urlsafe(16),
        "sid": str(notice.authorisation_id), "events": {EVENT: {}},
    }  # fmt: skip
    header = {"alg": client.algorithm, "kid": signer.kid, "typ": "logout+jwt"}
    return jwt.encode(header, claims, signer.key, algorithms=[client.algorithm])


def _tell_one_system(messenger: LogoutMessenger, letters: Sequence[_Letter]) -> list[tuple[int, Told]]:
    outcomes = []
    for letter in letters:
        told = messenger.tell(letter.url, letter.token)
        outcomes.append((letter.notice_id, told))
        if told is not Told.DONE:
            log.warning("sign_on.logout_not_taken", client_id=letter.client_id, outcome=told)
        if told is Told.LATER:
            break
    return outcomes
