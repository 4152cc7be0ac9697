"""Ask axe-core what on a page keeps people out."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """
async () => {
  const found = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    resultTypes: ["violations"],
  });
  return found.violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id} (${each.impact}): ${each.help} at ${each.nodes.map((node) => node.target).join(" | ")}`);
}
"""


def serious_violations(page: Page) -> list[str]:
    """Return axe's serious and critical findings on the open page, each with its place.

    The page is looked at in its whole height: axe takes what the tab bar covers for the moment for too small to touch.
    The script is evaluated, not added: the pages' own policy allows no inline script.
    """
    page.wait_for_load_state("load")
    size = page.viewport_size
    if size is not None:
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], height + 200)})
    page.evaluate(_SOURCE.read_text("utf-8"))
    found: list[str] = page.evaluate(_RUN)
    if size is not None:
        page.set_viewport_size(size)
    return found
