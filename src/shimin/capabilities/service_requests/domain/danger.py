"""Words of danger to life: the numbers to call come first, the duty desk is alerted, whatever else the words are about.

Made to miss little rather than to be right: who is not in danger reads three telephone numbers too many.
"""

from __future__ import annotations

import re

_DANGER = re.compile(
    r"着火|起火|失火|火灾|爆炸|(?:煤气|燃气|天然气|液化气)(?:泄漏|泄露|漏气)|闻到.{0,4}(?:煤气|燃气)味"
    r"|自杀|轻生|跳楼|割腕|不想活|活不下去|要跳(?:河|桥|江)|溺水|落水|掉(?:进|到)(?:河|江|湖|水|井)里"
    r"|触电|漏电.{0,6}(?:人|伤)|昏迷|没有呼吸|没呼吸|心跳(?:停|骤停)|大出血|血流不止|抽搐不止|要生了"
    r"|持刀|拿刀|砍人|杀人|绑架|抢劫|正在(?:打人|被打|殴打|家暴)|往死里打|被(?:困|埋|拐)|救命|坍塌|倒塌|塌方|塌陷|山体滑坡"
)


def is_danger(words: str) -> bool:
    """Tell whether the words speak of danger to life."""
    return _DANGER.search(words) is not None
