from __future__ import annotations

import dataclasses

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel.crypto import DecryptionError, blind_index, decrypt, encrypt

SUITES = ("international", "sm")


@pytest.fixture(params=SUITES)
def suite(request, settings):
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, crypto_suite=request.param)
    return request.param


@given(text=st.text(max_size=200))
def test_opens_what_it_sealed(text):
    assert decrypt(encrypt(text, context="a.b"), context="a.b") == text


def test_both_suites_open_rare_characters(suite):
    assert decrypt(encrypt("𠮷·欧阳", context="name"), context="name") == "𠮷·欧阳"


def test_each_sealing_differs(suite):
    assert encrypt("周晓敏", context="name") != encrypt("周晓敏", context="name")


def test_refuses_a_value_moved_to_another_column(suite):
    with pytest.raises(DecryptionError):
        decrypt(encrypt("430104199005170021", context="person.id_number"), context="person.phone")


@pytest.mark.parametrize("place", [0, 1, 13, -1])
def test_refuses_a_changed_byte(suite, place):
    sealed = bytearray(encrypt("13800000001", context="phone"))
    sealed[place] ^= 1
    with pytest.raises(DecryptionError):
        decrypt(bytes(sealed), context="phone")


@pytest.mark.parametrize("data", [b"", b"\x10", b"plain text that was never sealed", b"\xff" * 40])
def test_refuses_what_was_never_sealed(data):
    with pytest.raises(DecryptionError):
        decrypt(data, context="phone")


def test_refuses_a_value_of_another_installation(suite, settings):
    sealed = encrypt("13800000001", context="phone")
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, field_key=b"k" * 32)
    with pytest.raises(DecryptionError):
        decrypt(sealed, context="phone")


def test_reads_old_values_after_the_suite_changed(settings):
    sealed = encrypt("13800000001", context="phone")
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, crypto_suite="sm")
    assert decrypt(sealed, context="phone") == "13800000001"
    assert encrypt("13800000001", context="phone")[0] == 0x20


def test_reads_what_the_database_driver_hands_out():
    assert decrypt(memoryview(encrypt("湘A12345", context="plate")), context="plate") == "湘A12345"  # type: ignore[arg-type]


def test_blind_index_is_stable_and_bound_to_its_context(suite):
    first = blind_index("13800000001", context="phone")
    assert first == blind_index("13800000001", context="phone")
    assert len(first) == 32
    assert first != blind_index("13800000001", context="account")
    assert first != blind_index("13800000002", context="phone")


def test_blind_index_of_the_two_suites_differs(settings):
    first = blind_index("13800000001", context="phone")
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, crypto_suite="sm")
    assert blind_index("13800000001", context="phone") != first


def test_sm4_is_the_published_cipher():
    """Source: GB/T 32907-2016, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    assert (encryptor.update(key) + encryptor.finalize()).hex() == "681edf34d206965e86b3e94f536e4246"


def test_suite_key_is_not_the_stored_key():
    from shimin.kernel.crypto.fields import Suite, _suite_key

    keys = {_suite_key(suite, settings.SHIMIN.field_key) for suite in Suite} | {settings.SHIMIN.field_key}
    assert len(keys) == 3
