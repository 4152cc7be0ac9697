"""The sprite holds what pages name, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shimin.ui.finders import PACKAGES, ROOT, FrontEndFinder
from shimin.ui.sprite import build_sprite, named_icons

TAG = re.compile(r'{% icon "([^"]+)"')
KEY = re.compile(r"^icon: *[\"']?([\w-]+)", re.MULTILINE)

DRAWING = '<!-- lucide --><svg class="x" width="24">\n  <path d="M1 1" />\n  <circle r="2" />\n</svg>'


def test_finds_icons_in_pages_python_and_service_folders(tmp_path):
    (tmp_path / "page.html").write_text(
        '{% icon "car" %} {% include "x" with icon="bus-front" %} {% icon icon|default:"inbox" %}'
    )
    (tmp_path / "cards.py").write_text('from shimin.ui.cards import Card\nCard("罚单", "2 张", "/", "wallet")')
    (tmp_path / "service.yaml").write_text("name: 罚单\nicon: ticket\n")
    assert {"car", "bus-front", "inbox", "wallet", "ticket", "file-text"} <= named_icons(tmp_path.iterdir())


def test_sprite_has_a_symbol_per_known_icon(tmp_path):
    (tmp_path / "car.svg").write_text(DRAWING)
    sprite = build_sprite({"car", "no-such-icon"}, tmp_path)
    assert '<symbol id="car" viewBox="0 0 24 24"><path d="M1 1"/><circle r="2"/></symbol>' in sprite
    assert "no-such-icon" not in sprite


needs_packages = pytest.mark.skipif(not PACKAGES.exists(), reason="node_modules is missing: run ./shimin setup")


@needs_packages
def test_every_icon_of_pages_and_services_has_a_drawing():
    drawings = {path.stem for path in (PACKAGES / "lucide-static" / "icons").glob("*.svg")}
    named = {
        *(name for path in (ROOT / "src").rglob("templates/**/*.html") for name in TAG.findall(path.read_text())),
        *(name for path in (ROOT / "services").rglob("service.yaml") for name in KEY.findall(path.read_text())),
    }
    assert len(named) > 20
    assert sorted(named - drawings) == []


@needs_packages
def test_finder_serves_the_sprite_and_named_files_only():
    finder = FrontEndFinder()
    assert "<symbol" in Path(str(finder.find("ui/icons.svg"))).read_text()
    assert str(finder.find("vendor/htmx.js")).endswith("htmx.min.js")
    assert finder.find("vendor/leaflet/images/marker-icon.png")
    for path in ("vendor/leaflet/images/../leaflet.js", "vendor/axe.js", "vendor/../package.json", "ui/no.svg"):
        assert finder.find(path) == []


@needs_packages
def test_collected_files_can_be_read():
    for address, storage in FrontEndFinder().list(None):
        with storage.open(address) as file:
            assert file.read(1), address
