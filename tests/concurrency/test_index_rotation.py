"""A new index key while the move is killed, while people are looked up, while one phone is registered many times."""

from __future__ import annotations

import base64
import dataclasses
import os
import secrets
import signal
import subprocess
import sys
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from django.db import IntegrityError

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import Account, LoginHandle
from shimin.capabilities.identity.operations.registration import insert_account
from shimin.capabilities.identity.tests.factories import HASHED, NOW, make_phone
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.crypto import encrypt
from shimin.kernel.crypto.key_files import StoredKey, write_key
from shimin.kernel.crypto.ring import KeyRing, index_ring
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict
from tests.concurrency.identity.test_one_of_each import TOGETHER, at_once
from tests.concurrency.test_kernel_worker import ROOT, environment

ACCOUNTS = 4_000


@pytest.fixture
def keys_dir(tmp_path, settings, committed_db):
    for name in ("secret_key", "field_key", "index_key", "audit_key"):
        (tmp_path / name).write_text(base64.b64encode(getattr(settings.SHIMIN, name)).decode() + "\n")
    settings.SHIMIN = dataclasses.replace(
        settings.SHIMIN, index_key_path=tmp_path / "index_key", field_key_path=tmp_path / "field_key", keys_dir=tmp_path
    )
    return tmp_path


def settle() -> list[str]:
    """Return the phones of many accounts, found under the first key."""
    phones = [f"136{number:08d}" for number in range(ACCOUNTS)]
    rows = [
        Account(
            phone=encrypt(phone, context=handles.PHONE), password=HASHED, password_changed_at=NOW, created_at=NOW,
            level=1,
        )
        for phone in phones
    ]  # fmt: skip
    Account.objects.bulk_create(rows, batch_size=1_000)
    found = (LoginHandle(hash=handles.phone_hash(phone), account=row) for phone, row in zip(phones, rows, strict=True))
    LoginHandle.objects.bulk_create(found, batch_size=1_000)
    return phones


def rotate(keys_dir: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "shimin.project.manage", "keys", "rotate-index", "--ahead", "0", *options],
        cwd=ROOT, env={**environment(), "SHIMIN_KEYS_DIR": str(keys_dir)}, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_finishes_after_three_kills_and_loses_nobody(keys_dir):
    phones = settle()
    for _ in range(3):
        child = rotate(keys_dir, "--batch", "50")
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("identity_login_handle: ") and int(line.split()[1]) >= 300:
                os.kill(child.pid, signal.SIGKILL)
                break
        child.communicate()
        assert child.wait() == -signal.SIGKILL
        index_ring().keys(look=True)
        assert set(LoginHandle.objects.values_list("key_id", flat=True)) == {0, 1}, "it was not in the middle"
        for phone in phones[:: ACCOUNTS // 50]:
            assert LoginHandle.objects.filter(hash__in=handles.phone_hashes(phone)).count() == 1, phone
    child = rotate(keys_dir)
    told = child.communicate()[0]
    assert child.returncode == 0, told
    assert [path.name for path in sorted(keys_dir.glob("index_key*"))] == ["index_key", "index_key.1"]
    assert LoginHandle.objects.filter(key_id=1).count() == ACCOUNTS
    index_ring().keys(look=True)
    assert {handles.phone_hash(phone) for phone in phones} == {
        bytes(each) for each in LoginHandle.objects.values_list("hash", flat=True)
    }


def test_one_phone_gets_one_account_while_processes_write_under_two_keys(keys_dir, monkeypatch):
    """Some processes write with the new key already, others with the old one still."""
    stored = StoredKey(secrets.token_bytes(32), clock.now() - timedelta(seconds=1), "international")
    write_key(index_ring().file_of(1), stored, name="index_key.1", master=None)
    ring = index_ring()
    both = ring.keys(look=True)
    turns, writing = cycle([0, 1]), KeyRing.writing
    monkeypatch.setattr(KeyRing, "writing", lambda self: both[next(turns)] if self is ring else writing(self))
    phone = make_phone()

    def register(_: int) -> int:
        try:
            with auth_scope(ANONYMOUS):
                return insert_account(phone=phone, hashed_password=HASHED, now=NOW).id
        except IntegrityError as taken:
            raise Conflict from taken

    done, refused = at_once(register)
    assert (len(done), len(refused)) == (1, TOGETHER - 1)
    assert LoginHandle.objects.count() == 1


_KILLED = """
import os, pathlib, signal, sys
import django
django.setup()
from django.core.management import call_command
def die(self, target):
    os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.rename = die
call_command("keys", "retire-index", "1")
"""


def test_putting_a_key_away_survives_a_kill_in_the_middle(keys_dir):
    phones = settle()
    for key_id, days in ((1, 3), (2, 2)):
        stored = StoredKey(secrets.token_bytes(32), clock.now() - timedelta(days=days), "international")
        write_key(index_ring().file_of(key_id), stored, name=f"index_key.{key_id}", master=None)
    told = rotate(keys_dir, "--finish").communicate()[0]
    assert "4000 handles moved to index key 2" in told, told
    environ = {
        **environment(), "SHIMIN_KEYS_DIR": str(keys_dir), "DJANGO_SETTINGS_MODULE": "shimin.project.settings",
    }  # fmt: skip
    killed = subprocess.run([sys.executable, "-c", _KILLED], cwd=ROOT, env=environ, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (keys_dir / "index_key.1").is_file()
    again = subprocess.run(
        [sys.executable, "-m", "shimin.project.manage", "keys", "retire-index", "1"], cwd=ROOT, env=environ, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert not (keys_dir / "index_key.1").exists()
    index_ring().keys(look=True)
    for phone in phones[:: ACCOUNTS // 50]:
        assert LoginHandle.objects.filter(hash__in=handles.phone_hashes(phone)).count() == 1, phone
