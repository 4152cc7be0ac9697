"""A running demo city, a Chromium, and pages that fail the test when the browser complains."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect, sync_playwright

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


@pytest.fixture(scope="session")
def chromium(demo: Demo) -> Iterator[Browser]:
    """One browser for the session."""
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
def signed_in(demo: Demo, chromium: Browser) -> list[Any]:
    """Cookies of the demo's resident, who signed in by keyboard alone."""
    with closing(chromium.new_context(base_url=demo.url)) as context:
        page = context.new_page()
        page.goto("/account/sign-in")
        page.get_by_label("手机号").focus()
        page.keyboard.type("13800000001")
        page.keyboard.press("Tab")
        page.keyboard.type("Shimin-demo-2026")
        page.keyboard.press("Enter")
        expect(page).not_to_have_url(re.compile("/account/sign-in"))
        return list(context.cookies())
