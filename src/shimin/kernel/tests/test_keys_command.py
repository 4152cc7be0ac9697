"""``keys wrap`` and ``keys retire``: what they refuse, and what stays readable."""

from __future__ import annotations

import base64
import dataclasses
import os
import secrets
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from shimin.kernel import clock
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.crypto.key_files import KeyFileUnreadable, StoredKey, is_wrapped, read_key, write_key
from shimin.kernel.crypto.keys import SECRETS
from shimin.kernel.crypto.ring import field_ring

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    """A keys folder of its own, without a master key."""
    for name in SECRETS:
        (tmp_path / name).write_text(base64.b64encode(getattr(settings.SHIMIN, name)).decode() + "\n")
    settings.SHIMIN = dataclasses.replace(
        settings.SHIMIN, keys_dir=tmp_path, field_key_path=tmp_path / "field_key", master_key=None
    )
    return tmp_path


def keys(*words):
    told = StringIO()
    call_command("keys", *words, stdout=told, stderr=told)
    return told.getvalue()


def master_file(path, secret):
    path.write_text(base64.b64encode(secret).decode() + "\n")
    return path


def add(folder, key_id, *, hours):
    stored = StoredKey(secrets.token_bytes(32), clock.now() - timedelta(hours=hours), "international")
    write_key(folder / f"field_key.{key_id}", stored, name=f"field_key.{key_id}", master=None)
    field_ring().keys(look=True)
    return stored


def test_wrap_needs_a_master_key(folder):
    with pytest.raises(CommandError, match="new-master"):
        keys("wrap")
    assert not any(is_wrapped(folder / name) for name in SECRETS)


def test_wrapped_files_open_with_their_master_only(folder, settings, tmp_path):
    first = add(folder, 1, hours=1)
    sealed, master = encrypt("周晓敏", context="a"), secrets.token_bytes(32)
    before = {name: read_key(folder / name, name=name, master=None).secret for name in SECRETS}
    assert "5 files wrapped" in keys("wrap", "--new-master", str(master_file(tmp_path / "master", master)))
    for name, secret in before.items():
        assert is_wrapped(folder / name)
        assert base64.b64encode(secret) not in (folder / name).read_bytes()
        assert read_key(folder / name, name=name, master=master).secret == secret
        assert oct(os.stat(folder / name).st_mode)[-3:] == "600"
    with pytest.raises(KeyFileUnreadable):
        read_key(folder / "field_key.1", name="field_key.1", master=None)
    assert read_key(folder / "field_key.1", name="field_key.1", master=master).secret == first.secret
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, master_key=master)  # as the next start has it
    assert decrypt(sealed, context="a") == "周晓敏"


def test_a_new_master_replaces_the_old(folder, settings, tmp_path):
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    keys("wrap", "--new-master", str(master_file(tmp_path / "old", old)))
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, master_key=old)
    keys("wrap", "--new-master", str(master_file(tmp_path / "new", new)))
    assert read_key(folder / "index_key", name="index_key", master=new).secret == settings.SHIMIN.index_key
    with pytest.raises(KeyFileUnreadable):
        read_key(folder / "index_key", name="index_key", master=old)


def test_wrapping_without_the_old_master_changes_nothing(folder, tmp_path):
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    keys("wrap", "--new-master", str(master_file(tmp_path / "old", old)))
    before = {name: (folder / name).read_bytes() for name in SECRETS}
    with pytest.raises(KeyFileUnreadable):
        keys("wrap", "--new-master", str(master_file(tmp_path / "new", new)))
    assert {name: (folder / name).read_bytes() for name in SECRETS} == before


def test_retire_keeps_the_first_the_newest_and_what_is_unknown(folder):
    add(folder, 1, hours=50)
    add(folder, 2, hours=48)
    for key_id in ("0", "2", "7"):
        with pytest.raises(CommandError):
            keys("retire", key_id)
    assert sorted(path.name for path in folder.glob("field_key*")) == ["field_key", "field_key.1", "field_key.2"]


def test_retire_waits_a_day_for_what_browsers_hold(folder):
    add(folder, 1, hours=50)
    add(folder, 2, hours=23)
    with pytest.raises(CommandError, match="Wait a day"):
        keys("retire", "1")


def test_retire_refuses_while_a_field_is_under_an_older_key(folder):
    from shimin.capabilities.identity.models import Person

    add(folder, 1, hours=50)
    row = Person(
        name=encrypt("周", context="identity.person.name"), id_number=encrypt("1", context="identity.person.id_number"),
        verified_at=clock.now(),
    )  # fmt: skip
    row.save()
    add(folder, 2, hours=48)
    with pytest.raises(CommandError, match="identity_person"):
        keys("retire", "1")
    keys("rotate", "--finish")
    assert "field_key.1 is in" in keys("retire", "1")
    (kept,) = (folder / "retired").iterdir()
    assert kept.name.startswith("field_key.1.")
    field_ring().keys(look=True)
    row.refresh_from_db()
    assert decrypt(bytes(row.name), context="identity.person.name") == "周"
