"""A department's system is connected as the how-to says, word for word, and a citizen signs in to it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, enter
from tests.journeys.stack import ROOT, Demo
from tests.journeys.systems import free_port, let_in, take_secret

TICKS = ("姓名、出生日期", "手机号")
HOWTO = (ROOT / "docs" / "howto" / "connect-a-department-system.md").read_text("utf-8")


class Guide:
    """The how-to with this test's ports for its own."""

    def __init__(self, demo: Demo) -> None:
        self.port = free_port()
        self.text = HOWTO.replace("127.0.0.1:9440", f"127.0.0.1:{self.port}").replace("=9440", f"={self.port}")
        self.text = self.text.replace("http://127.0.0.1:8000", demo.url)

    @property
    def fields(self) -> dict[str, str]:
        rows = re.findall(r"^\| (.+?) \| (.+?) \|$", self.text, re.MULTILINE)
        return {name: value for name, value in rows if not name.startswith(("-", "field"))}

    def commands(self, client_id: str) -> list[str]:
        block = self.text.partition("## 4.")[2].partition("## 5.")[0]
        lines = [line.strip() for line in block.splitlines() if line.startswith("    ")]
        return [line.replace("<client_id>", client_id) for line in lines]


@pytest.fixture
def guide(demo: Demo) -> Guide:
    return Guide(demo)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that the test starts; ended with it."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.terminate()
        process.wait(10)


def start_sample(guide: Guide, client_id: str, secret: str, folder: Path) -> subprocess.Popen[bytes]:
    """Run the how-to's own commands."""
    *exports, command = guide.commands(client_id)
    (folder / "sample-secret.txt").write_text(secret)
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    for line in exports:
        name, _, value = line.removeprefix("export ").partition("=")
        environ[name] = value
    setting, program, *arguments = shlex.split(command)
    assert program == ".venv/bin/python"
    environ["PYTHONPATH"] = str(ROOT / setting.removeprefix("PYTHONPATH="))
    process = subprocess.Popen([sys.executable, *arguments], cwd=folder, env=environ)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{guide.port}/", timeout=2):
                return process
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the sample system did not start")


def hears_of_it(page: Page, guide: Guide) -> None:
    """Look at the system until it has been told of the sign-out."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        page.goto(f"http://127.0.0.1:{guide.port}/")
        if page.get_by_text("您好").count() == 0:
            return
        time.sleep(0.5)
    raise AssertionError("the system was not told")


def test_the_how_to_in_fifteen_minutes(new_page: NewPage, guide: Guide, tmp_path: Path, started: list):
    name = f"公积金网上大厅{guide.port}"
    desk, address = let_in(new_page, {**guide.fields, "系统名称": name}, TICKS)
    client_id, secret = take_secret(desk, address)
    started.append(start_sample(guide, client_id, secret, tmp_path))

    page = new_page()
    page.goto(f"http://127.0.0.1:{guide.port}/")
    page.get_by_role("link", name="用市民账号登录").click()
    expect(page).to_have_url(re.compile("/account/sign-in"))
    page.get_by_label("手机号").fill("13800000001")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"用市民账号登录“{name}”")).to_be_visible()
    expect(page.get_by_text("姓名、出生日期")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("button", name="同意并登录").click()
    expect(page.get_by_text("周晓敏，您好")).to_be_visible()
    assert "code=" not in page.url
    expect(page.get_by_text(re.compile("urn:shimin:level:[23]$"))).to_be_visible()

    page.goto("/me/systems")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    assert serious_violations(page) == []
    page.goto("/me/reads")
    expect(page.get_by_text(name).first).to_be_visible()
    assert serious_violations(page) == []

    page.goto(f"http://127.0.0.1:{guide.port}/")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("link", name="用市民账号登录")).to_be_visible()
    page.goto("/me/")
    expect(page).to_have_url(re.compile("/account/sign-in"))  # signed out at the city too
    enter(page, "13800000001")
    page.goto(f"http://127.0.0.1:{guide.port}/sign-in")
    expect(page.get_by_text("周晓敏，您好")).to_be_visible()
    page.goto("/me/")
    page.get_by_role("button", name="退出登录").click()
    hears_of_it(page, guide)

    enter(page, "13800000001")
    page.goto("/me/systems")
    page.get_by_role("listitem").filter(has_text=name).get_by_role("button", name="断开").click()
    expect(page).to_have_url(re.compile("/me/consents"))
    page.goto(f"http://127.0.0.1:{guide.port}/sign-in")
    expect(page.get_by_role("button", name="同意并登录")).to_be_visible()
    page.get_by_role("button", name="不同意，返回").click()
    expect(page.get_by_text("access_denied")).to_be_visible()


def test_without_javascript_and_from_a_session_that_is_there(
    new_page: NewPage, guide: Guide, tmp_path: Path, started: list
):
    name = f"不动产登记{guide.port}"
    desk, address = let_in(new_page, {**guide.fields, "系统名称": name}, TICKS)
    started.append(start_sample(guide, *take_secret(desk, address), tmp_path))
    page = new_page(script=False)
    enter(page, "13800000001")
    page.goto(f"http://127.0.0.1:{guide.port}/sign-in")
    page.get_by_role("button", name="同意并登录").click()
    expect(page.get_by_text("周晓敏，您好")).to_be_visible()
    page.goto(f"http://127.0.0.1:{guide.port}/sign-in")
    expect(page.get_by_text("周晓敏，您好")).to_be_visible()
