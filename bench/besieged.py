"""``python -m bench.besieged ACCOUNTS SALT``: accounts with one password and a device each, as operations write them.

Also prints how many hashes a second this machine's cores can do (argon2id, the platform's own parameters): the limit
that signing in stands beside.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import transaction  # noqa: E402

from bench.people import OWNER_PASSWORD, owner_phone, secret_of  # noqa: E402
from shimin.capabilities.identity import handles, passwords  # noqa: E402
from shimin.capabilities.identity.models import Account, KnownDevice, LoginHandle  # noqa: E402
from shimin.kernel import clock  # noqa: E402
from shimin.kernel.crypto import encrypt  # noqa: E402
from shimin.kernel.ids import new_id  # noqa: E402

_SECONDS = 3.0


def main(accounts: int, salt: str) -> None:
    """Write everything in one transaction and print the rate of bare hashes."""
    hashed, now = passwords.hash_password(OWNER_PASSWORD), clock.now()
    rows = [
        Account(
            id=new_id(), phone=encrypt(owner_phone(number), context=handles.PHONE), password=hashed, created_at=now,
            password_changed_at=now, level=1, version=1,
        )
        for number in range(accounts)
    ]  # fmt: skip
    with transaction.atomic():
        Account.objects.bulk_create(rows, 1_000)
        LoginHandle.objects.bulk_create(
            (LoginHandle(hash=handles.phone_hash(owner_phone(at)), account=row) for at, row in enumerate(rows)), 1_000
        )
        KnownDevice.objects.bulk_create(
            (
                KnownDevice(
                    id=new_id(), account=row, hash=hashlib.sha256(secret_of(salt, at)).digest(), device_label="bench",
                    first_seen_at=now, last_seen_at=now, proved_at=now,
                )
                for at, row in enumerate(rows)
            ),
            1_000,
        )  # fmt: skip
    print(json.dumps({"hashes_per_second": _hash_rate(hashed)}))


def _hash_rate(hashed: str) -> float:
    """Return verifications a second over as many threads as cores; the hash lets go of the interpreter's lock."""
    done, until = [0] * (os.cpu_count() or 1), time.perf_counter() + _SECONDS

    def work(at: int) -> None:
        while time.perf_counter() < until:
            assert passwords.verify_password(hashed, OWNER_PASSWORD)
            done[at] += 1

    threads = [threading.Thread(target=work, args=(at,)) for at in range(len(done))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / _SECONDS


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
