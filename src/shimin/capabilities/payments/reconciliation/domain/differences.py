"""Kinds of differences: what each means, who has to act, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What does not agree, for one document of one day."""

    NOT_CAPTURED = "not_captured"
    UNKNOWN_TRADE = "unknown_trade"
    REFUND_UNKNOWN = "refund_unknown"
    WRONG_AMOUNT = "wrong_amount"
    DOUBLED_LINE = "doubled_line"
    NOT_AT_GATEWAY = "not_at_gateway"
    REFUND_NOT_AT_GATEWAY = "refund_not_at_gateway"
    OVER_MIDNIGHT = "over_midnight"
    NOT_SETTLED = "not_settled"
    REFUND_FAILED = "refund_failed"
    BILLER_NOT_BOOKED = "biller_not_booked"
    BILLER_UNKNOWN = "biller_unknown"
    BILLER_REVERSED = "biller_reversed"
    BILLER_NOT_REVERSED = "biller_not_reversed"


class Owner(StrEnum):
    """Who has to act."""

    PLATFORM = "platform"  # it is doing so already; look again later
    GATEWAY = "gateway"  # finance asks the gateway
    KEEPER = "keeper"  # finance asks the agency or biller
    FINANCE = "finance"


class Way(StrEnum):
    """How a difference ended."""

    BY_ITSELF = "by_itself"  # a later comparison does not find it any more
    GATEWAY_CORRECTED = "gateway_corrected"
    KEEPER_CORRECTED = "keeper_corrected"
    PAID_BY_HAND = "paid_by_hand"
    EXPLAINED = "explained"
    WRITTEN_OFF = "written_off"  # proposed by one officer, agreed to by another, booked


@dataclass(frozen=True, slots=True)
class Meaning:
    """``title`` and ``reason`` are for officers; ``way_on`` says what to do."""

    title: str
    reason: str
    owner: Owner
    way_on: str


MEANINGS: dict[Kind, Meaning] = {
    Kind.NOT_CAPTURED: Meaning(
        "对方已收，我方未入账", "这笔付款是我方发起的，通知没有收到。", Owner.PLATFORM,
        "平台会向支付机构查证并自动补记，重复的自动退回；稍后重新比对即可。",
    ),
    Kind.UNKNOWN_TRADE: Meaning(
        "对方已收，我方没有这笔订单", "商户订单号不是本平台发出的。", Owner.GATEWAY,
        "请向支付机构核实来源；更正后的账单重新导入即消除，不更正的写明原因结案。",
    ),
    Kind.REFUND_UNKNOWN: Meaning(
        "对方已退，我方没有记账", "退款未经平台，或平台还没有得到退款结果。", Owner.FINANCE,
        "先重新比对；仍在的，查支付机构后台是谁发起的，写明原因结案。",
    ),
    Kind.WRONG_AMOUNT: Meaning(
        "金额不符", "同一笔交易，账单与账簿的金额不同。", Owner.GATEWAY, "请支付机构更正账单，重新导入后自动消除。",
    ),
    Kind.DOUBLED_LINE: Meaning(
        "账单里重复出现", "同一交易号在账单里不止一行。", Owner.GATEWAY, "请支付机构更正账单，重新导入后自动消除。",
    ),
    Kind.NOT_AT_GATEWAY: Meaning(
        "我方已入账，账单里没有", "账簿有这笔收款，支付机构当天和前后的账单都没有。", Owner.GATEWAY,
        "请凭交易号向支付机构查询，补发账单后重新导入。",
    ),
    Kind.REFUND_NOT_AT_GATEWAY: Meaning(
        "我方已记退款，账单里没有", "账簿有这笔退款，支付机构的账单没有。", Owner.GATEWAY,
        "请凭退款号向支付机构查询，补发账单后重新导入。",
    ),
    Kind.OVER_MIDNIGHT: Meaning(
        "跨零点", "临近零点入账，对方可能记在第二天。", Owner.PLATFORM, "导入第二天的账单后自动消除。",
    ),
    Kind.NOT_SETTLED: Meaning(
        "已收款，收款单位未销账", "收款单位还没有确认收到销账通知。", Owner.KEEPER,
        "平台会一直重发；超过一天的，请联系收款单位。",
    ),
    Kind.BILLER_NOT_BOOKED: Meaning(
        "收费单位确认过，日文件里没有", "这笔已收到收费单位的销账回执，但对方没有入账。", Owner.KEEPER,
        "请凭流水号和回执请收费单位补记，更正的日文件重新导入后自动消除。",
    ),
    Kind.BILLER_UNKNOWN: Meaning(
        "收费单位销了账，平台没有这笔", "日文件里的流水号不是平台当天向该单位缴的款，或这笔已作废退回。", Owner.KEEPER,
        "请收费单位核实是谁报的销账；更正的日文件重新导入后自动消除。",
    ),
    Kind.BILLER_REVERSED: Meaning(
        "收费单位冲正了，平台没有退款", "对方把这笔记成冲正，缴款人的钱没有退。", Owner.KEEPER,
        "请先问清是谁要求冲正：应退的由财务发起退款，误记的请对方更正日文件。",
    ),
    Kind.BILLER_NOT_REVERSED: Meaning(
        "平台已退款，收费单位没有冲正", "钱已退给缴款人，对方仍记着销账。", Owner.KEEPER,
        "请收费单位补记冲正，更正的日文件重新导入后自动消除。",
    ),
    Kind.REFUND_FAILED: Meaning(
        "退款失败", "支付机构不受理这笔退款。", Owner.FINANCE, "请线下退给缴款人，写明凭证号后结案。",
    ),
}  # fmt: skip

OWNER_WORDS: dict[Owner, str] = {
    Owner.PLATFORM: "平台自动处理",
    Owner.GATEWAY: "找支付机构",
    Owner.KEEPER: "找收款单位",
    Owner.FINANCE: "财务处理",
}
WAY_WORDS: dict[Way, str] = {
    Way.BY_ITSELF: "重新比对后已一致",
    Way.GATEWAY_CORRECTED: "支付机构已确认更正",
    Way.KEEPER_CORRECTED: "收款单位已确认更正",
    Way.PAID_BY_HAND: "已线下退付",
    Way.EXPLAINED: "已查明原因",
    Way.WRITTEN_OFF: "两人复核后核销",
}
BY_HAND = (Way.GATEWAY_CORRECTED, Way.KEEPER_CORRECTED, Way.PAID_BY_HAND, Way.EXPLAINED)
LONGEST_WORDS = 300

# Money that stands on one side only, or differs. The others end by telling somebody again, or by paying.
_MONEY = frozenset(
    {
        Kind.UNKNOWN_TRADE, Kind.WRONG_AMOUNT, Kind.DOUBLED_LINE, Kind.NOT_AT_GATEWAY, Kind.REFUND_UNKNOWN,
        Kind.REFUND_NOT_AT_GATEWAY,
    }
)  # fmt: skip


def can_be_written_off(kind: Kind, sender: str, statement_fen: int | None, ledger_fen: int | None) -> bool:
    """Tell whether a difference of a gateway is a sum that can be written off; of billers the books hold none."""
    return kind in _MONEY and not sender.startswith("biller:") and write_off_fen(statement_fen, ledger_fen) != 0


def write_off_fen(statement_fen: int | None, ledger_fen: int | None) -> int:
    """Return by how much the gateway's account has to change to be what the gateway says."""
    return (statement_fen or 0) - (ledger_fen or 0)
