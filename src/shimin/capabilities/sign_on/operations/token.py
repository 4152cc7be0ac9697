"""The token and revocation endpoints: one transaction each, in which even a refusal may leave something behind."""

from __future__ import annotations

from datetime import datetime

import structlog
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError

from shimin.capabilities.sign_on.operations.protocol.engine import Answer, engine, error_of, unreadable
from shimin.capabilities.sign_on.operations.protocol.requests import EngineRequest, Parameters, single
from shimin.capabilities.sign_on.operations.protocol.tokens import Moment
from shimin.kernel import rate
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import auth_scope

log = structlog.get_logger("shimin.sign_on")
# Guessing 32 random bytes is hopeless; this bounds what a broken or hostile client costs.
FAILURES, FAILURE_WINDOW_SECONDS = 60, 60


def exchange(*, form: Parameters, authorization: str, address: str, now: datetime) -> Answer:
    """Answer the token endpoint. A replayed code or refresh token is refused and ends what it once gave.

    ``address`` is where the call comes from: what it gets wrong is counted against it.

    Raises:
        TooManyRequests: too much of that in this minute.
    """
    return _run("token", form, authorization, address, now)


def revoke(*, form: Parameters, authorization: str, address: str, now: datetime) -> Answer:
    """Answer the revocation endpoint (RFC 7009): 200 also for tokens that nobody knows."""
    return _run("revocation", form, authorization, address, now)


def introspect(*, form: Parameters, authorization: str, address: str, now: datetime) -> Answer:
    """Answer the introspection endpoint (RFC 7662): systems of an agency ask about tokens with its scopes.

    Raises:
        TooManyRequests: too much went wrong in this minute.
    """
    return _run("introspection", form, authorization, address, now)


def _run(endpoint: str, form: Parameters, authorization: str, address: str, now: datetime) -> Answer:
    try:
        values = single(form)
        if endpoint == "token" and "grant_type" not in values:
            raise InvalidRequestError("The grant_type is missing.")
        request = EngineRequest("POST", values, authorization=authorization)
    except OAuth2Error as error:
        return error_of(error)
    request.facts["moment"] = Moment(ANONYMOUS, now)
    try:
        with auth_scope(ANONYMOUS):
            if endpoint == "token":
                answer: Answer = engine.create_token_response(request)
            else:
                answer = engine.create_endpoint_response(endpoint, request)
    except ValueError:
        # Authlib refuses to put odd characters of the input into its own error text.
        answer = unreadable()
    if answer.body.get("error"):
        log.info("sign_on.refused", endpoint=endpoint, error=answer.body["error"])
        _count_failure(address, now)
    return answer


def _count_failure(address: str, now: datetime) -> None:
    rate.hit("sign_on.token_failure", address, limit=FAILURES, window_seconds=FAILURE_WINDOW_SECONDS, now=now)
