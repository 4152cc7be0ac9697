"""The indicators' part of a person's data: the green account."""

from __future__ import annotations

from shimin.capabilities.identity.public import (
    Clash,
    MergePart,
    Moves,
    PersonalData,
    Stays,
    register_merge_part,
    register_personal_data,
)
from shimin.capabilities.indicators.public import (
    erase_green,
    erase_subscriptions,
    erase_votes,
    export_green,
    export_subscriptions,
    export_votes,
)

register_personal_data(
    PersonalData(
        key="green", title="绿账单", tables=("indicators_green_entry",), export=export_green, erase=erase_green, kept=""
    )
)
register_personal_data(
    PersonalData(
        key="polls", title="投过的票", tables=("indicators_poll_voter",), export=export_votes, erase=erase_votes,
        kept="还没结束的投票里，“您投过票”的登记保留到结束，免得一个人投两次；您选了什么从来没有记过。",
    )
)  # fmt: skip
register_personal_data(
    PersonalData(
        key="subscriptions", title="看板邮件的订阅", tables=("indicators_subscription",), export=export_subscriptions,
        erase=erase_subscriptions, kept="",
    )
)  # fmt: skip
register_merge_part(
    MergePart(
        key="indicators", title="绿账单和投票",
        moves=(
            Moves(
                "indicators_green_entry", "条绿账单",
                clashes=(
                    Clash(("ref",), only="{row}.reason <> 'reversed'"),
                    Clash(("ref",), only="{row}.reason = 'reversed'"),
                ),
            ),
            Moves("indicators_poll_voter", "次投票登记", key="own.poll_id", clashes=(Clash(("poll_id",)),)),
        ),
        stays=(
            Stays("indicators_poll_voter", "一个人只投一次，人没有变", column="person_id"),
            Stays("indicators_subscription", "工作人员的订阅"),
        ),
    )
)  # fmt: skip
