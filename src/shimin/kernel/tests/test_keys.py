from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from shimin.kernel.crypto.keys import (
    SECRETS,
    SIGNING_KEY,
    SIGNING_PUBLIC_KEY,
    KeyUnreadable,
    load_private_key,
    load_public_key,
    make_keys,
)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_makes_every_key_once(tmp_path):
    folder = tmp_path / "var" / "keys"
    assert sorted(make_keys(folder)) == sorted([*SECRETS, SIGNING_KEY, SIGNING_PUBLIC_KEY])
    first = contents(folder)
    assert make_keys(folder) == []
    assert contents(folder) == first
    for name in SECRETS:
        assert len(base64.b64decode(first[name])) == 32
    assert len(set(first.values())) == len(first)


def test_keeps_secrets_from_other_users(tmp_path):
    make_keys(tmp_path)
    for name in (*SECRETS, SIGNING_KEY):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_mends_a_half_made_folder_without_touching_what_is_there(tmp_path):
    make_keys(tmp_path)
    before = contents(tmp_path)
    (tmp_path / SIGNING_PUBLIC_KEY).unlink()
    (tmp_path / "audit_key").unlink()
    assert sorted(make_keys(tmp_path)) == ["audit_key", SIGNING_PUBLIC_KEY]
    after = contents(tmp_path)
    assert after[SIGNING_PUBLIC_KEY] == before[SIGNING_PUBLIC_KEY]
    assert after["audit_key"] != before["audit_key"]
    assert after["field_key"] == before["field_key"]


def test_two_starts_at_once_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = [name for names in pool.map(lambda _: make_keys(tmp_path), range(8)) for name in names]
    assert len(made) == len(set(made)) == 6
    message = b"signed by the key that stayed"
    signature = load_private_key(tmp_path / SIGNING_KEY).sign(message)
    load_public_key(tmp_path / SIGNING_PUBLIC_KEY).verify(signature, message)


@pytest.mark.parametrize(
    "content", [None, b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_names_the_file_that_is_no_key(tmp_path, content):
    path = tmp_path / "source.pem"
    if content is not None:
        path.write_bytes(content)
    for load in (load_private_key, load_public_key):
        with pytest.raises(KeyUnreadable, match=r"source\.pem"):
            load(path)
