"""12315: what a complaint against a business must say, what may come of it, and the law beside it.

Terms stand in ``data/deadlines.csv`` (consumer_complaint, consumer_mediation, consumer_report), short notes of the law
in ``data/consumer_law.yaml``. Source: domain.md §3 (市场监督管理投诉举报处理暂行办法; a rule of 2026 may replace it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.kernel.errors import InvalidInput
from shimin.kernel.values.phones import normalise_phone

CATEGORY = "商贸旅游"
KINDS = (RequestKind.COMPLAINT, RequestKind.REPORT)
LAW_FILE = Path(__file__).parents[1] / "data" / "consumer_law.yaml"
LONGEST_NAME, LONGEST_ADDRESS, MOST_FEN = 100, 200, 10_000_000_000


class Demand(StrEnum):
    """What a complainant wants of the business."""

    REFUND = "refund"
    REPLACE = "replace"
    REPAIR = "repair"
    COMPENSATION = "compensation"
    PERFORM = "perform"
    OTHER = "other"


DEMAND_WORDS = {
    Demand.REFUND: "退货退款",
    Demand.REPLACE: "更换",
    Demand.REPAIR: "修理",
    Demand.COMPENSATION: "赔偿",
    Demand.PERFORM: "继续提供服务",
    Demand.OTHER: "其他",
}


class Outcome(StrEnum):
    """What came of it. The first four of complaints, the last three of reports."""

    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    BUSINESS_REFUSED = "business_refused"
    SETTLED = "settled"
    CASE_OPENED = "case_opened"
    NO_CASE = "no_case"
    TRANSFERRED = "transferred"


OUTCOME_WORDS = {
    Outcome.AGREED: "双方达成调解协议",
    Outcome.NOT_AGREED: "调解不成，终止调解",
    Outcome.BUSINESS_REFUSED: "商家不接受调解，终止调解",
    Outcome.SETTLED: "双方自行和解",
    Outcome.CASE_OPENED: "已立案调查",
    Outcome.NO_CASE: "核查后不予立案",
    Outcome.TRANSFERRED: "移送有权处理的部门",
}
OUTCOMES_OF = {
    RequestKind.COMPLAINT: (Outcome.AGREED, Outcome.NOT_AGREED, Outcome.BUSINESS_REFUSED, Outcome.SETTLED),
    RequestKind.REPORT: (Outcome.CASE_OPENED, Outcome.NO_CASE, Outcome.TRANSFERRED),
}


@dataclass(frozen=True, slots=True)
class Business:
    """A business: as the register has it (``credit_code``), or as the complainant names it (""). Degrees are WGS-84."""

    name: str
    address: str
    credit_code: str = ""
    status: str = ""
    trade: str = ""
    region_code: str = ""
    lng: float | None = None
    lat: float | None = None

    @property
    def is_registered(self) -> bool:
        return bool(self.credit_code)


@dataclass(frozen=True, slots=True)
class Complainant:
    """Who complains: the law wants name, phone and postal address for a complaint. A report may do without."""

    name: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class ConsumerWish:
    """A complaint or report against a business, checked. ``amount_fen`` is what is in dispute."""

    kind: RequestKind
    business: Business
    complainant: Complainant
    goods: str
    demand: Demand | None
    bought_date: date | None
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class LawNote:
    """What an article says, in our words. ``for_kind`` "" is for both."""

    law: str
    article: str
    words: str
    for_kind: str
    demands: tuple[str, ...]

    def fits(self, kind: RequestKind, demand: str) -> bool:
        return self.for_kind in ("", kind) and (not self.demands or not demand or demand in self.demands)


def read_wish(
    *,
    kind: RequestKind,
    business: Business,
    complainant: Complainant,
    goods: str,
    demand: str,
    bought_date: date | None,
    amount_fen: int | None,
    today: date,
) -> ConsumerWish:
    """Check what somebody wrote of a business and return it tidied. Asks no database.

    Raises:
        InvalidInput: something that the law wants is missing, or makes no sense; ``fields`` says what.
    """
    faults: dict[str, str] = {}
    is_complaint = kind is RequestKind.COMPLAINT
    if kind not in KINDS:
        faults["kind"] = "请选投诉还是举报。"
    name, address = _tidy(business.name), _tidy(business.address)
    if not 2 <= len(name) <= LONGEST_NAME:
        faults["business_name"] = f"请写商家名称，2到{LONGEST_NAME}个字；网店写平台和店名。"
    if not 2 <= len(address) <= LONGEST_ADDRESS:
        faults["business_address"] = f"请写商家地址，2到{LONGEST_ADDRESS}个字；网店写平台名称。"
    who = Complainant(_tidy(complainant.name), "", _tidy(complainant.address))
    try:
        who = Complainant(
            who.name, normalise_phone(complainant.phone) if complainant.phone.strip() else "", who.address
        )
    except InvalidInput as wrong:
        faults |= {"phone": next(iter(wrong.fields.values()), wrong.message)}
    if is_complaint and not who.name:
        faults["name"] = "投诉要写您的姓名，调解时商家会知道是谁。"
    if is_complaint and not who.phone and "phone" not in faults:
        faults["phone"] = "投诉要留手机号码，受理和调解时联系您。"
    if is_complaint and not who.address:
        faults["address"] = "投诉要写您的通讯地址。"
    if max(len(who.name), len(who.address), len(_tidy(goods))) > LONGEST_ADDRESS:
        faults["goods"] = f"姓名、地址、商品最多{LONGEST_ADDRESS}字。"
    wanted = demand if demand in list(Demand) else ""
    if is_complaint and not wanted:
        faults["demand"] = "请选您要求商家怎么办。"
    if bought_date is not None and not date(1990, 1, 1) <= bought_date <= today:
        faults["bought_date"] = "购买日期不对：不能晚于今天。"
    if amount_fen is not None and not 0 <= amount_fen <= MOST_FEN:
        faults["amount"] = "金额不对。"
    if faults:
        raise InvalidInput(fields=faults)
    firm = Business(
        name, address, business.credit_code, business.status, business.trade, business.region_code, business.lng,
        business.lat,
    )  # fmt: skip
    return ConsumerWish(
        kind, firm, who, _tidy(goods), Demand(wanted) if is_complaint else None, bought_date, amount_fen
    )


def is_credit_code(text: str) -> bool:
    """Tell whether a text is a unified social credit code whose check character is right. Source: GB 32100."""
    try:
        uscc.validate(text)
    except ValidationError:
        return False
    return True


def law_for(kind: RequestKind, demand: str = "") -> tuple[LawNote, ...]:
    """Return the notes that fit a matter."""
    return tuple(note for note in all_law() if note.fits(kind, demand))


@cache
def all_law() -> tuple[LawNote, ...]:
    """Return the notes of the file."""
    rows: list[dict[str, Any]] = yaml.safe_load(LAW_FILE.read_text("utf-8"))
    return tuple(
        LawNote(row["law"], row["article"], row["words"], row.get("kind", ""), tuple(row.get("demands", ())))
        for row in rows
    )


def _tidy(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text[:2_000]).split())
