"""Papers that an order's page shows beside the receipt; whoever issues some registers how to list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """One paper: what it is, how it stands, where it is downloaded."""

    title: str
    note: str
    url: str


class OrderPapers(Protocol):
    """Lists an order's papers for somebody who may see the order."""

    def __call__(self, *, actor: Actor, order_id: int, link: str) -> list[OrderPaper]:
        """Return the papers; ``link`` is the secret of the order's address, empty for who has an account."""
        ...


_sources: list[OrderPapers] = []


def register_order_papers(source: OrderPapers) -> None:
    """Add a source of papers; an app does this when it starts."""
    if source not in _sources:
        _sources.append(source)


def list_order_papers(*, actor: Actor, order_id: int, link: str) -> list[OrderPaper]:
    """Return the papers of an order from all sources."""
    return [paper for source in _sources for paper in source(actor=actor, order_id=order_id, link=link)]
