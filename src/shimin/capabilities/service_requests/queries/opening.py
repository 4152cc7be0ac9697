"""Opening one request by its number and query code."""

from __future__ import annotations

from django.db import connection

from shimin.capabilities.service_requests.handles import code_hash, read_code
from shimin.kernel.errors import NotFound
from shimin.kernel.values.numbers import check_public_number


class WrongCode(NotFound):
    """No request has this number with this query code; which of the two is wrong is not told."""

    code = "request_code_wrong"
    message = "编号或查询码不对。"
    mend = "请对照提交时的回执，重新填写19位编号和8位查询码。"


def opened(number: str, code: str) -> int:
    """Open a request to the actor until the transaction ends, and return its id. In a scope.

    Raises:
        PublicNumberInvalid: the number has a slip.
        WrongCode: see the class.
    """
    digits = read_code(code)
    whole = check_public_number(number)
    if digits is None:
        raise WrongCode
    with connection.cursor() as cursor:
        cursor.execute("SELECT service_requests_unlock(%s)", [code_hash(whole, digits)])
        (request_id,) = cursor.fetchone()
    if request_id is None:
        raise WrongCode
    return int(request_id)


def close_opened() -> None:
    """Shut what ``opened`` has opened, where a transaction goes on (tests)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('shimin.request', '', true)")
