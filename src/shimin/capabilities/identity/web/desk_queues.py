"""The desk's queues: of the window: acts that wait for a second officer; of people's rights; of risk."""

from __future__ import annotations

from shimin.capabilities.identity.queries import risk
from shimin.capabilities.identity.queries.counter import ROLE, count_waiting_acts
from shimin.capabilities.identity.queries.rights import PRIVACY, count_open_rights
from shimin.ui.desk import Queue, register_queue

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
