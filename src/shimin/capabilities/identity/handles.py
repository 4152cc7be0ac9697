"""Contexts of encryption and the keyed hashes people are found by; the one list, so that none is used twice."""

from __future__ import annotations

from shimin.kernel.crypto import blind_index, decrypt

PHONE = "identity.account.phone"
PERSON_NAME = "identity.person.name"
ID_NUMBER = "identity.person.id_number"
RIGHT_WORDS = "identity.right_request.words"
RIGHT_ANSWER = "identity.right_request.answer"
COUNTER_CLAIM = "identity.counter_act.claim"
TOTP_SECRET = "identity.code_generator.secret"  # noqa: S105 (a context, no secret)


def phone_hash(phone: str) -> bytes:
    """Return the handle of a citizen's account; ``phone`` is normalised."""
    return blind_index(phone, context="identity.handle.phone")


def staff_name_hash(staff_name: str) -> bytes:
    """Return the handle of a staff account."""
    return blind_index(staff_name.strip().lower(), context="identity.handle.staff_name")


def id_number_hash(id_number: str) -> bytes:
    """Return the handle of a person; ``id_number`` is normalised."""
    return blind_index(id_number, context="identity.handle.id_number")


def code_hash(code: str, *, phone: str, purpose: str) -> bytes:
    """Return what a sent code is compared with: bound to phone and purpose."""
    return blind_index(code, context=f"identity.code.{purpose}.{phone}")


def recovery_hash(code: str, *, account_id: int) -> bytes:
    """Return what a recovery code is stored as; a code of one account is nothing for another."""
    return blind_index(code, context=f"identity.recovery.{account_id}")


def credit_code_hash(credit_code: str) -> bytes:
    """Return the handle of an organisation; ``credit_code`` is normalised."""
    return blind_index(credit_code, context="identity.handle.credit_code")


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
