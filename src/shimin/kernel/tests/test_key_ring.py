from __future__ import annotations

import base64
import dataclasses
import os
import secrets
from datetime import timedelta

import pytest

from shimin.kernel import clock
from shimin.kernel.crypto import DecryptionError, decrypt, encrypt
from shimin.kernel.crypto.key_files import KeyFileUnreadable, StoredKey, read_key, write_key
from shimin.kernel.crypto.ring import field_ring


@pytest.fixture
def ring(settings, tmp_path):
    path = tmp_path / "field_key"
    path.write_text(base64.b64encode(b"f" * 32).decode() + "\n")
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, field_key=b"f" * 32, field_key_path=path, master_key=None)
    return field_ring()


def add(ring, key_id, *, seconds=-1.0, suite="international", master=None):
    stored = StoredKey(secrets.token_bytes(32), clock.now() + timedelta(seconds=seconds), suite)
    write_key(ring.file_of(key_id), stored, name=f"field_key.{key_id}", master=master)
    return stored


def header(sealed):
    return sealed[0] >> 4, sealed[0] & 15


def test_writes_with_the_newest_and_reads_all(ring):
    old = encrypt("周晓敏", context="a")
    add(ring, 1)
    ring.keys(look=True)
    new = encrypt("周晓敏", context="a")
    assert (header(old), header(new)) == ((1, 0), (1, 1))
    assert decrypt(old, context="a") == decrypt(new, context="a") == "周晓敏"


def test_a_key_is_read_before_its_time_and_written_with_after(ring):
    add(ring, 1, seconds=3_600)
    ring.keys(look=True)
    assert header(encrypt("x", context="a")) == (1, 0)
    assert ring.get(1) is not None
    assert ring.newest().id == 1


def test_a_value_under_a_key_made_this_moment_is_read_at_once(ring):
    ring.keys(look=True)
    stored = add(ring, 3)
    other = dataclasses.replace(ring.get(3))
    assert other.secret == stored.secret


def test_the_newest_is_the_latest_not_the_highest(ring):
    add(ring, 5, seconds=-100)
    add(ring, 1, seconds=-1)
    ring.keys(look=True)
    assert ring.writing().id == 1
    assert [key.id for key in ring.by_age()] == [1, 5, 0]


def test_a_key_brings_its_algorithms_along(ring):
    old = encrypt("湘A12345", context="a")
    add(ring, 1, suite="sm")
    ring.keys(look=True)
    new = encrypt("湘A12345", context="a")
    assert header(new) == (2, 1)
    assert decrypt(old, context="a") == decrypt(new, context="a")


def test_a_value_whose_key_was_put_away_does_not_open(ring):
    add(ring, 1)
    ring.keys(look=True)
    sealed = encrypt("x", context="a")
    ring.file_of(1).unlink()
    ring.keys(look=True)
    with pytest.raises(DecryptionError):
        decrypt(sealed, context="a")


def test_a_wrapped_key_opens_with_its_master_only(tmp_path):
    path, master = tmp_path / "field_key.1", secrets.token_bytes(32)
    stored = StoredKey(b"k" * 32, clock.now(), "sm")
    write_key(path, stored, name="field_key.1", master=master)
    assert read_key(path, name="field_key.1", master=master) == stored
    assert base64.b64encode(b"k" * 32) not in path.read_bytes()
    assert oct(os.stat(path).st_mode)[-3:] == "600"
    for wrong in (None, secrets.token_bytes(32)):
        with pytest.raises(KeyFileUnreadable):
            read_key(path, name="field_key.1", master=wrong)
    with pytest.raises(KeyFileUnreadable):  # a file put in the place of another
        read_key(path, name="field_key.2", master=master)


def test_never_overwrites_a_key(ring):
    add(ring, 1)
    with pytest.raises(FileExistsError):
        add(ring, 1)


@pytest.mark.parametrize("text", ["", "AAAA", "wrapped:", "wrapped:AAAA", "no base64!", "from 2026"])
def test_refuses_what_is_no_key(tmp_path, text):
    path = tmp_path / "field_key"
    path.write_text(text)
    with pytest.raises(KeyFileUnreadable):
        read_key(path, name="field_key", master=b"m" * 32)


def test_goes_on_with_a_key_that_was_wrapped_meanwhile(ring):
    stored = add(ring, 1)
    ring.keys(look=True)
    write_key(ring.file_of(1), stored, name="field_key.1", master=b"m" * 32, replace=True)
    assert ring.keys(look=True)[1].secret == stored.secret
