"""我的: everything of one person, each one tap away."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.identity.public import get_account_view
from shimin.kernel import clock
from shimin.kernel.web.access import Request, signed_in
from shimin.ui.cards import cards_for


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of 我的, as ui/components/_cells.html wants it."""

    title: str
    note: str
    icon: str
    name: str

    @property
    def url(self) -> str:
        return reverse(self.name)


RECORDS = (
    Entry("我的诉求", "问过、反映过的事，每一步和期限", icon="message-square-text", name="service_requests:mine"),
    Entry("生活缴费", "水电气暖、话费、电视、物业，几个家一起缴", icon="plug-zap", name="billing:home"),
    Entry("自动缴费", "账单自动缴、卡里自动充，每次先通知，随时能停", icon="plug-zap", name="autopay:home"),
    Entry("我的缴费", "缴过的款、收据和退款", icon="banknote", name="payments:mine"),
    Entry("谁看过我的数据", "每一次查询：什么时间、哪个部门、为了什么", icon="eye", name="enquiries:reads"),
    Entry("绿账单", "网上办事少跑路，省下的每一克怎么算的", icon="leaf", name="indicators:green"),
    Entry("消息", "办理进度和提醒都在这里", icon="mail", name="notices:inbox"),
)
SAFETY = (
    Entry("实名认证", "核实身份后才能查自己的记录", icon="badge-check", name="identity:real_name"),
    Entry("代办", "替孩子、老人、单位办，或请人替我办", icon="users-round", name="identity:acting"),
    Entry("我的授权", "同意过什么，可以随时撤回", icon="file-check", name="identity:consents"),
    Entry("用市民账号登录的系统", "哪些单位的系统认得您、得到过什么，可以断开", icon="plug", name="sign_on:systems"),
    Entry("绑定其他账号", "微信、支付宝、微博、淘宝，和您的市民账号连起来", icon="plug", name="sign_on:entrances"),
    Entry("我的个人信息", "看、下载、改正、注销账号", icon="user-round-cog", name="identity:own_data"),
    Entry("登录方式", "密码、动态码和恢复码", icon="key-round", name="identity:security"),
    Entry("登录设备", "看看在哪里登录过，让别处退出", icon="monitor-smartphone", name="identity:sessions"),
)


@require_safe
@signed_in()
def me(request: Request) -> HttpResponse:
    """Show what waits for the person, their records, and what keeps the account safe."""
    now = clock.now()
    context = {
        "tab": "me",
        "account": get_account_view(request.actor, clock.now()),
        "cards": cards_for(request.actor, now),
        "records": RECORDS,
        "safety": SAFETY,
    }
    response = render(request, "portal/me.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
