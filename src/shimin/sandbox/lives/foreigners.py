"""People of other papers: what the exit-entry police know of them, and the social security cards they have here."""

from typing import Any, NamedTuple

CARD_SERIALS = 60_000_000
"""Serials of the cards start here, apart from residents and rush candidates."""


class TravelPaper(NamedTuple):
    """One paper; dates are ISO texts, ``issuer`` is a passport's state."""

    document: str
    number: str
    issuer: str
    name: str
    birth_date: str
    valid_until: str
    status: str


EMILY, MINJUN, JIAXIN, ZHIHAO, LOST = range(5)

PAPERS = (
    (EMILY, TravelPaper("passport", "561234987", "USA", "CARTER EMILY ANNE", "1987-04-12", "2031-08-20", "valid")),
    (EMILY, TravelPaper("residence_card", "943840198704120021", "", "CARTER EMILY ANNE", "1987-04-12",
                        "2033-03-01", "valid")),
    (MINJUN, TravelPaper("passport", "M45678123", "KOR", "KIM MINJUN", "1994-11-03", "2029-01-15", "valid")),
    (JIAXIN, TravelPaper("hkm_permit", "H01234567", "", "陈嘉欣", "1992-07-30", "2032-05-18", "valid")),
    (ZHIHAO, TravelPaper("taiwan_permit", "06812345", "", "林志豪", "1985-02-09", "2030-10-10", "valid")),
    (LOST, TravelPaper("passport", "533190042", "GBR", "HUGHES OLIVER", "1979-09-22", "2030-06-30", "lost")),
)  # fmt: skip


def card_number(person: int) -> str:
    """Give the number on the social security card of one of these people."""
    return f"F{7_300_400 + person * 1_117:08d}"


def cards() -> list[tuple[str, int, str, dict[str, Any]]]:
    """Give (number of the paper, serial, name, dossier) for the social security register, one for each paper."""
    return [
        (paper.number, CARD_SERIALS + at, paper.name,
         {"card_number": card_number(person), "spells": [], "pension_from": None})
        for at, (person, paper) in enumerate(PAPERS)
    ]  # fmt: skip
