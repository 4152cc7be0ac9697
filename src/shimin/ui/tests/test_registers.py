"""Cards, bands and queues come from whoever registered them, in the order people need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shimin.kernel.testing import citizen, officer
from shimin.ui import bands, cards, desk

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(cards, "_providers", [])
    monkeypatch.setattr(bands, "_providers", [])
    monkeypatch.setattr(desk, "_queues", {})


def card(title, **more):
    return cards.Card(title, "", "/", "car", **more)


def test_cards_come_by_due_date_then_attention():
    cards.register_cards(lambda actor, now: [card("later"), card("look", tone="attention")])
    cards.register_cards(lambda actor, now: [card("soon", due_at=now + timedelta(days=1)), card("now", due_at=now)])
    assert [each.title for each in cards.cards_for(citizen(), NOW)] == ["now", "soon", "look", "later"]


def test_a_provider_counts_once():
    def provider(actor, now):
        return [card("one")]

    cards.register_cards(provider)
    cards.register_cards(provider)
    assert len(cards.cards_for(citizen(), NOW)) == 1


def test_danger_comes_first():
    bands.register_bands(lambda code, now: [bands.Band("停水", ""), bands.Band("台风", "", tone="bad")])
    assert [band.title for band in bands.bands_for("430100", NOW)] == ["台风", "停水"]


def test_an_officer_sees_the_queues_of_the_own_roles():
    for key, role in (("words", "catalogue.editor"), ("disputes", "enquiries.officer")):
        desk.register_queue(desk.Queue(key, key, "inbox", "/desk/", role, lambda actor: 1))
    assert [queue.key for queue in desk.queues_for(officer("catalogue.editor"))] == ["words"]
    assert desk.queues_for(citizen()) == []


def test_a_queue_is_listed_once():
    for title in ("old", "new"):
        desk.register_queue(desk.Queue("words", title, "inbox", "/desk/", "catalogue.editor", lambda actor: None))
    assert [queue.title for queue in desk.queues_for(officer("catalogue.editor"))] == ["new"]
