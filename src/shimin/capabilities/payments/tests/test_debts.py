"""Debts that a look-up shows: read at the source, paid once, reported, taken back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

import pytest
import yaml

from shimin.capabilities.catalogue.folder.checks import check_tree
from shimin.capabilities.catalogue.models import Region
from shimin.capabilities.catalogue.operations.publish import publish_services
from shimin.capabilities.enquiries.tests.conftest import forget
from shimin.capabilities.enquiries.tests.factories import CITY, SERVICES, VIOLATION, _regions
from shimin.capabilities.identity.operations.own_data import export_own_data
from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.payments.domain.orders import OrderState
from shimin.capabilities.payments.ports import ActAnswer, set_payment_reporter
from shimin.capabilities.payments.public import (
    AlreadyPaid,
    PayableClosed,
    get_order,
    send_due_refunds,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import begin, pay, place
from shimin.kernel.actor import SYSTEM
from shimin.kernel.errors import NotFound, Unavailable
from shimin.kernel.events.relay import relay_batch

AGENCY = "traffic-police"
UNPAID = {**VIOLATION, "status": "handled_unpaid", "due_date": "2026-12-04", "payable_fen": 15_000, "fine_fen": 15_000}
OPEN = {**VIOLATION, "violation_id": "430104261106000000002"}
DEBT = ("debt", f"{CITY}.fine-payment.{UNPAID['violation_id']}")
ANOTHER = {**UNPAID, "violation_id": "430104261106000000003"}
DEBT_OF_ANOTHER = ("debt", f"{CITY}.fine-payment.{ANOTHER['violation_id']}")


@dataclass
class FakeReporter:
    """A department that takes payments, in memory."""

    told: list[tuple[str, str, dict]] = field(default_factory=list)
    answer: ActAnswer = field(default_factory=lambda: ActAnswer(True, receipt="JF20261122-1"))
    failure: Exception | None = None

    def perform(self, system, act, *, line, params):
        if self.failure is not None:
            raise self.failure
        self.told.append((act, line, dict(params)))
        return self.answer


@pytest.fixture
def department():
    fake = FakeReporter()
    set_payment_reporter(fake)
    yield fake
    set_payment_reporter(None)


def copy_services(folder):
    shutil.copytree(SERVICES / CITY / AGENCY, folder / CITY / AGENCY)
    shutil.copy(SERVICES / CITY / "city.yaml", folder / CITY)


@pytest.fixture
def city(db, tmp_path, source):
    """The traffic police's items, published, and two violations of whoever asks."""
    Region.objects.bulk_create(_regions(CITY), ignore_conflicts=True)
    copy_services(tmp_path)
    tree, _ = check_tree(tmp_path)
    publish_services(actor=SYSTEM, tree=tree, folders=list(tree.items()), now=NOW)
    forget()
    source.records["violations"] = [UNPAID, OPEN, ANOTHER]
    yield source
    forget()


def test_the_violations_page_has_a_button_for_each_unpaid_one(city, client, resident):
    client.cookies["shimin_session"] = resident.session.token
    page = client.get(f"/c/{CITY}/items/traffic-violations/look-up").content.decode()
    assert page.count("pay/start") == 2
    assert f"{DEBT[0]}:{DEBT[1]}" in page


def test_a_program_is_told_what_can_be_paid(city, client, resident):
    answer = client.post(
        f"/api/v1/regions/{CITY}/items/traffic-violations/look-ups", {}, content_type="application/json",
        headers={"Authorization": f"Bearer {resident.session.token}"},
    )  # fmt: skip
    first, second = answer.json()["actions"]
    assert first == {"record": 0, "label": "缴款", "ref": {"kind": DEBT[0], "ref": DEBT[1]}}
    assert second["record"] == 2


def test_the_amount_is_asked_at_the_source(city, resident):
    order = get_order(place(DEBT, actor=resident.actor))
    (line,) = order.lines
    assert (line.title, line.amount_fen) == ("交通违法罚款（驾驶机动车违反道路交通信号灯通行）", 15_000)
    assert line.payee_name == "长沙市公安局交通警察支队"
    assert order.city_code == CITY


