"""Drawing of a paper with fpdf2. One weight of one font: each further one costs a quarter of a second a paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from shimin.kernel.clock import CHINA
from shimin.ui.documents.fonts import FONT, FontMissing

_FAMILY = "sc"
_GREY = (96, 96, 96)
_CODE_MM = 30.0
_BAR, _TRACK = (11, 98, 187), (234, 238, 243)
_LABEL_MM, _WORDS_MM, _BAR_MM = 26.0, 24.0, 6.0


class Sheet(FPDF):
    """The pages while they are drawn; sizes are in millimetres."""

    def __init__(self, title: str, made_at: datetime) -> None:
        super().__init__(format="A4")
        self.set_margins(20, 20, 20)
        self.set_auto_page_break(True, margin=20)
        self.add_font(_FAMILY, "", _font())
        self.set_title(title)
        self.set_lang("zh-CN")
        self.set_creator("shimin 市民之家")
        self.set_creation_date(made_at.astimezone(CHINA))
        self.add_page()
        self.set_font(_FAMILY, "", 18)
        self._write(title, 12, align="C")
        self.ln(4)
        self.set_font(_FAMILY, "", 10.5)

    def footer(self) -> None:
        """Number the pages."""
        self.set_y(-15)
        self.set_font(_FAMILY, "", 8)
        self.set_text_color(*_GREY)
        self.cell(0, 8, f"第 {self.page_no()} 页", align="C")
        self.set_text_color(0, 0, 0)

    def draw_pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        for name, value in rows:
            self.set_text_color(*_GREY)
            self.cell(34, 7, name)
            self.set_text_color(0, 0, 0)
            self._write(value, 7)
        self.ln(3)

    def draw_table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        aligns = (*("LEFT",) * (len(heads) - 1), "RIGHT")
        with self.table(
            col_widths=tuple(widths), text_align=aligns, line_height=7, padding=1,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, headings_style=FontFace(color=_GREY),
        ) as table:  # fmt: skip
            for cells in (heads, *rows):
                row = table.row()
                for cell in cells:
                    row.cell(cell)
        self.ln(4)

    def draw_bars(self, title: str, rows: Sequence[tuple[str, float, str]]) -> None:
        self._write(title, 8)
        longest = max((value for _, value, _ in rows), default=0.0)
        room = self.epw - _LABEL_MM - _WORDS_MM
        before = self.fill_color  # a table that follows would be filled with the bars' colour
        for label, value, words in rows:
            if self.get_y() + _BAR_MM > self.h - 20:
                self.add_page()
            self.set_font(_FAMILY, "", 9)
            self.cell(_LABEL_MM, _BAR_MM, label)
            left, top = self.get_x(), self.get_y() + 1.2
            width = max(value, 0.0) / longest * room if longest > 0 else 0.0
            self.set_fill_color(*_TRACK)
            self.rect(left, top, room, _BAR_MM - 2.4, style="F")
            self.set_fill_color(*_BAR)
            self.rect(left, top, width, _BAR_MM - 2.4, style="F")
            self.set_x(left + room)
            self.cell(_WORDS_MM, _BAR_MM, words, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if before is not None:
            self.set_fill_color(before)
        self.set_font(_FAMILY, "", 10.5)
        self.ln(4)

    def draw_line(self, text: str) -> None:
        self.set_font(_FAMILY, "", 13)
        self._write(text, 8)
        self.set_font(_FAMILY, "", 10.5)
        self.ln(2)

    def draw_note(self, text: str) -> None:
        self.set_font(_FAMILY, "", 8.5)
        self.set_text_color(*_GREY)
        self._write(text, 5)
        self.set_text_color(0, 0, 0)
        self.set_font(_FAMILY, "", 10.5)

    def draw_code(self, content: str, caption: str) -> None:
        if self.get_y() + _CODE_MM > self.h - 20:
            self.add_page()
        left, top = self.l_margin, self.get_y()
        matrix = segno.make(content, error="m", micro=False).matrix
        size = _CODE_MM / len(matrix)
        self.set_fill_color(0, 0, 0)
        for number, modules in enumerate(matrix):
            for place, is_dark in enumerate(modules):
                if is_dark:
                    self.rect(left + place * size, top + number * size, size, size, style="F")
        self.set_xy(left + _CODE_MM + 6, top + 4)
        self.set_left_margin(left + _CODE_MM + 6)
        self._write(caption, 6)
        self.set_left_margin(left)
        self.set_xy(left, top + _CODE_MM + 4)

    def draw_attachment(self, name: str, content: bytes) -> None:
        self.embed_file(bytes=content, basename=name)

    def _write(self, text: str, height: float, align: str = "L") -> None:
        self.multi_cell(0, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _font() -> Path:
    if not FONT.is_file():
        raise FontMissing(f"{FONT} is missing: run ./shimin, which installs the front-end packages")
    return FONT
