"""``python -m bench.codes SALT FIRST_ACCOUNT PEOPLE CODES ALGORITHM``: a system, and codes for it, as operations make.

Each person has agreed to the system; code number i belongs to person i modulo the people. Codes are good for a day
instead of a minute, or they would run out before they are exchanged.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.people import CALLBACK, token_of  # noqa: E402
from shimin.capabilities.identity.models import Consent, Session  # noqa: E402
from shimin.capabilities.sign_on.models import Authorisation, Client, Code, ConnectedSystem  # noqa: E402
from shimin.capabilities.sign_on.public import publish_keys  # noqa: E402
from shimin.capabilities.sign_on.secrets import new_secret, stored_hash  # noqa: E402
from shimin.kernel import clock  # noqa: E402
from shimin.kernel.ids import new_id  # noqa: E402

SCOPES = ["openid", "profile", "offline_access"]
BATCH = 2_000


def main(salt: str, first_account: int, people: int, codes: int, algorithm: str) -> None:
    """Write everything in one transaction and print what a caller needs."""
    now = clock.now()
    publish_keys(now)
    accounts = range(first_account, first_account + people)
    with transaction.atomic():
        sessions = dict(Session.objects.filter(account_id__in=list(accounts)).values_list("account_id", "id"))
        client, secret = _client(algorithm, now)
        purpose = f"sign_on.{client.id}"
        Consent.objects.bulk_create(
            (
                Consent(id=new_id(), account_id=each, purpose_code=purpose, text="", text_version="", given_at=now)
                for each in accounts
            ),
            BATCH,
        )
        ConnectedSystem.objects.bulk_create(
            (
                ConnectedSystem(
                    id=new_id(), account_id=each, client=client, client_name="bench", agency_name="bench",
                    sector="bench.example.cn", subject=token_of(salt, each), scopes=SCOPES, connected_at=now,
                    last_used_at=now,
                )
                for each in accounts
            ),
            BATCH,
        )  # fmt: skip
        granted = [
            Authorisation(
                id=new_id(), account_id=account, session_id=sessions[account], client=client,
                subject=token_of(salt, account), scopes=SCOPES, redirect_uri=CALLBACK, nonce="n", code_challenge="",
                level=2, verified_at=now, begun_at=now,
            )
            for account in (first_account + number % people for number in range(codes))
        ]  # fmt: skip
        Authorisation.objects.bulk_create(granted, BATCH)
        Code.objects.bulk_create(
            (
                Code(
                    hash=hashlib.sha256(token_of(salt, number).encode()).digest(), authorisation=each,
                    expires_at=now + timedelta(days=1),
                )
                for number, each in enumerate(granted, 1)
            ),
            BATCH,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps({"client_id": str(client.id), "secret": secret}))


def _client(algorithm: str, now: object) -> tuple[Client, str]:
    secret = new_secret()
    client = Client(
        id=new_id(), city_code="430100", agency_id=1, agency_name="bench", name="bench", purpose="bench",
        home_url="https://bench.example.cn/", state="approved", auth_method="client_secret_basic",
        secret_hash=stored_hash(secret), algorithm=algorithm, redirect_uris=[CALLBACK], scopes=SCOPES,
        calls_per_minute=1_000_000, requested_by_id=1, requested_at=now, decided_by_id=2, decided_at=now,
    )  # fmt: skip
    client.save(force_insert=True)
    return client, secret


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5])
