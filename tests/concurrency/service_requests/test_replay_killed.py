"""A replay that is killed, and whose connections are cut, half-way: no request lost, none twice, nobody told twice."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.service_requests.bulk.replay_files import INVENTED
from shimin.capabilities.service_requests.models import RequestStep, ServiceRequest
from shimin.capabilities.service_requests.supervision.models import CallBack, Card
from shimin.capabilities.service_requests.tests.factories import found_city, leave_city
from tests.concurrency.test_kernel_worker import ROOT, environment

RULES = "region_code,category,kind,district,agency,valid_from,valid_to\n"


@pytest.fixture
def command(committed_db: None, tmp_path: Path) -> Iterator[list[str]]:
    """The replay of the invented messages, in a process of its own on this test's database."""
    stamp.forget()
    found_city()
    with INVENTED.open(encoding="utf-8", newline="") as file:
        categories = ("交通运输", "劳动和社会保障", "卫生计生", "商贸旅游", "城乡建设", "教育文体", "环境保护")
        assert len(list(csv.DictReader(file))) == 63
    rows = "".join(f"430100,{name},,,lights,2015-01-01,\n" for name in categories)
    (tmp_path / "dispatch.csv").write_text(RULES + rows, "utf-8")
    yield [sys.executable, "-m", "shimin.project.manage", "ask", "replay", str(INVENTED)]
    CallBack.objects.all().delete()
    Card.objects.all().delete()
    leave_city()
    stamp.forget()


def start(command: list[str], rules: Path) -> subprocess.Popen[bytes]:
    env = {**environment(), "SHIMIN_DEMO": "1", "SHIMIN_DUTY_PHONES": "", "SHIMIN_RULES_DIR": str(rules)}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def cut_connections() -> None:
    """End every other connection of this database, as a server that goes away does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_killed_and_cut_off_it_loses_nothing_and_repeats_nothing(command, tmp_path):
    chance = random.Random(20261127)
    for round_ in range(6):
        child = start(command, tmp_path)
        before = RequestStep.objects.count()
        deadline = time.monotonic() + 60
        while RequestStep.objects.count() == before and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.6))
        if round_ % 2:
            cut_connections()
        else:
            child.kill()
        child.communicate(timeout=60)
    assert 0 < ServiceRequest.objects.count() <= 63
    for _ in range(2):
        child = start(command, tmp_path)
        told = child.communicate(timeout=240)[0].decode()
        assert child.returncode == 0, told
    assert "this run                  0   acts" in told
    assert set(ServiceRequest.objects.values_list("state", flat=True)) == {"closed"}
    assert ServiceRequest.objects.count() == 63
    steps = Counter(RequestStep.objects.values_list("request_id", "action"))
    assert {steps[key] for key in steps if key[1] in ("file", "dispatch", "accept", "reply", "close")} == {1}
    by_action = Counter(action for _, action in steps.elements())
    notices = Counter(Notice.objects.values_list("template", flat=True))
    assert notices["service_requests.filed"] == 63
    assert notices["service_requests.dispatched"] == by_action["dispatch"] == 63
    assert notices["service_requests.answered"] == by_action["reply"] == 63
    assert notices["service_requests.supervised"] == by_action["order"]
