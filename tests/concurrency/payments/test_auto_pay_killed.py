"""A worker that is killed -9 again and again while it takes deductions: each is taken once, at Alipay and here."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from shimin.adapters.alipay.gateway import AlipayGateway
from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.payments.autopay.handles import debt_hash, external_no
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.capabilities.payments.autopay.operations.announcing import Wish, announce
from shimin.capabilities.payments.autopay.public import check_signing, open_signing, set_up_bills
from shimin.capabilities.payments.autopay.tests.conftest import at, billers  # noqa: F401 (fixtures)
from shimin.capabilities.payments.billing.public import ref_of
from shimin.capabilities.payments.billing.tests.biller_system import WATER
from shimin.capabilities.payments.billing.tests.test_billing import bind
from shimin.capabilities.payments.ports.agreement import _agreements
from shimin.capabilities.payments.ports.gateway import _gateways
from shimin.kernel.clock import CHINA
from tests.concurrency.payments.auto_pay_process import BILLS, FEN, connect
from tests.concurrency.payments.test_one_capture import fetch
from tests.concurrency.test_kernel_worker import ROOT, environment
from tests.contracts.cashier_process import Cashier, cashier_process

KILLS = 8


@pytest.fixture
def alipay(tmp_path, monkeypatch) -> Iterator[tuple[Cashier, AlipayGateway]]:
    """The sandbox's Alipay, connected."""
    for registry in (_gateways, _agreements):
        monkeypatch.setitem(registry, "alipay", None)  # what is registered below is taken away again
    with cashier_process(tmp_path) as running:
        gateway, _ = connect(running.gateway, running.keys_dir)
        yield running, gateway
        gateway.disconnect()


def announce_many(running: Cashier) -> None:
    """Sign a plan at Alipay and announce forty bills of 50.00 under it."""
    owner = make_resident()
    plan_id = set_up_bills(
        actor=owner.actor, bound_id=bind(owner.actor), most_yuan=50, cap_yuan=5_000, gateway_code="alipay",
        consents=True, now=NOW,
    )  # fmt: skip
    httpx.get(open_signing(actor=owner.actor, plan_id=plan_id, return_url="http://127.0.0.1:9/b", notify_url=""))
    httpx.post(f"{running.url}/sign", data={"no": external_no(plan_id)})
    check_signing(actor=owner.actor, plan_id=plan_id, now=NOW)
    plan = Plan.objects.get(id=plan_id)
    for number in range(BILLS):
        ref = ref_of("changsha-water", f"{WATER}{300_001 + number}")
        assert announce(plan, Wish(debt_hash(ref), f"水费 {number}", FEN, ref), NOW)


@pytest.mark.usefixtures("committed_db", "billers")
def test_killed_again_and_again_it_takes_each_deduction_once(alipay):
    running, gateway = alipay
    announce_many(running)
    chance, now = random.Random(20261128), NOW + timedelta(hours=24)
    half_way: list[int] = []
    for round_ in range(KILLS + 1):
        command = [sys.executable, "-m", "tests.concurrency.payments.auto_pay_process"]
        command += [running.gateway, str(running.keys_dir), now.isoformat()]
        child = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        before = Counter(Deduction.objects.values_list("state", flat=True))
        deadline = time.monotonic() + 60
        while child.poll() is None and time.monotonic() < deadline:
            states = Counter(Deduction.objects.values_list("state", flat=True))
            if (round_ < KILLS and states != before) or states["done"] == BILLS:
                break
            time.sleep(0.005)
        assert child.poll() is None, child.communicate()[0].decode()
        time.sleep(chance.uniform(0, 0.1) if round_ < KILLS else 0)
        child.kill()
        child.communicate(timeout=30)
        now += timedelta(minutes=11)
        half_way.append(Deduction.objects.filter(state__in=["placed", "taken"]).count())
    assert sum(count > 0 for count in half_way) >= KILLS // 2, half_way  # the kills did hit work in between
    assert Counter(Deduction.objects.values_list("state", flat=True)) == {"done": BILLS}, half_way
    assert fetch("SELECT count(*) FROM payments_capture") == BILLS
    assert fetch("SELECT count(*) FROM payments_capture WHERE is_surplus") == 0
    assert fetch("SELECT sum(amount_fen) FROM payments_ledger_entry WHERE account = 'gateway:alipay'") == BILLS * FEN
    assert fetch("SELECT month_used_fen FROM autopay_plan") == BILLS * FEN
    day = datetime.now(CHINA).date().isoformat()
    rows = list(gateway.read_statement(httpx.get(f"{running.url}/bill", params={"day": day}).content))
    assert len(rows) == BILLS
    assert sum(row.amount_fen for row in rows) == BILLS * FEN
