"""A request as the engine takes it: plain parameters, one value each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Payload, OAuth2Request

Parameters = Mapping[str, Sequence[str]]
_MOST = 40
_LONGEST = 8_000


class _Payload(OAuth2Payload):
    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    @property
    def data(self) -> dict[str, str]:
        return self._values

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, {name: [value] for name, value in self._values.items()})


class EngineRequest(OAuth2Request):
    """Parameters that were checked to be given once, with the Authorization header.

    Authlib wants an address only to see that it is https; whether it is, the platform's settings decide.
    """

    def __init__(self, method: str, values: Mapping[str, str], *, authorization: str = "") -> None:
        headers = {"Authorization": authorization} if authorization else {}
        super().__init__(method, "https://localhost/", headers=headers)
        self.payload = _Payload(values)
        self.facts: dict[str, Any] = {}  # what one hook tells another

    @property
    def args(self) -> dict[str, str]:
        return self.payload.data

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data


def single(parameters: Parameters) -> dict[str, str]:
    """Return each parameter's one value; empty ones count as absent.

    Raises:
        InvalidRequestError: one is repeated, or there is more than anybody sends.
        Source: RFC 6749, 3.1 and 3.2.
    """
    if len(parameters) > _MOST or sum(len(value) for values in parameters.values() for value in values) > _LONGEST:
        raise InvalidRequestError("The request is too large.")
    if any(len(values) > 1 for values in parameters.values()):
        raise InvalidRequestError("A parameter is given more than once.")
    given = {name: values[0] for name, values in parameters.items() if values and values[0]}
    if any("\0" in value for value in given.values()):
        raise InvalidRequestError("A parameter holds a character that is not allowed.")
    return given
