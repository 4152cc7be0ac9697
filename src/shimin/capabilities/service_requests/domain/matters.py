"""Requests that follow rules of their own beside those of the hotline."""

from __future__ import annotations

from enum import StrEnum


class Matter(StrEnum):
    """What a request is by law. ``ORDINARY`` is the hotline's own; ``CONSUMER`` is 12315, ``ABROAD`` help abroad."""

    ORDINARY = ""
    CONSUMER = "consumer"
    ABROAD = "abroad"


MATTER_WORDS = {Matter.CONSUMER: "12315", Matter.ABROAD: "境外求助"}
