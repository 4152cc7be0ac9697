"""Writing the handles that people and organisations are found by; called inside an auth scope.

While an index key is being replaced, a value may stand under one key or another, and the primary key no longer keeps
it single by itself. Then writers of one value take turns (a lock of the transaction, by the hash under the first key,
which never goes away) and look under every key first.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, connection

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import Account, LoginHandle, Organisation, Person, PersonHandle
from shimin.kernel.actor import Actor
from shimin.kernel.crypto import blind_index, encrypt, rotating_index, rotating_indexes
from shimin.kernel.db import auth_scope


def add_phone_handle(account: Account, phone: str) -> None:
    """Let an account be found by a phone or login number.

    Raises:
        IntegrityError: it belongs to an account.
    """
    _add_login(account, phone, handles.PHONE_INDEX)


def free_merged_phone(phone: str, now: datetime) -> None:
    """Let go of a phone that an account brought into a merge that is sealed by now: its new owner may take it."""
    LoginHandle.objects.filter(hash__in=handles.phone_hashes(phone), free_from__lte=now).delete()


def add_staff_handle(account: Account, staff_name: str) -> None:
    """Let a staff account be found by its name.

    Raises:
        IntegrityError: it belongs to an account.
    """
    _add_login(account, handles.tidy_staff_name(staff_name), handles.STAFF_NAME_INDEX)


def add_person_handle(
    person: Person, account: Account | None, text: str, *, is_further: bool = False, act_id: int | None = None
) -> None:  # fmt: skip
    """Let a person be found by a paper; ``is_further``: it is not the one that the person's row has.

    Raises:
        IntegrityError: it belongs to a person.
    """
    hashed, key_id, others = _take(text, handles.ID_NUMBER_INDEX)
    if others and PersonHandle.objects.filter(hash__in=others).exists():
        raise IntegrityError("identity_person_handle_pkey")
    paper = encrypt(text, context=handles.FURTHER_PAPER) if is_further else None
    row = PersonHandle(hash=hashed, key_id=key_id, person=person, account=account, paper=paper, act_id=act_id)
    row.save(force_insert=True)


def new_organisation(credit_code: str, **values: object) -> Organisation:
    """Return an organisation's row, to be written by the caller.

    Raises:
        IntegrityError: the code has one.
    """
    hashed, key_id, others = _take(credit_code, handles.CREDIT_CODE_INDEX)
    if others and Organisation.objects.filter(hash__in=others).exists():
        raise IntegrityError("identity_organisation_hash")
    return Organisation(hash=hashed, key_id=key_id, credit_code=credit_code, **values)


def move_login_handle(actor: Actor, handle: LoginHandle, name: str, context: str) -> None:
    """Write a handle under the key that writes now: the only moment when a staff name or login number is known.

    In a transaction of its own, which few sign-ins need: the sign-in's may yet be rolled back for a second factor.
    """
    hashed, key_id = rotating_index(name, context=context)
    if handle.key_id != key_id:
        with auth_scope(actor):
            LoginHandle.objects.filter(hash=handle.hash).update(hash=hashed, key_id=key_id)


def _add_login(account: Account, name: str, context: str) -> None:
    hashed, key_id, others = _take(name, context)
    if others and LoginHandle.objects.filter(hash__in=others).exists():
        raise IntegrityError("identity_login_handle_pkey")
    LoginHandle(hash=hashed, key_id=key_id, account=account).save(force_insert=True)


def _take(value: str, context: str) -> tuple[bytes, int, list[bytes]]:
    """Return the hash to write with its key, and those under other keys; with several keys, wait for one's turn."""
    hashed, key_id = rotating_index(value, context=context)
    others = [each for each in rotating_indexes(value, context=context) if each != hashed]
    if others:
        turn = int.from_bytes(blind_index(value, context=context)[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [turn])
    return hashed, key_id, others
