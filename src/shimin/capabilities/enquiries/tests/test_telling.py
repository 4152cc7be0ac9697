import pytest
import yaml

from shimin.capabilities.enquiries.domain.answer import tell, tell_plots, tell_records
from shimin.capabilities.enquiries.domain.declaration import UnknownView, parse_lookup
from shimin.capabilities.enquiries.domain.fields import Light, accept_records
from shimin.capabilities.enquiries.tests.factories import ACCOUNT, LOOKUPS, SCORE, TAXI, VIOLATION


def told(slug, rows, view_code="", how=tell):
    view = parse_lookup(yaml.safe_load(LOOKUPS[slug].read_text("utf-8"))).view(view_code)
    return how(view, accept_records(view.fields, [{name: row[name] for name in view.fields} for row in rows]))


def test_tells_the_answer_in_one_sentence_and_one_figure():
    unpaid = {**VIOLATION, "fine_fen": 15_000, "points": 0, "status": "handled_unpaid", "due_date": "2026-12-04"}
    paid = {**VIOLATION, "status": "paid"}
    answer = told("traffic-violations", [VIOLATION, unpaid, paid])
    assert answer.sentence == "2 条违法还没办完，共 ¥350.00，记 6 分；最早一笔请在 2026年12月4日前缴款"
    assert (answer.big.title, answer.big.text) == ("还要缴的罚款", "¥350.00")
    assert [step.item for step in answer.next_steps] == ["fine-payment", "driving-licence"]


def test_takes_the_first_sentence_that_applies():
    assert told("traffic-violations", [VIOLATION]).sentence == "1 条未处理违法，共 ¥200.00，记 6 分"
    paid = {**VIOLATION, "status": "paid"}
    assert told("traffic-violations", [paid]).sentence == "没有未处理的违法（近两年的 1 条都已缴款）"
    assert [step.item for step in told("traffic-violations", [paid]).next_steps] == ["driving-licence"]


def test_no_record_is_an_answer_with_a_way_on():
    answer = told("traffic-violations", [])
    assert answer.is_empty
    assert answer.sentence == "没有查到您的违法记录。"
    assert "过几天" in answer.mend


def test_an_entry_has_title_figure_state_notes_and_folds_the_rest():
    [entry] = told("traffic-violations", [VIOLATION], how=tell_records)
    assert (entry.title, entry.figure, entry.state, entry.light) == (VIOLATION["act"], "¥200.00", "未处理", Light.RED)
    assert [fact.text for fact in entry.notes] == ["2026年11月6日 08:14", "岳麓区潇湘中路", "6 分"]
    more = {fact.title: fact.text for fact in entry.more}
    assert more["车牌号"] == "湘A·12345"
    assert more["缴款期限"] == "—"
    assert more["有电子眼照片"] == "是"


def test_plots_add_up_by_year():
    older = {**VIOLATION, "violated_at": "2025-03-01T10:00:00+08:00", "fine_fen": 5_000}
    [plot] = told("traffic-violations", [VIOLATION, older, older], how=tell_plots)
    assert plot.rows == (("2026年", 20_000), ("2025年", 10_000))


@pytest.mark.parametrize(
    ("slug", "row", "sentence"),
    [
        ("gaokao-score", SCORE, "总分 655 分，物理类全省位次第 1234 名"),
        ("housing-fund", ACCOUNT, "余额 ¥81,234.56，每月缴存 ¥2,400.00，缴至 2026年10月"),
        ("housing-fund", {**ACCOUNT, "status": "sealed"}, "余额 ¥81,234.56，账户已封存，缴至 2026年10月"),
        ("taxi-check", TAXI, "湘A·T0001 是正规出租车，属于长沙示例蓝天出租汽车有限公司"),
        ("taxi-check", {**TAXI, "status": "expired"}, "湘A·T0001 现在是“许可已过期”，请不要乘坐"),
    ],
)
def test_tells_each_case(slug, row, sentence):
    assert told(slug, [row]).sentence == sentence


def test_a_figure_of_nothing_is_a_dash():
    assert told("housing-fund", [{**ACCOUNT, "last_deposit_month": None}]).sentence.endswith("缴至 —")


def test_an_unknown_view_is_an_error():
    with pytest.raises(UnknownView):
        told("housing-fund", [], "wallet")
