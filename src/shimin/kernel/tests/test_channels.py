from __future__ import annotations

import pytest

from shimin.kernel.channels import CHANNELS, channel_of

_PHONE = (
    "Mozilla/5.0 (Linux; Android 13; V2199A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile"
)


@pytest.mark.parametrize(
    ("user_agent", "channel"),
    [
        (f"{_PHONE} Safari/537.36 MicroMessenger/8.0.49.2600(0x28003137) WeChat/arm64 NetType/WIFI", "wechat"),
        (f"{_PHONE} Safari/537.36 AlipayClient/10.5.96.8000 Language/zh-Hans", "alipay"),
        (f"{_PHONE} AliApp(TB/10.34.11) WindVane/8.5.0", "taobao"),
        (f"{_PHONE} Safari/537.36 Weibo (vivo-V2199A__weibo__14.3.1__android)", "weibo"),
        (f"{_PHONE} Safari/537.36", "web"),
        ("", "web"),
        ("curl/8.5", "web"),
        ("\x00😀" * 5000, "web"),
    ],
)
def test_apps_are_known_by_what_their_browsers_say(user_agent, channel):
    assert channel_of(user_agent) == channel
    assert channel in CHANNELS
