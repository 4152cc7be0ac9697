"""The desk's queues: of the window: acts that wait for a second officer; of people's rights; of risk."""

from __future__ import annotations

from shimin.capabilities.identity.domain.officers import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN
from shimin.capabilities.identity.queries import officers, risk
from shimin.capabilities.identity.queries.counter import ROLE, count_waiting_acts
from shimin.capabilities.identity.queries.rights import PRIVACY, count_open_rights
from shimin.ui.desk import Queue, register_queue, register_roles

register_roles(
    {
        ROLE: "窗口身份",
        PRIVACY: "个人信息保护",
        risk.ROLE: "登录风险",
        SYSTEM_ADMIN: "系统管理员",
        SECURITY_ADMIN: "安全管理员",
        AUDIT_ADMIN: "审计管理员",
    }
)

register_queue(
    Queue(
        key="identity.counter", title="窗口身份", icon="id-card", url="identity:counter_acts", role=ROLE,
        count=count_waiting_acts,
    )
)  # fmt: skip
register_queue(
    Queue(
        key="identity.rights", title="个人信息请求", icon="shield-check", url="identity:desk_rights", role=PRIVACY,
        count=count_open_rights,
    )
)  # fmt: skip
register_queue(
    Queue(
        key="identity.risk", title="登录风险", icon="shield-alert", url="identity:desk_risk", role=risk.ROLE,
        count=risk.count_disowned,
    )
)  # fmt: skip
for _key, _title, _url, _role, _count in (
    ("identity.staff", "岗位变动", "identity:staff_changes", SECURITY_ADMIN, officers.count_waiting_changes),
    ("identity.staff_asking", "岗位申请", "identity:staff_changes", SYSTEM_ADMIN, lambda actor: None),
    ("identity.staff_auditing", "紧急启用核查", "identity:staff_changes", AUDIT_ADMIN, officers.count_emergencies),
):
    register_queue(Queue(key=_key, title=_title, icon="users-round", url=_url, role=_role, count=_count))
