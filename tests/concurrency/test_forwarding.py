"""Workers that look at the same moment text somebody once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from django.db import connections

from shimin.capabilities.identity.tests.factories import make_resident
from shimin.capabilities.notices.models import TextMessage
from shimin.capabilities.notices.public import Way, choose_way, forward_due, send_notice
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

NOON = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


def test_workers_at_once_send_one_text(committed_db, settings):
    settings.SHIMIN = replace(settings.SHIMIN, demo=True)
    resident = make_resident()
    choose_way(actor=resident.actor, way=Way.AT_ONCE, now=NOON)
    with scope(SYSTEM):
        send_notice(
            account_id=resident.account_id, template="identity.new_device", now=NOON,
            values={"device": "Chrome", "network": "113.240.*.*"},
        )  # fmt: skip
    start = threading.Barrier(4)

    def work(_: int) -> int:
        start.wait()
        try:
            return forward_due(NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1
    assert TextMessage.objects.filter(template="notices.forwarded").count() == 1
