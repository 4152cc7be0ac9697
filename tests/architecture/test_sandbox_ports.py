"""The launcher, which may not import the sandbox, waits for as many departments as there are, on their ports."""

from __future__ import annotations

from shimin.launch.settings import SANDBOX_ALIPAY, SANDBOX_ENTRANCES, load_settings
from shimin.sandbox.departments import ALL


def test_waits_for_every_department_and_for_nothing_else():
    settings = load_settings({})
    assert [port - settings.sandbox_port_base for port in settings.sandbox_ports] == [
        department.port_offset for department in ALL
    ]


def test_gateway_and_entrances_have_ports_of_their_own():
    assert not {SANDBOX_ALIPAY, SANDBOX_ENTRANCES} & {department.port_offset for department in ALL}
    assert SANDBOX_ALIPAY != SANDBOX_ENTRANCES
