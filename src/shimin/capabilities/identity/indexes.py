"""The handles of identity that a new index key is written for."""

from __future__ import annotations

from datetime import date
from typing import Any

from shimin.capabilities.identity import handles
from shimin.kernel.crypto import decrypt
from shimin.kernel.reindexing import IndexedTable, register_indexed
from shimin.kernel.values.papers import likeness


def _phone(sealed: bytes) -> str:
    return decrypt(bytes(sealed), context=handles.PHONE)


def _paper(sealed: list[Any]) -> str:
    further, own = sealed
    if further:
        return decrypt(bytes(further), context=handles.FURTHER_PAPER)
    return decrypt(bytes(own), context=handles.ID_NUMBER)


def _likeness(sealed: list[Any]) -> str:
    name, number, birth_date = sealed
    born: date = handles.open_paper(number, birth_date).birth_date
    return likeness(decrypt(bytes(name), context=handles.PERSON_NAME), born)


register_indexed(
    IndexedTable(
        "identity_login_handle", handles.PHONE_INDEX,
        # staff names and login numbers are known as hashes only: their owners move them
        "SELECT h.hash, a.phone FROM identity_login_handle h JOIN identity_account a ON a.id = h.account_id"
        " WHERE h.key_id <> %s AND a.account_kind = 'citizen' AND octet_length(a.phone) > 0"
        " LIMIT %s FOR UPDATE OF h SKIP LOCKED",
        _phone,
    )
)  # fmt: skip
register_indexed(
    IndexedTable(
        "identity_person_handle", handles.ID_NUMBER_INDEX,
        "SELECT h.hash, ARRAY[h.paper, p.id_number] FROM identity_person_handle h"
        " JOIN identity_person p ON p.id = h.person_id"
        " WHERE h.key_id <> %s AND octet_length(p.id_number) > 0 LIMIT %s FOR UPDATE OF h SKIP LOCKED",
        _paper,
    )
)  # fmt: skip
register_indexed(
    IndexedTable(
        "identity_person_likeness", handles.LIKENESS_INDEX,
        "SELECT h.hash, ARRAY[p.name, p.id_number, p.birth_date] FROM identity_person_likeness h"
        " JOIN identity_person p ON p.id = h.person_id"
        " WHERE h.key_id <> %s AND octet_length(p.name) > 0 LIMIT %s FOR UPDATE OF h SKIP LOCKED",
        _likeness,
    )
)  # fmt: skip
register_indexed(
    IndexedTable(
        "identity_organisation", handles.CREDIT_CODE_INDEX,
        "SELECT hash, credit_code FROM identity_organisation WHERE key_id <> %s LIMIT %s FOR UPDATE SKIP LOCKED", str,
    )
)  # fmt: skip
