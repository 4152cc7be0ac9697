"""Who may change what staff may do: three administrators, changes by two people, emergencies with an alarm."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

# 等保 2.0 第三级: nobody is two of the three.
SYSTEM_ADMIN = "identity.system_admin"  # asks for roles
SECURITY_ADMIN = "identity.security_admin"  # agrees, looks through what is held, takes away
AUDIT_ADMIN = "identity.audit_admin"  # reads along, looks into emergencies
ADMINS = {SYSTEM_ADMIN: "系统管理员", SECURITY_ADMIN: "安全管理员", AUDIT_ADMIN: "审计管理员"}

# What an officer may take in an emergency without asking anybody, for an hour: help for people, never power over staff.
BREAK_GLASS = {
    "service_requests.dispatcher": "12345 派单",
    "identity.counter": "窗口身份",
}
BREAK_GLASS_FOR = timedelta(hours=1)
LONGEST_STAND_IN = timedelta(days=90)
DECIDE_WITHIN = timedelta(days=7)
REVIEW_AGAIN = timedelta(days=180)
UNUSED = timedelta(days=90)


class Change(StrEnum):
    """What is changed about somebody's roles, or about how they sign in."""

    GRANT = "grant"
    STAND_IN = "stand_in"
    BREAK_GLASS = "break_glass"
    RESET_FACTORS = "reset_factors"  # app, recovery codes and passkeys are gone: a lost phone

    @property
    def words(self) -> str:
        """What pages call it."""
        return {
            "grant": "给岗位", "stand_in": "顶班", "break_glass": "紧急启用", "reset_factors": "重设登录方式",
        }[self]  # fmt: skip


class ChangeState(StrEnum):
    """waiting → done or refused; an emergency is done at once and looked into after."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"

    @property
    def words(self) -> str:
        """What pages call it."""
        return {"waiting": "等安全管理员同意", "done": "已生效", "refused": "没有同意"}[self]
