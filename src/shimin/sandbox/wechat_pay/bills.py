"""A day's bill in the form of WeChat Pay's 交易账单 (ALL)."""

from ..cashier.books import Row, yuan
from .keys import APP_ID, MERCHANT_ID

HEAD = (
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识", "交易类型"),
    *("交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号", "商户退款单号", "退款金额"),
    *("充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包", "手续费", "费率", "订单金额", "申请退款金额"),
    "费率备注",
)
TOTALS = (
    "总交易单数",
    "应结订单总金额",
    "退款总金额",
    "充值券退款总金额",
    "手续费总金额",
    "订单总金额",
    "申请退款总金额",
)


def write_bill(rows: list[Row], *, is_broken: bool = False) -> bytes:
    """Give the bill as the download address gives it: UTF-8 with a byte order mark, each value behind a backtick."""
    lines = [",".join(HEAD)]
    for row in rows:
        back = -row["fen"] if row["fen"] < 0 else 0
        paid = "0.00" if back else yuan(row["fen"])
        cells = [
            row["at"], APP_ID, MERCHANT_ID, "0", "", row["trade_no"], row["out_trade_no"], "oDemo", "MWEB",
            "REFUND" if back else "SUCCESS", "OTHERS", "CNY", paid, "0.00", row["refund_no"] or "0",
            row["refund_no"] or "0", yuan(back), "0.00", "ORIGINAL" if back else "", "SUCCESS" if back else "",
            str(row.get("subject", "")).replace(",", "，"), "", "0.00000", "0.60%", paid, yuan(back), "",
        ]  # fmt: skip
        lines.append(",".join(f"`{cell}" for cell in cells))
    if is_broken:
        lines.append("`2026,`坏行")
    ins, outs = [row["fen"] for row in rows if row["fen"] >= 0], [-row["fen"] for row in rows if row["fen"] < 0]
    lines.append(",".join(TOTALS))
    sums = [str(len(rows)), yuan(sum(ins)), yuan(sum(outs)), "0.00", "0.00000", yuan(sum(ins)), yuan(sum(outs))]
    lines.append(",".join(f"`{cell}" for cell in sums))
    return b"\xef\xbb\xbf" + "\r\n".join([*lines, ""]).encode()
