"""Contexts of encryption and the keyed hashes people are found by; the one list, so that none is used twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from shimin.kernel.crypto import blind_index, decrypt, encrypt, rotating_index, rotating_indexes
from shimin.kernel.values.papers import Paper, reopen_paper

PHONE = "identity.account.phone"
PERSON_NAME = "identity.person.name"
ID_NUMBER = "identity.person.id_number"
BIRTH_DATE = "identity.person.birth_date"
FURTHER_PAPER = "identity.person_handle.paper"
RIGHT_WORDS = "identity.right_request.words"
RIGHT_ANSWER = "identity.right_request.answer"
KEPT_FORM = "identity.kept_form.fields"
COUNTER_CLAIM = "identity.counter_act.claim"
TOTP_SECRET = "identity.code_generator.secret"  # noqa: S105 (a context, no secret)


PHONE_INDEX = "identity.handle.phone"
STAFF_NAME_INDEX = "identity.handle.staff_name"
ID_NUMBER_INDEX = "identity.handle.id_number"
LIKENESS_INDEX = "identity.handle.likeness"
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
    """Return what a person is found by, as it is written now; ``id_number`` is the text of a paper."""
    return rotating_index(id_number, context=ID_NUMBER_INDEX)[0]


def id_number_hashes(id_number: str) -> list[bytes]:
    """Return what a person may be found by; ``id_number`` is the text of a paper."""
    return rotating_indexes(id_number, context=ID_NUMBER_INDEX)


def likeness_hashes(likeness: str) -> list[bytes]:
    """Return what people of this name and birth date may be found by (``kernel.values.papers.likeness``)."""
    return rotating_indexes(likeness, context=LIKENESS_INDEX)


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


def open_paper(sealed_number: bytes, sealed_birth_date: bytes | None) -> Paper:
    """Return the paper of a person's row."""
    birth_date = decrypt(bytes(sealed_birth_date), context=BIRTH_DATE) if sealed_birth_date else ""
    text = decrypt(bytes(sealed_number), context=ID_NUMBER)
    return reopen_paper(text, date.fromisoformat(birth_date) if birth_date else None)


def seal_paper(paper: Paper) -> dict[str, Any]:
    """Return the columns of a person's row that say who they are by paper."""
    birth_date = None if paper.says_birth_date else encrypt(paper.birth_date.isoformat(), context=BIRTH_DATE)
    return {
        "document": paper.kind, "id_number": encrypt(paper.text, context=ID_NUMBER), "birth_date": birth_date,
    }  # fmt: skip


def open_phone(sealed: bytes) -> str:
    """Return an account's phone, empty for people without one."""
    return decrypt(bytes(sealed), context=PHONE) if sealed else ""
