"""The endpoints that systems call: discovery, keys, token, userinfo, revocation. JSON, by the specifications."""

from __future__ import annotations

import math
from collections.abc import Callable

import orjson
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.sign_on.public import (
    ACR_VALUES,
    ASSERTION_ALGORITHMS,
    RULES,
    Algorithm,
    Answer,
    AuthMethod,
    Scope,
    exchange,
    introspect,
    issuer,
    publish_keys,
    revoke,
    tell_userinfo,
)
from shimin.kernel import clock
from shimin.kernel.errors import TooManyRequests
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public

_KEYS_FOR_SECONDS = 300  # less than the time a key is published before it signs
# One department's server signs a whole city in: generous, and only against a runaway.
_calls = LocalBucket(limit=3_000, per_seconds=60)


@require_safe
@public(transaction=False)
def discovery(request: Request) -> HttpResponse:
    """Tell where everything is and what we can do. Source: OpenID Connect Discovery 1.0; RFC 8414."""
    base = issuer()
    methods = [str(method) for method in AuthMethod]
    document = {
        "issuer": base,
        "authorization_endpoint": base + reverse("sign_on:authorize"),
        "token_endpoint": base + reverse("sign_on:token"),
        "userinfo_endpoint": base + reverse("sign_on:userinfo"),
        "jwks_uri": base + reverse("sign_on:keys"),
        "revocation_endpoint": base + reverse("sign_on:revoke"),
        "end_session_endpoint": base + reverse("sign_on:end_session"),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "introspection_endpoint": base + reverse("sign_on:introspect"),
        "introspection_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "scopes_supported": [str(scope) for scope in Scope],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [str(algorithm) for algorithm in Algorithm],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": list(ACR_VALUES[:3]),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            *("iss", "aud", "exp", "iat", "auth_time", "acr", "sid", "nonce", "at_hash", "phone_number_verified"),
            *(name for rule in RULES.values() for name, _ in rule.claims),
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["zh-CN"],
    }
    response = _json(document)
    response.headers["Cache-Control"] = f"public, max-age={_KEYS_FOR_SECONDS}"
    return response


@require_safe
@public(transaction=False)
def keys(request: Request) -> HttpResponse:
    """Publish the keys that id tokens are checked by."""
    response = _json({"keys": publish_keys(clock.now())})
    response.headers["Cache-Control"] = f"public, max-age={_KEYS_FOR_SECONDS}"
    return response


@csrf_exempt
@require_POST
@public(transaction=False)
def token(request: Request) -> HttpResponse:
    """Exchange a code or a refresh token."""
    return _protocol(request, exchange)


@csrf_exempt
@require_POST
@public(transaction=False)
def revocation(request: Request) -> HttpResponse:
    """Make a token worthless (RFC 7009)."""
    return _protocol(request, revoke)


@csrf_exempt
@require_POST
@public(transaction=False)
def introspection(request: Request) -> HttpResponse:
    """Tell a called system what a machine's token is good for there (RFC 7662)."""
    return _protocol(request, introspect)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def userinfo(request: Request) -> HttpResponse:
    """Tell the claims an access token opens: by the Authorization header, or in the body of a form (RFC 6750)."""
    header = request.headers.get("Authorization", "")
    in_body = request.POST.getlist("access_token")
    if (header and in_body) or len(in_body) > 1:
        return _answer(Answer(400, {"error": "invalid_request"}))
    scheme, _, text = header.partition(" ")
    found = text.strip() if scheme.lower() == "bearer" else (in_body[0] if in_body else "")
    return _answer(tell_userinfo(access_token=found, now=clock.now()))


def _protocol(request: Request, run: Callable[..., Answer]) -> HttpResponse:
    address = request.META.get("REMOTE_ADDR", "")
    try:
        _calls.take(address)
        answer = run(
            form=dict(request.POST.lists()), authorization=request.headers.get("Authorization", ""), address=address,
            now=clock.now(),
        )  # fmt: skip
    except TooManyRequests as busy:
        seconds = str(max(1, math.ceil(busy.retry_after_seconds or 1)))
        answer = Answer(429, {"error": "temporarily_unavailable"}, (("Retry-After", seconds),))
    return _answer(answer)


def _answer(answer: Answer) -> HttpResponse:
    response = _json(answer.body, status=answer.status)
    for name, value in answer.headers:
        if name.lower() not in ("content-type", "cache-control", "pragma"):
            response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def _json(content: object, *, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(content), status=status, content_type="application/json")
