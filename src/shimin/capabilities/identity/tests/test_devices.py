import pytest

from shimin.capabilities.identity.devices import device_label
from shimin.capabilities.identity.domain import coarse_network
from shimin.capabilities.identity.web.going_on import is_local


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (Linux; Android 13; V2148A) AppleWebKit/537.36 Chrome/121.0 Mobile Safari/537.36",
            "Chrome · 安卓手机",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605 MicroMessenger/8.0", "微信 · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows 电脑"),
        ("curl/8.5", "其他设备"),
        ("<script>alert(1)</script>" * 1000, "其他设备"),
        ("", "其他设备"),
    ],
)
def test_says_devices_in_words_people_know(agent, label):
    assert device_label(agent) == label


@pytest.mark.parametrize(
    ("address", "network"),
    [("113.240.5.6", "113.240.*.*"), ("2408:8000:1::1", "2408:8000::*"), ("", ""), ("unix:", ""), ("999.1.1.1", "")],
)
def test_keeps_half_an_address(address, network):
    assert coarse_network(address) == network


@pytest.mark.parametrize("path", ["/", "/me/", "/c/430100/items/x?tab=1#y", "/搜索"])
def test_local_paths_are_ways_on(path):
    assert is_local(path)


@pytest.mark.parametrize(
    "path", ["", "me", "//x", "///x", "/\\x", "\\x", "https://x", "/x\n", "/" + "x" * 2000, "\x00/", "javascript:x"]
)
def test_other_texts_are_none(path):
    assert not is_local(path)