def test_settles_at_the_department_once_and_tells_the_payer(city, resident, till, department):
    order = pay(till, DEBT, actor=resident.actor)
    department.failure = Unavailable()
    settle_due_lines(NOW)
    assert department.told == []
    department.failure = None
    later = NOW.replace(hour=3)
    settle_due_lines(later)
    settle_due_lines(later.replace(hour=4))
    ((act, line, params),) = department.told
    assert act == "fine-payment"
    assert line == str(order.lines[0].line_id)
    assert params == {"violation_id": UNPAID["violation_id"], "fen": 15_000, "paid_at": "2026-11-22T10:00:00+08:00"}
    settled = get_order(order.order_id)
    assert settled.state is OrderState.SETTLED
    assert settled.lines[0].keeper_receipt == "JF20261122-1"
    while relay_batch(later):
        continue
    assert Notice.objects.filter(account_id=resident.account_id, template="payments.settled").count() == 1


def test_what_the_department_refuses_goes_back(city, resident, till, department):
    order = pay(till, DEBT, actor=resident.actor)
    department.answer = ActAnswer(False, reason="already_paid")
    settle_due_lines(NOW)
    send_due_refunds(NOW)
    assert get_order(order.order_id).refunded_fen == 15_000


def test_paid_here_is_told_with_the_receipt(city, resident, till, department):
    order = pay(till, DEBT, actor=resident.actor)
    city.records["violations"] = [{**UNPAID, "status": "paid", "payable_fen": 0, "due_date": None}, OPEN]
    with pytest.raises(AlreadyPaid) as refused:
        place(DEBT, actor=resident.actor)
    assert refused.value.order_id == order.order_id


def test_what_cannot_be_paid_says_why(city, resident):
    with pytest.raises(PayableClosed, match="还没有处理"):
        place(("debt", f"{CITY}.fine-payment.{OPEN['violation_id']}"), actor=resident.actor)


@pytest.mark.parametrize(
    "ref",
    [
        f"{CITY}.fine-payment.430104261106000000099",
        f"{CITY}.traffic-violations.{UNPAID['violation_id']}",
        f"{CITY}.no-such-item.1",
        "430100.fine-payment",
        "430100.fine-payment.../../etc",
        "x" * 5_000,
    ],
)
def test_other_references_are_not_found(city, resident, ref):
    with pytest.raises(NotFound):
        place(("debt", ref), actor=resident.actor)


def test_somebody_else_s_fine_is_not_found(city, resident):
    mine = resident.id_number
    city.records["violations"] = lambda query: (
        [{name: UNPAID[name] for name in query.fields}] if query.subject.id_number == mine else []
    )
    assert place(DEBT, actor=resident.actor)
    with pytest.raises(NotFound):
        place(DEBT, actor=make_resident().actor)


def test_a_pause_of_the_item_is_said(city, resident, tmp_path):
    file = tmp_path / CITY / AGENCY / "fine-payment" / "service.yaml"
    service = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(
        yaml.safe_dump(
            {**service, "status": {"state": "paused", "words": "系统升级，12月1日恢复。"}}, allow_unicode=True
        )
    )
    tree, findings = check_tree(tmp_path)
    assert not [each for each in findings if "status" in str(each)], findings
    publish_services(actor=SYSTEM, tree=tree, folders=tree.find(f"{CITY}/{AGENCY}/fine-payment"), now=NOW)
    forget()
    with pytest.raises(PayableClosed, match="12月1日恢复"):
        place(DEBT, actor=resident.actor)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("amount: payable_fen", "amount: points", "points is a integer, it has to be a fen"),
        ("ref: violation_id", "ref: number", "has no field number"),
        ("view: violations", "view: others", "has no lookup.yaml with a view others"),
        ("open: [handled_unpaid]", "open: [owed]", "status is never owed"),
        ("due: due_date", "due: violated_at", "violated_at is a moment"),
    ],
)
def test_the_check_names_what_points_nowhere(tmp_path, old, new, said):
    copy_services(tmp_path)
    file = tmp_path / CITY / AGENCY / "fine-payment" / "pay.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    _, findings = check_tree(tmp_path)
    assert any(said in str(each) for each in findings), findings


def test_two_tabs_get_one_order(city, resident, till):
    first = place(DEBT, actor=resident.actor)
    assert place(DEBT, actor=resident.actor) == first
    begin(till, first, resident.actor)
    assert place(DEBT, actor=resident.actor) == first


def test_the_payer_takes_their_orders_along(city, resident, till, department):
    pay(till, DEBT, actor=resident.actor)
    pay(till, DEBT_OF_ANOTHER, actor=make_resident().actor)
    (order,) = export_own_data(actor=resident.actor, now=NOW)["parts"]["payments"]["rows"]
    assert (order["total_fen"], order["lines"][0]["payee"]) == (15_000, "长沙市公安局交通警察支队")
