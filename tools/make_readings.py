"""Make ``search/readings.txt``: the usual reading of each character of GB 2312, one syllable a line.

    python tools/make_readings.py

Source: the readings of PyPI ``pypinyin`` (MIT), without tones; a character with several readings gets its first.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from pypinyin import Style, pinyin

TARGET = Path(__file__).resolve().parents[1] / "src/shimin/capabilities/catalogue/search/readings.txt"


def gb2312() -> list[str]:
    """Return the 6,763 Chinese characters of GB 2312 (rows 16 to 87)."""
    characters = []
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                characters.append(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:  # the last row of level 1 has five empty cells
                continue
    return characters


def main() -> None:
    """Write the table."""
    table: dict[str, list[str]] = defaultdict(list)
    for character in gb2312():
        syllable = pinyin(character, style=Style.NORMAL)[0][0]
        if syllable.isascii():
            table[syllable.replace("ü", "v")].append(character)
    lines = [f"{syllable} {''.join(table[syllable])}" for syllable in sorted(table)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(table)} syllables, {sum(map(len, table.values()))} characters")


if __name__ == "__main__":
    main()
