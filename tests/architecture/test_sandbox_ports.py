"""The launcher, which may not import the sandbox, waits for as many departments as there are, on their ports."""

from __future__ import annotations

from shimin.launch.settings import SANDBOX_ALIPAY, SANDBOX_ENTRANCES, SANDBOX_WECHAT_PAY, load_settings
from shimin.sandbox.departments import ALL


def test_waits_for_every_department_and_for_nothing_else():
    settings = load_settings({})
    assert [port - settings.sandbox_port_base for port in settings.sandbox_ports] == [
        department.port_offset for department in ALL
    ]


def test_gateways_and_entrances_have_ports_of_their_own():
    own = {SANDBOX_ALIPAY, SANDBOX_ENTRANCES, SANDBOX_WECHAT_PAY}
    assert not own & {department.port_offset for department in ALL}
    assert len(own) == 3
