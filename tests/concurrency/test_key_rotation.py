"""Rotation of the field keys while it is killed, while rows are held, while people write."""

from __future__ import annotations

import base64
import dataclasses
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import Person
from shimin.kernel import clock
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.crypto.ring import field_ring
from shimin.kernel.models import AuditRecord
from shimin.kernel.sealed import list_sealed_tables
from tests.concurrency.test_kernel_worker import ROOT, environment

PEOPLE = 12_000


@pytest.fixture
def keys_dir(tmp_path, settings, committed_db):
    for name in ("secret_key", "field_key", "index_key", "audit_key"):
        (tmp_path / name).write_text(base64.b64encode(getattr(settings.SHIMIN, name)).decode() + "\n")
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, field_key_path=tmp_path / "field_key", keys_dir=tmp_path)
    return tmp_path


def settle(count: int) -> None:
    now = clock.now()
    Person.objects.bulk_create(
        (
            Person(
                name=encrypt(f"市民{number}", context=handles.PERSON_NAME),
                id_number=encrypt(str(number), context=handles.ID_NUMBER), verified_at=now,
            )
            for number in range(count)
        ),
        batch_size=2_000,
    )  # fmt: skip


def rotate(keys_dir: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "shimin.project.manage", "keys", "rotate", "--ahead", "0", *options],
        cwd=ROOT, env={**environment(), "SHIMIN_KEYS_DIR": str(keys_dir)}, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip


def key_ids() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT get_byte(name, 0) & 15, get_byte(id_number, 0) & 15 FROM identity_person")
        return {each for row in cursor.fetchall() for each in row}


def test_finishes_after_three_kills(keys_dir):
    settle(PEOPLE)
    for _ in range(3):
        child = rotate(keys_dir, "--batch", "100")
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("identity_person: ") and int(line.split()[1]) >= 400:
                os.kill(child.pid, signal.SIGKILL)
                break
        child.communicate()
        assert child.wait() == -signal.SIGKILL
        assert key_ids() == {0, 1}, "it was not in the middle"
    child = rotate(keys_dir)
    told = child.communicate()[0]
    assert child.returncode == 0, told
    assert key_ids() == {1}
    assert [path.name for path in sorted(keys_dir.glob("field_key*"))] == ["field_key", "field_key.1"]
    field_ring().keys(look=True)
    names = sorted(decrypt(bytes(row.name), context=handles.PERSON_NAME) for row in Person.objects.all())
    numbers = sorted(int(decrypt(bytes(row.id_number), context=handles.ID_NUMBER)) for row in Person.objects.all())
    assert names == sorted(f"市民{number}" for number in range(PEOPLE))
    assert numbers == list(range(PEOPLE))
    assert AuditRecord.objects.filter(action="kernel.rotate_keys").count() == 1


def test_neither_waits_for_a_held_row_nor_loses_a_change(keys_dir):
    settle(300)
    first = Person.objects.order_by("id").first()
    held, free, told = threading.Event(), threading.Event(), []

    def hold() -> None:
        try:
            with transaction.atomic():
                Person.objects.select_for_update().get(id=first.id)
                held.set()
                assert free.wait(60)
                Person.objects.filter(id=first.id).update(name=encrypt("改了名", context=handles.PERSON_NAME))
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    child = rotate(keys_dir, "--batch", "50")
    assert child.stdout is not None
    for line in child.stdout:
        told.append(line)
        if line.startswith("identity_person: 598 "):
            free.set()
    child.communicate()
    assert free.is_set(), told
    holder.join()
    if child.returncode:  # the row was held longer than the passes took
        child = rotate(keys_dir, "--finish")
        child.communicate()
        assert child.returncode == 0
    assert key_ids() == {1}
    field_ring().keys(look=True)
    assert decrypt(bytes(Person.objects.get(id=first.id).name), context=handles.PERSON_NAME) == "改了名"


def test_leaves_and_names_what_no_key_opens(keys_dir):
    settle(50)
    broken = Person.objects.order_by("id")[7]
    Person.objects.filter(id=broken.id).update(name=b"\x10" + b"no sealed value at all, but long enough" * 2)
    child = rotate(keys_dir)
    told = child.communicate()[0]
    assert child.returncode != 0
    assert str(broken.id) in told
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_person WHERE get_byte(name, 0) & 15 = 0")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_the_models_name_every_sealed_column():
    names = {f"{table.name}.{column.name}" for table in list_sealed_tables() for column in table.columns}
    assert names >= {
        "identity_account.phone", "identity_person.name", "identity_person.id_number", "identity_code_generator.secret",
        "sign_on_signing_key.private", "notices_notice.values", "notices_text_message.phone",
        "notices_text_message.text", "service_requests_reporter.contact", "kernel_idempotency.answer",
    }  # fmt: skip
