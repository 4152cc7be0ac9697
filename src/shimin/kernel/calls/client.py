"""Signed calls to departments, each system behind its own bulkhead, breaker, retry budget and connection pool.

Fail-closed: an answer that is not proved genuine, fresh and for this request is thrown away.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shimin.kernel import clock
from shimin.kernel.calls.breaker import CircuitBreaker, CircuitState, RetryBudget
from shimin.kernel.calls.connection import (
    AnswerIncomplete,
    AnswerMalformed,
    AnswerTooLarge,
    ConnectFailed,
    ConnectionPool,
    Endpoint,
    RawAnswer,
)
from shimin.kernel.crypto.keys import KeyUnreadable
from shimin.kernel.crypto.signing import SignatureExpired, SignatureInvalid, sign_request, verify_response
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import Unavailable
from shimin.kernel.monitoring import metrics

TOTAL_SECONDS = 2.5
WAIT_FOR_PLACE_SECONDS = 0.1
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
log = structlog.get_logger("shimin.sources")


class SourceError(Unavailable):
    """A call to another system brought nothing; the reason is in the class. Never holds what was sent or answered."""

    code = "source_failed"

    def __init__(self, system: str, reason: str = "", *, retry_after_seconds: int | None = None) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.system = system
        self.reason = reason


class SourceDown(SourceError):
    """No connection, an error of the system's own, or so many of late that it is not asked just now."""

    code = "source_down"
    message = "对方系统暂时无法使用。"


class SourceSlow(SourceError):
    """No answer within the time a person should wait."""

    code = "source_slow"
    message = "对方系统响应太慢，这次没有等到结果。"


class SourceThrottled(SourceError):
    """The system asks us to come back later."""

    code = "source_throttled"
    message = "对方系统正忙，请稍后再试。"


class SourceBusy(SourceError):
    """Our own limit of parallel calls to this system is reached."""

    code = "source_busy"
    message = "正在查询的人较多，请稍等片刻再试。"


