"""By which name a system knows a person: another one in each sector, so that systems cannot put their lists together.

Source: OpenID Connect Core 1.0, 8.1.
"""

from __future__ import annotations

import base64

from shimin.capabilities.sign_on.domain.addresses import hosts_of
from shimin.capabilities.sign_on.models import Client, ConnectedSystem
from shimin.kernel.crypto import blind_index


def sector_of(client: Client) -> str:
    """Return the one host of a client's addresses."""
    return min(hosts_of(client.redirect_uris))


def subject_of(account_id: int, client: Client) -> str:
    """Return the subject of an account in a client's sector: the one that was given out before, else a new one.

    It is stored with the connection: new index keys must not make everybody a stranger.
    """
    sector = sector_of(client)
    known = ConnectedSystem.objects.filter(account_id=account_id, sector=sector).order_by("id").first()
    if known is not None:
        return known.subject
    secret = blind_index(f"{sector}\0{account_id}", context="sign_on.subject")
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
