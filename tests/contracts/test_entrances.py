"""The adapters of WeChat, Weibo, Taobao and Alipay against the sandbox's stand-ins, over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from shimin.adapters.alipay.entrance import AlipayEntrance
from shimin.adapters.alipay.gateway import AlipayAccount, AlipayGateway
from shimin.adapters.alipay.signing import load_private, load_public
from shimin.adapters.entrances.connecting import DEMO_APP, DEMO_SECRET
from shimin.adapters.entrances.platforms import Application, Taobao, WeChat, Weibo
from shimin.capabilities.sign_on.ports import Entrance, EntranceRefused
from shimin.kernel.errors import Unavailable
from tests.contracts.cashier_process import ROOT, cashier_process

BACK = "https://city.example.cn/me/entrances/x/back"
KINDS = {"wechat": WeChat, "weibo": Weibo, "taobao": Taobao}


@pytest.fixture(scope="module")
def platforms_url() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "shimin.sandbox.entrances", "--port", str(port)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as child:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield url
        child.terminate()
        child.wait(10)


Make = Callable[..., Entrance]


@pytest.fixture
def make(platforms_url) -> Iterator[Make]:
    """Make adapters: ``make("wechat", secret=…)``; their connections end with the test."""
    made: list[WeChat | Weibo | Taobao] = []

    def one(name: str, *, url: str = platforms_url, secret: str = DEMO_SECRET) -> Entrance:
        place = f"{url}/{name}"
        made.append(KINDS[name](Application(DEMO_APP, lambda: secret, place, place)))
        return made[-1]

    yield one
    for each in made:
        each.disconnect()


@pytest.fixture(params=[*KINDS, "alipay"])
def entrance(request, make, tmp_path) -> Iterator[Entrance]:
    if request.param != "alipay":
        yield make(request.param)
        return
    with cashier_process(tmp_path) as running:
        keys: Path = running.keys_dir / "alipay"
        account = AlipayAccount(
            app_id="2021000000000001", seller_id="2088000000000001", gateway_url=running.gateway,
            private_key=lambda: load_private((keys / "app.pem").read_bytes()),
            alipay_key=lambda: load_public((keys / "alipay.pub.pem").read_bytes()),
        )  # fmt: skip
        gateway = AlipayGateway(account)
        yield AlipayEntrance(account, gateway, running.url)
        gateway.disconnect()


def agree(entrance: Entrance, *, user: str = "demo-1", answer: str = "yes") -> dict[str, str]:
    """Press the button of the platform's page and return what the browser brings back."""
    page = httpx.get(entrance.authorise_url(state="s1", back_url=BACK).partition("#")[0])
    assert page.status_code == 200, page.text
    hidden = {
        part.split('"')[0]: part.split('value="')[1].split('"')[0]
        for part in page.text.split('type="hidden" name="')[1:]
    }
    done = httpx.post(page.url.join("/agree"), data={**hidden, "user": user, "answer": answer})
    came = urlsplit(done.headers["Location"])
    assert f"{came.scheme}://{came.netloc}{came.path}" == BACK
    return dict(parse_qsl(came.query))


def test_says_who_agreed_the_same_each_time(entrance):
    first, second, other = agree(entrance), agree(entrance), agree(entrance, user="demo-2")
    assert first["state"] == "s1"
    names = [entrance.identify(parameters=came, back_url=BACK) for came in (first, second, other)]
    assert names[0] == names[1] != names[2]
    assert "demo-1" in names[0]


def test_code_is_good_once(entrance):
    came = agree(entrance)
    entrance.identify(parameters=came, back_url=BACK)
    with pytest.raises(EntranceRefused):
        entrance.identify(parameters=came, back_url=BACK)


@pytest.mark.parametrize("code", ["", "x", "短", "a b\n", "x" * 600])
def test_odd_codes_are_refused(entrance, code):
    with pytest.raises(EntranceRefused):
        entrance.identify(parameters={"code": code, "auth_code": code}, back_url=BACK)


@pytest.mark.parametrize("name", KINDS)
def test_saying_no_brings_no_code(name, make):
    entrance = make(name)
    with pytest.raises(EntranceRefused):
        entrance.identify(parameters=agree(entrance, answer="no"), back_url=BACK)


@pytest.mark.parametrize("name", KINDS)
def test_wrong_secret_is_no_fault_of_the_person(name, make):
    came = agree(make(name))
    with pytest.raises(Unavailable):
        make(name, secret="wrong").identify(parameters=came, back_url=BACK)


@pytest.mark.parametrize("name", KINDS)
def test_code_of_one_platform_is_worth_nothing_at_another(name, make):
    came = agree(make(name))
    for other in set(KINDS) - {name}:
        with pytest.raises(EntranceRefused):
            make(other).identify(parameters=came, back_url=BACK)


@pytest.mark.parametrize("name", KINDS)
def test_nobody_there_is_unavailable(name, make):
    entrance = make(name, url="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        entrance.identify(parameters={"code": "x"}, back_url=BACK)


def test_code_for_another_application_of_alipay_is_refused(tmp_path):
    with cashier_process(tmp_path) as running:
        account = AlipayAccount("1", "2", running.gateway, private_key=lambda: None, alipay_key=lambda: None)  # type: ignore[arg-type, return-value]
        entrance = AlipayEntrance(account, AlipayGateway(account), running.url)
        with pytest.raises(EntranceRefused):
            entrance.identify(parameters={"auth_code": "x", "app_id": "999"}, back_url=BACK)