class SourceRefused(SourceError):
    """The system understood and said no: a fault of configuration or agreement, not of the citizen."""

    code = "source_refused"
    message = "对方系统没有受理这次查询，我们已经记录下来。"

    def __init__(self, system: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(system, f"{status} {problem.get('code', '')}")
        self.answered_status = status
        self.problem = problem


class AnswerInvalid(SourceError):
    """An answer came and cannot be used."""

    code = "answer_invalid"
    message = "对方系统返回的内容未通过校验，没有采用。"


class AnswerForged(AnswerInvalid):
    """Not signed by the department, or altered on the way."""

    code = "answer_forged"


class AnswerReplayed(AnswerInvalid):
    """A genuine answer to another question or of another time."""

    code = "answer_replayed"


class AnswerUnreadable(AnswerInvalid):
    """Too large, broken off, or no JSON object."""

    code = "answer_unreadable"


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """A proved answer. ``signed_at`` is the department's time of signing."""

    system: str
    body: Mapping[str, Any]
    signed_at: datetime
    milliseconds: float


class SignedClient:
    """One system's client; make it once per process and share it between threads."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        key: Ed25519PrivateKey,
        source_key: Callable[[], Ed25519PublicKey],
        keyid: str = "platform",
        source_keyid: str | None = None,
        concurrency: int = 6,
    ) -> None:
        """``source_key`` gives the department's public key (``keys.KeyFile(path).public_key``).

        Raises:
            ValueError: ``base_url`` is no base address.
        """
        self.system = system
        self._endpoint = Endpoint.of(base_url)
        self._key, self._keyid = key, keyid
        self._source_key, self._source_keyid = source_key, source_keyid or system
        self._places = threading.BoundedSemaphore(concurrency)
        self._breaker = CircuitBreaker()
        self._budget = RetryBudget()
        self._pool = ConnectionPool(self._endpoint)

    @property
    def circuit(self) -> CircuitState:
        """Whether the system is being asked at present."""
        return self._breaker.state

    def post(self, path: str, json: Mapping[str, Any], *, timeout_seconds: float = TOTAL_SECONDS) -> SignedAnswer:
        """Ask once and return the proved answer. ``json`` must hold a ``request_id``, which the answer repeats.

        Raises:
            SourceError: one of its subclasses.
            ScopeError: a transaction is open.
        """
        require_no_transaction()
        started = time.monotonic()
        wait = self._breaker.admit()
        if wait > 0:
            raise SourceDown(self.system, "circuit open", retry_after_seconds=int(wait) + 1)
        if not self._places.acquire(timeout=WAIT_FOR_PLACE_SECONDS):
            raise SourceBusy(self.system, retry_after_seconds=2)
        try:
            answer = self._ask(path, json, started, started + timeout_seconds)
        except SourceError as error:
            self._breaker.report(ok=not isinstance(error, SourceDown | SourceSlow))
            metrics.observe_source(self.system, error.code, time.monotonic() - started)
            log.warning("source.failed", system=self.system, path=path, code=error.code, reason=error.reason)
            raise
        finally:
            self._places.release()
        self._breaker.report(ok=True)
        metrics.observe_source(self.system, "ok", time.monotonic() - started)
        return answer

    def close(self) -> None:
        """Close idle connections."""
        self._pool.close()

    def _ask(self, path: str, json: Mapping[str, Any], started: float, deadline: float) -> SignedAnswer:
        body = orjson.dumps(json)
        try:
            raw, signature = self._exchange(path, body, deadline)
        except TimeoutError:
            raise SourceSlow(self.system, "deadline") from None
        except (AnswerTooLarge, AnswerIncomplete) as error:
            raise AnswerUnreadable(self.system, type(error).__name__) from None
        except (OSError, AnswerMalformed) as error:
            raise SourceDown(self.system, f"{type(error).__name__}") from None
        if raw.status != 200:
            raise self._refusal(raw)
        content = _object(raw.body)
        signed_at = self._prove(raw, content or {}, signature, str(json["request_id"]))
        if content is None:
            raise AnswerUnreadable(self.system, "no JSON object")
        return SignedAnswer(self.system, content, signed_at, (time.monotonic() - started) * 1000)

    def _exchange(self, path: str, body: bytes, deadline: float) -> tuple[RawAnswer, str]:
        """Send, and once more when no connection came about; each try has a signature (and nonce) of its own."""
        self._budget.note_call()
        request, signature = self._signed(path, body)
        try:
            return self._pool.exchange(request, deadline=deadline), signature
        except ConnectFailed:
            if not self._budget.take():
                raise
        request, signature = self._signed(path, body)
        return self._pool.exchange(request, deadline=deadline, fresh=True), signature

    def _signed(self, path: str, body: bytes) -> tuple[bytes, str]:
        if not _PATH.fullmatch(path):
            raise ValueError(f"{path!r} is no path of a record")
        full_path = self._endpoint.base_path + path
        signed = sign_request(
            key=self._key,
            keyid=self._keyid,
            method="POST",
            authority=self._endpoint.authority,
            path=full_path,
            body=body,
            now=clock.now(),
        )
        head = [f"POST {full_path} HTTP/1.1", f"Host: {self._endpoint.authority}", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in signed.headers.items()]
        head += ["Accept: application/json", "User-Agent: shimin", "", ""]
        return "\r\n".join(head).encode() + body, signed.signature

    def _refusal(self, raw: RawAnswer) -> SourceError:
        if raw.status == 429:
            wait = raw.headers.get("retry-after", "")
            return SourceThrottled(
                self.system, "429", retry_after_seconds=min(int(wait), 3600) if wait.isdigit() else 5
            )
        if raw.status >= 500:
            return SourceDown(self.system, str(raw.status))
        if raw.status >= 400:
            return SourceRefused(self.system, raw.status, _object(raw.body) or {})
        return AnswerUnreadable(self.system, f"status {raw.status}")

    def _prove(self, raw: RawAnswer, content: Mapping[str, Any], request_signature: str, request_id: str) -> datetime:
        try:
            signed_at = verify_response(
                key=self._source_key(),
                keyid=self._source_keyid,
                status=raw.status,
                headers=raw.headers,
                body=raw.body,
                request_signature=request_signature,
                now=clock.now(),
            )
        except SignatureExpired as error:
            raise AnswerReplayed(self.system, str(error)) from None
        except SignatureInvalid as error:
            # A recorded answer of the same minute fails on its binding; it still names the question it answered.
            is_other = content.get("request_id", request_id) != request_id
            raise (AnswerReplayed if is_other else AnswerForged)(self.system, str(error)) from None
        except KeyUnreadable as error:
            raise AnswerForged(self.system, str(error)) from error
        if content and content.get("request_id") != request_id:
            raise AnswerReplayed(self.system, "the answer names another request")
        return signed_at


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
