"""The agencies' co-handling in the supervisor's report."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.service_requests.joint_handling.public import count_co_handling
from shimin.capabilities.service_requests.public import ReportPart, register_report_part
from shimin.kernel.actor import Actor

HEAD = ("部门", "请它协办", "一个工作日内答复", "不协办", "交了意见", "按时交", "牵头部门没有等", "现在超期")


def co_handling(
    *, actor: Actor, city_code: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> ReportPart | None:
    """Return the table of the parts that agencies were asked for in a span; None without one."""
    figures = count_co_handling(actor, city_code=city_code, starts_at=starts_at, ends_at=ends_at, now=now)
    rows = [
        [
            each.agency, each.asked, each.responded_in_time, each.declined, each.given, each.given_in_time,
            each.waived, each.late,
        ]
        for each in figures
    ]  # fmt: skip
    if not rows:
        return None
    note = "这段时间请部门协办的份数；每份另有期限，算在协办部门自己头上，答复市民仍算牵头部门的。"
    return ReportPart("协办", HEAD, rows, note)


register_report_part(co_handling)
