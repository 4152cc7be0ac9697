"""Transit cards of those who keep a home; the company is invented."""

from .numbers import luhn_digit

START_FEN = 500


def card_number(serial: int) -> str:
    """Give a card number: 9, the serial, and a Luhn check digit."""
    stem = f"9{serial:08d}"
    return stem + luhn_digit(stem)


def serial_of(number: str) -> int:
    """Give the serial of the person whose card this is."""
    return int(number[1:9])


def start_fen(serial: int) -> int:
    """Give what was on a card to begin with."""
    return START_FEN + serial % 3_000
