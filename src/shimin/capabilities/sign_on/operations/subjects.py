"""By which name a system knows a person: another one in each sector, so that systems cannot put their lists together.

Source: OpenID Connect Core 1.0, 8.1.
"""

from __future__ import annotations

import base64

from django.db.models import Case, Value, When

from shimin.capabilities.sign_on.domain.addresses import hosts_of
from shimin.capabilities.sign_on.models import Client, ConnectedSystem
from shimin.kernel.crypto import blind_index


def sector_of(client: Client) -> str:
    """Return the one host of a client's addresses."""
    return min(hosts_of(client.redirect_uris))


def subject_of(account_id: int, client: Client) -> str:
    """Return the subject of an account in a client's sector: the one that was given out before, else a new one.

    It is stored with the connection: new index keys must not make everybody a stranger. The client's own connection
    comes first: of two accounts that became one, each brought the subjects its systems know.
    """
    sector = sector_of(client)
    same = ConnectedSystem.objects.filter(account_id=account_id, sector=sector)
    known = same.order_by(Case(When(client=client, then=Value(0)), default=Value(1)), "id").first()
    if known is not None:
        return known.subject
    secret = blind_index(f"{sector}\0{account_id}", context="sign_on.subject")
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
