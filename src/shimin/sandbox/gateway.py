"""The way of a request through a department: switches, signature, enquiry, record, answer."""

import hmac
import ipaddress
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import orjson

from .answers import Answerer
from .archive import Archive
from .department import Department, Record
from .enquiry import parse_enquiry
from .faults import OFF, Faults, FaultSwitch, parse_faults
from .http1 import Manner, Reply, Request, problem_reply
from .problems import Problem
from .verification import Verifier

RECORDS: Final = "/records/"
ACTS: Final = "/acts/"
TOKEN_HEADER: Final = "x-sandbox-token"  # noqa: S105 - the name of a header


class Gateway:
    """Handles the requests to one department."""

    def __init__(
        self,
        department: Department,
        archive: Archive,
        verifier: Verifier,
        answerer: Answerer,
        *,
        faults: FaultSwitch,
        token: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._department = department
        self._archive = archive
        self._verifier = verifier
        self._answerer = answerer
        self._faults = faults
        self._token = token
        self._clock = clock

    def handle(self, request: Request) -> Reply:
        """Give the reply to a request; whatever happens, there is one."""
        try:
            return self._route(request)
        except Problem as problem:
            return problem_reply(problem)
        except Exception:  # the server's last resort: one bad request must not take the department down
            traceback.print_exc(file=sys.stderr)
            return problem_reply(Problem(500, "internal", "The department failed on this request."))

    def _route(self, request: Request) -> Reply:
        path = request.path
        if path.startswith((RECORDS, ACTS)):
            _require(request, "POST")
            return self._serve_record(request)
        match path:
            case "/healthz":
                _require(request, "GET")
                return _json({"status": "ok", "department": self._department.name})
            case "/records":
                _require(request, "GET")
                return _json(describe(self._department))
            case "/faults":
                return self._serve_faults(request)
        raise Problem(404, "unknown_path", "There is nothing at this path.")

    def _serve_record(self, request: Request) -> Reply:
        faults, delay_s = self._faults.next()
        reply = self._spoilt(faults) or self._reply_to_record(request, faults)
        reply.delay_s = delay_s
        return reply

    def _spoilt(self, faults: Faults) -> Reply | None:
        """Give the reply of a department that does not even look at the request."""
        if faults is OFF:
            return None
        if faults.drop:
            return Reply(manner=Manner.DROP)
        if faults.hang:
            return Reply(manner=Manner.HANG)
        if self._faults.is_throttled(faults, now=time.monotonic()):
            return problem_reply(
                Problem(429, "throttled", "Too many requests in a second.", headers=(("Retry-After", "1"),))
            )
        if faults.status is not None:
            return problem_reply(Problem(faults.status, "switched_fault", "A fault switch of the sandbox is on."))
        return None

    def _reply_to_record(self, request: Request, faults: Faults) -> Reply:
        try:
            return self._answer(request, faults)
        except Problem as problem:
            return problem_reply(problem)

    def _answer(self, request: Request, faults: Faults) -> Reply:
        now = self._clock()
        request_signature = self._verifier.verify(request, now=now)
        if request.path != request.target:
            raise Problem(400, "malformed", "The signature does not cover a query: send none.", field="query")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Problem(400, "malformed", "Content-Type must be application/json.", field="content-type")
        record = self._find_record(request.path)
        enquiry = parse_enquiry(request.body)
        record.check(enquiry)
        if faults is not OFF:
            enquiry = replace(enquiry, faults=faults)
        rows = record.read(self._archive, enquiry)
        if faults.lose_outcome and request.path.startswith(ACTS):
            return Reply(manner=Manner.HANG)
        return self._answerer.answer(enquiry, rows, request_signature, now, faults)

    def _find_record(self, path: str) -> Record:
        if path.startswith(ACTS):
            name = path.removeprefix(ACTS)
            record, said = self._department.find_act(name), "knows no act"
        else:
            name = path.removeprefix(RECORDS)
            record, said = self._department.find_record(name), "keeps no record"
        if record is None:
            raise Problem(404, "unknown_record", f"{self._department.name} {said} {name[:100]}.")
        return record

    def _serve_faults(self, request: Request) -> Reply:
        if not ipaddress.ip_address(request.peer).is_loopback:
            raise Problem(403, "not_loopback", "The fault switches listen to this machine only.")
        if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), self._token.encode()):
            raise Problem(403, "wrong_token", "X-Sandbox-Token is missing or wrong.")
        match request.method:
            case "POST":
                self._faults.set(parse_faults(request.body))
            case "DELETE":
                self._faults.set(OFF)
            case method if method != "GET":
                raise Problem(405, "method_not_allowed", "Use GET, POST or DELETE.")
        return _json(self._faults.describe())


def describe(department: Department) -> dict[str, Any]:
    """Describe a department and its records to machines."""
    return {
        "department": department.name,
        "title": department.title,
        "records": [record.describe() for record in department.records],
        "acts": [act.describe() for act in department.acts],
    }


def _require(request: Request, method: str) -> None:
    if request.method != method:
        raise Problem(405, "method_not_allowed", f"Use {method}.", headers=(("Allow", method),))


def _json(document: dict[str, Any]) -> Reply:
    return Reply(200, [("Content-Type", "application/json")], orjson.dumps(document))
