"""Find a business in the register of market regulation: a look-up that needs nobody's name."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.enquiries.public import look_up
from shimin.capabilities.service_requests.consumer.domain.consumer import Business
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import InvalidInput, NotFound

ITEM = "business-search"
_SHORTEST, _LONGEST = 2, 60


def find_businesses(*, city_code: str, text: str, now: datetime, address: str = "") -> tuple[Business, ...]:
    """Return businesses whose code is ``text`` or whose name holds it, as the city's register has them: at most twenty.

    Asks the register by the item ``business-search`` of the city. Not inside a transaction.

    Raises:
        InvalidInput: too little or too much was typed.
        NotFound: the city has no such item.
        SourceUnavailable, SourceBusy, SourceRefused, AnswerRejected, TooManyRequests: see ``enquiries.look_up``.
    """
    wanted = "".join(text.split())
    if not _SHORTEST <= len(wanted) <= _LONGEST:
        raise InvalidInput(fields={"q": f"请输名称中的{_SHORTEST}到{_LONGEST}个字，或18位代码。"})
    found = look_up(
        actor=ANONYMOUS, region_code=city_code, slug=ITEM, params={"text": wanted}, now=now, address=address
    )
    return tuple(
        Business(
            name=str(row["name"]), address=str(row["address"]), credit_code=str(row["credit_code"]),
            status=str(row["status"]), trade=str(row["trade"]), region_code=str(row["district"]),
            lng=_degrees(row["lng"]), lat=_degrees(row["lat"]),
        )
        for row in found.extract
    )  # fmt: skip


def get_business(*, city_code: str, credit_code: str, now: datetime, address: str = "") -> Business:
    """Return the business with this code.

    Raises:
        NotFound: the register has none.
        SourceUnavailable, …: see ``find_businesses``.
    """
    for each in find_businesses(city_code=city_code, text=credit_code, now=now, address=address):
        if each.credit_code == credit_code:
            return each
    raise NotFound("登记系统里没有这家商家。", mend="请换名称再查，或自己写名称和地址。")


def _degrees(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
