"""Every pair of colours that carries words reaches 4.5:1, marks and edges 3:1, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[1] / "static" / "ui" / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")

WORDS = [
    ("--weui-FG-0", "--weui-BG-0"),
    ("--weui-FG-0", "--weui-BG-2"),
    ("--weui-FG-0", "--brand-soft"),
    ("--weui-FG-0", "--attention-soft"),
    ("--weui-FG-0", "--red-soft"),
    ("--weui-FG-1", "--weui-BG-0"),
    ("--weui-FG-1", "--weui-BG-2"),
    ("--weui-FG-1", "--bg-sunken"),
    ("--brand-text", "--weui-BG-0"),
    ("--brand-text", "--weui-BG-2"),
    ("--brand-text", "--brand-soft"),
    ("--on-brand", "--weui-BRAND"),
    ("--on-brand", "--brand-press"),
    ("--on-brand-quiet", "--weui-BRAND"),
    *[(f"--{tone}", f"--{tone}-soft") for tone in ("attention", "green", "amber", "red")],
    *[(f"--{tone}", "--weui-BG-2") for tone in ("attention", "green", "amber", "red")],
]
MARKS = [
    ("--edge", "--weui-BG-2"),
    ("--edge", "--weui-BG-0"),
    ("--brand-text", "--bg-sunken"),
    ("--attention", "--bg-sunken"),
]


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{3,6})\b", css))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_knows_the_extremes():
    assert contrast("#000", "#fff") == pytest.approx(21)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper", "least"), [(*pair, 4.5) for pair in WORDS] + [(*pair, 3.0) for pair in MARKS])
def test_contrast_is_enough(mode, ink, paper, least):
    tokens = colours(LIGHT) | (colours(DARK) if mode == "dark" else {})
    found = contrast(tokens[ink], tokens[paper])
    assert found >= least, f"{ink} on {paper} in {mode}: {found:.2f}"
