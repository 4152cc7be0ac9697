"""Renew the pictures of the README: ``python tools/screenshots.py --base-url http://127.0.0.1:8000``.

Needs a running demo (``./shimin demo``) and Chromium. A picture above 80 kB is refused: the repository stays light.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
LARGEST_BYTES = 80_000
CITY = "430100"
RESIDENT, PASSWORD = "13800000001", "Shimin-demo-2026"


@dataclass(frozen=True)
class Picture:
    """One picture: the page, and how it is looked at."""

    name: str
    path: str
    width: int = 390
    height: int = 780
    dark: bool = False
    large: bool = False
    signed_in: bool = False


PICTURES = (
    Picture("home", f"/c/{CITY}/"),
    Picture("home-large-type", f"/c/{CITY}/", large=True),
    Picture("home-dark", f"/c/{CITY}/", dark=True),
    Picture("home-wide", f"/c/{CITY}/", width=1000, height=640),
    Picture("search", f"/c/{CITY}/search?q=罚单"),
    Picture("item", f"/c/{CITY}/items/traffic-violations"),
    Picture("record", f"/c/{CITY}/items/traffic-violations/look-up", signed_in=True),
    Picture("reads", "/me/reads", signed_in=True),
    Picture("me", "/me/", signed_in=True),
)


def take(browser: Browser, base_url: str, picture: Picture) -> int:
    """Take one picture and return its size in bytes."""
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    if picture.signed_in:
        page.goto("/account/sign-in")
        page.fill("[name=phone]", RESIDENT)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
    if picture.large:
        page.goto(f"/preferences/type?size=large&next=/c/{CITY}/")
    page.goto(picture.path)
    data = page.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()
    return len(data)


def main() -> int:
    """Take the pictures that were asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("names", nargs="*", help="only these pictures")
    given = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in PICTURES if not given.names or picture.name in given.names]
    too_large = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        for picture in wanted:
            size = take(browser, given.base_url, picture)
            print(f"{picture.name:16} {size / 1000:6.1f} kB")
            if size > LARGEST_BYTES:
                too_large.append(picture.name)
        browser.close()
    if too_large:
        print(f"Above {LARGEST_BYTES // 1000} kB: {', '.join(too_large)}. Make them smaller.", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
