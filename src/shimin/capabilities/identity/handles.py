"""Contexts of encryption and the keyed hashes people are found by; the one list, so that none is used twice."""

from __future__ import annotations

from shimin.kernel.crypto import blind_index, decrypt, rotating_index, rotating_indexes

PHONE = "identity.account.phone"
PERSON_NAME = "identity.person.name"
ID_NUMBER = "identity.person.id_number"
RIGHT_WORDS = "identity.right_request.words"
RIGHT_ANSWER = "identity.right_request.answer"
KEPT_FORM = "identity.kept_form.fields"
COUNTER_CLAIM = "identity.counter_act.claim"
TOTP_SECRET = "identity.code_generator.secret"  # noqa: S105 (a context, no secret)


PHONE_INDEX = "identity.handle.phone"
STAFF_NAME_INDEX = "identity.handle.staff_name"
ID_NUMBER_INDEX = "identity.handle.id_number"
CREDIT_CODE_INDEX = "identity.handle.credit_code"


def phone_hash(phone: str) -> bytes:
    """Return what a phone (or a login number) is found by, as it is written now; ``phone`` is normalised."""
    return rotating_index(phone, context=PHONE_INDEX)[0]


def phone_hashes(phone: str) -> list[bytes]:
    """Return what a phone may be found by: under every index key, the one that writes first."""
    return rotating_indexes(phone, context=PHONE_INDEX)


def staff_name_hash(staff_name: str) -> bytes:
    """Return what a staff account is found by, as it is written now."""
    return rotating_index(tidy_staff_name(staff_name), context=STAFF_NAME_INDEX)[0]


def staff_name_hashes(staff_name: str) -> list[bytes]:
    """Return what a staff account may be found by."""
    return rotating_indexes(tidy_staff_name(staff_name), context=STAFF_NAME_INDEX)


def tidy_staff_name(staff_name: str) -> str:
    """Return a staff name as it is hashed."""
    return staff_name.strip().lower()


def id_number_hash(id_number: str) -> bytes:
    """Return what a person is found by, as it is written now; ``id_number`` is normalised."""
    return rotating_index(id_number, context=ID_NUMBER_INDEX)[0]


def id_number_hashes(id_number: str) -> list[bytes]:
    """Return what a person may be found by; ``id_number`` is normalised."""
    return rotating_indexes(id_number, context=ID_NUMBER_INDEX)


def code_hash(code: str, *, phone: str, purpose: str) -> bytes:
    """Return what a sent code is compared with: bound to phone and purpose."""
    return blind_index(code, context=f"identity.code.{purpose}.{phone}")


def recovery_hash(code: str, *, account_id: int) -> bytes:
    """Return what a recovery code is stored as; a code of one account is nothing for another."""
    return blind_index(code, context=f"identity.recovery.{account_id}")


def credit_code_hashes(credit_code: str) -> list[bytes]:
    """Return what an organisation may be found by; ``credit_code`` is normalised."""
    return rotating_indexes(credit_code, context=CREDIT_CODE_INDEX)


def offer_hash(code: str) -> bytes:
    """Return what the code of a mandate's offer is stored as."""
    return blind_index(code, context="identity.mandate_offer")


def passkey_user(account_id: int) -> bytes:
    """Return the user handle that authenticators keep: 32 bytes that tell nothing (Level 3, §14.6.1)."""
    return blind_index(str(account_id), context="identity.passkey.user")


def sheet_hash(code: str, *, account_id: int) -> bytes:
    """Return what the code of a recovery sheet is stored as; it opens one account only."""
    return blind_index(code, context=f"identity.recovery_sheet.{account_id}")


def open_phone(sealed: bytes) -> str:
    """Return an account's phone, empty for people without one."""
    return decrypt(bytes(sealed), context=PHONE) if sealed else ""
