"""Sessions of the bench are the platform's: their tokens are read as any other's."""

from __future__ import annotations

import hashlib

from bench.installation import database_named
from bench.people import secret_of, token_of
from shimin.capabilities.identity.tokens import token_hash


def test_token_is_read_as_the_secret_it_was_made_of():
    assert token_hash(token_of("salt", 7)) == hashlib.sha256(secret_of("salt", 7)).digest()


def test_tokens_of_two_people_or_two_runs_differ():
    tokens = {token_of(salt, number) for salt in ("a", "b") for number in range(1, 101)}
    assert len(tokens) == 200


def test_names_another_database_on_the_same_server():
    assert database_named("postgresql://me:pw@host:5432/city?sslmode=require", "x") == (
        "postgresql://me:pw@host:5432/x?sslmode=require"
    )
    assert database_named("postgresql://postgres@/city?host=/run/pg&port=5499", "x") == (
        "postgresql://postgres@/x?host=/run/pg&port=5499"
    )
    assert database_named("postgresql:///city", "x") == "postgresql:///x"
