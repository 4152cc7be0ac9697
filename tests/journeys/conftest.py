"""A running demo city, a Chromium, and pages that fail the test when the browser complains."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright

from tests.journeys.stack import Demo, shared_demo

CHROMIUM = Path(os.environ.get("SHIMIN_CHROMIUM", "/usr/bin/chromium"))
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core"

NewPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo city, started once for all test processes."""
    for needed in (CHROMIUM, AXE):
        if not needed.exists():
            pytest.skip(f"{needed} is missing: run ./shimin test, which provides it")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with shared_demo(shared / "journeys") as running:
        yield running


@pytest.fixture(scope="module")
def chromium(demo: Demo) -> Iterator[Browser]:
    """One browser for a module: while it is open its event loop runs in this thread, where others use the database."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, demo: Demo) -> Iterator[NewPage]:
    """Open pages, each with fresh cookies: ``new_page(width=320, script=False, dark=True)``.

    At the end the test fails if a page logged an error, broke the content policy or asked another host.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def stay_here(route: Route) -> None:
        if urlsplit(route.request.url).hostname in ("127.0.0.1", "localhost"):
            route.continue_()
        else:
            complaints.append(f"asked {route.request.url}")
            route.abort()

    def note(message: ConsoleMessage) -> None:
        # A refusal that a test provokes is logged by the browser too; the test itself checks those.
        if message.type == "error" and "status of 4" not in message.text:
            complaints.append(message.text)

    def open_page(*, width: int = 390, height: int = 844, script: bool = True, dark: bool = False) -> Page:
        context = chromium.new_context(
            base_url=demo.url,
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        context.route("**/*", stay_here)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A phone."""
    return new_page()


@pytest.fixture(scope="session")
def token(demo: Demo) -> str:
    """A session of the demo's resident."""
    body = {"phone": "13800000001", "password": "Shimin-demo-2026"}
    answer = httpx.post(f"{demo.url}/api/v1/account/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


@pytest.fixture
def signed_in(demo: Demo, token: str) -> list[Any]:
    """Cookies of the demo's resident."""
    return [{"name": "shimin_session", "value": token, "url": demo.url}]
