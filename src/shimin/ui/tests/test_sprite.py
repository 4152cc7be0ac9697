"""The sprite holds what pages name, and nothing else."""

from __future__ import annotations

from shimin.ui.sprite import build_sprite, named_icons

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
