"""Sign-on's part of a person's data: where they sign in, and what those systems were told."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import (
    Clash,
    MergePart,
    Moves,
    PersonalData,
    Rows,
    Settle,
    Stays,
    register_merge_part,
    register_personal_data,
)
from shimin.capabilities.sign_on.models import Authorisation, ConnectedSystem, HandOver, LinkedIdentity
from shimin.capabilities.sign_on.operations.following import end_of_account
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope

_MOST = 5_000


def export_sign_on(actor: Actor) -> Rows:
    """Return the connected systems, the sign-ins and the hand-overs of the actor."""
    mine = {"account_id": actor.account_id or 0}
    with scope(actor):
        systems = ConnectedSystem.objects.filter(**mine).order_by("id").values(
            "client_name", "agency_name", "scopes", "connected_at", "last_used_at", "ended_at",
        )[:_MOST]  # fmt: skip
        sign_ins = Authorisation.objects.filter(**mine).order_by("id").values(
            "scopes", "level", "begun_at", "ended_at", "end_reason",
        )[:_MOST]  # fmt: skip
        told = HandOver.objects.filter(**mine).order_by("id").values(
            "client_name", "agency_name", "purpose", "claims", "first_at", "last_at", "times",
        )[:_MOST]  # fmt: skip
        linked = LinkedIdentity.objects.filter(**mine).order_by("linked_at").values("entrance", "linked_at")
        return [
            *({"kind": "linked_identity", **row} for row in linked),
            *({"kind": "connected_system", **row} for row in systems),
            *({"kind": "sign_in", **row} for row in sign_ins),
            *({"kind": "hand_over", **row} for row in told),
        ]


def erase_sign_on(account_id: int, person_id: int | None, now: datetime) -> int:
    """End everything and forget which systems knew the account."""
    return end_of_account(account_id=account_id, now=now)


register_personal_data(
    PersonalData(
        key="sign_on", title="用市民账号登录的系统",
        tables=("sign_on_connected_system", "sign_on_authorisation", "sign_on_hand_over"),
        export=export_sign_on, erase=erase_sign_on,
        kept="登录过哪些系统、交给过它们哪几项资料的记录（只有编号，认不出是谁）继续保留，用来追查有没有人违规取用（个人信息保护法第五十四条）。",
    )
)  # fmt: skip
register_merge_part(
    MergePart(
        key="sign_on", title="用市民账号登录的系统",
        moves=(
            Moves(
                "sign_on_connected_system", "个登录过的系统",
                clashes=(
                    Clash(
                        ("client_id",), settle=Settle.CHOOSE, title="在同一个系统里有两个身份", label="own.client_name",
                    ),
                ),
            ),
            Moves("sign_on_hand_over", "次资料交付记录", clashes=(Clash(("authorisation_id",)),)),
            Moves(
                "sign_on_linked_identity", "个绑定的平台", key="own.hash",
                clashes=(
                    Clash(
                        ("entrance",), settle=Settle.CHOOSE, title="绑定了同一个平台的两个身份",
                        label="CASE own.entrance WHEN 'wechat' THEN '微信' WHEN 'alipay' THEN '支付宝'"
                        " WHEN 'weibo' THEN '微博' WHEN 'taobao' THEN '淘宝' ELSE own.entrance END"
                        " || '（' || to_char(own.linked_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') || ' 绑定）'",
                    ),
                ),
            ),
        ),
        stays=(
            Stays("sign_on_authorisation", "随那个账号退出登录一起结束，系统会收到退出通知"),
            Stays("sign_on_link_attempt", "十分钟就过期的半次绑定"),
        ),
    )
)  # fmt: skip
