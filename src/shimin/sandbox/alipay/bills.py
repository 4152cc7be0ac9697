"""A day's bill in the form of Alipay's 业务明细."""

import csv
import io
import zipfile

from ..cashier.books import Row, yuan
from .keys import SELLER_ID

HEAD = (
    *("支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称", "操作员"),
    *("终端号", "对方账户", "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）"),
    *("商家优惠（元）", "券核销金额（元）", "券名称", "商家红包消费金额（元）", "卡消费金额（元）"),
    *("退款批次号/请求号", "服务费（元）", "分润（元）", "备注"),
)


def write_bill(rows: list[Row], day: str, *, is_broken: bool = False) -> bytes:
    """Give the bill as Alipay's address gives it: a zip with the table in GBK, values followed by tabs."""
    text = io.StringIO()
    text.write(f"#支付宝业务明细查询\n#账号：[{SELLER_ID}0156]\n")
    text.write(f"#起始日期：[{day} 00:00:00]   终止日期：[{day} 24:00:00]\n")
    text.write(f"#{'-' * 41}业务明细列表{'-' * 40}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for row in rows:
        kind, fen = ("退款", -row["fen"]) if row["fen"] < 0 else ("交易", row["fen"])
        amount = ("-" if kind == "退款" else "") + yuan(fen)
        cells = [
            row["trade_no"], row["out_trade_no"], kind, row.get("subject", ""), row["at"], row["at"], "", "", "", "",
            "演*(139****0000)", amount, amount, *["0.00"] * 5, "", "0.00", "0.00", row["refund_no"], "0.00", "0.00", "",
        ]  # fmt: skip
        writer.writerow([f"{cell}\t" for cell in cells])
    if is_broken:
        text.write("2026,坏行,交易\n")
    ins, outs = [row["fen"] for row in rows if row["fen"] >= 0], [-row["fen"] for row in rows if row["fen"] < 0]
    text.write(f"#{'-' * 41}业务明细列表结束{'-' * 36}\n")
    text.write(f"#交易合计：{len(ins)}笔，商家实收共{yuan(sum(ins))}元，商家优惠共0.00元\n")
    text.write(f"#退款合计：{len(outs)}笔，商家实收退款共-{yuan(sum(outs))}元，商家优惠共0.00元\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((".csv", text.getvalue()), ("(汇总).csv", "#汇总\n")):
            entry = zipfile.ZipInfo(
                f"{SELLER_ID}0156_{day.replace('-', '')}_业务明细{name}"
            )  # the same bytes each time
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.encode("gbk"))
    return packed.getvalue()
