"""The desk's queue of systems: officers ask, approvers decide."""

from __future__ import annotations

from shimin.capabilities.sign_on.public import APPROVER, OFFICER, count_waiting_clients
from shimin.ui.desk import Queue, register_queue, register_roles

register_roles({OFFICER: "登录接入经办", APPROVER: "登录接入审批"})

for role in (OFFICER, APPROVER):
    register_queue(
        Queue(
            key="sign_on.clients" if role == OFFICER else "sign_on.waiting_clients",
            title="登录接入" if role == OFFICER else "登录接入审批",
            icon="plug",
            url="sign_on:desk_clients",
            role=role,
            count=count_waiting_clients,
        )
    )
