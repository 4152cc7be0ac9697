"""Counting: in batches, by many processes, for as long as somebody reads it."""

from __future__ import annotations

from datetime import timedelta

from shimin.capabilities.catalogue import tally
from shimin.capabilities.catalogue.models import UsageCount, ZeroHit
from shimin.capabilities.catalogue.public import forget_old_counts, most_used
from shimin.capabilities.catalogue.tests.factories import CITY, NOW
from shimin.kernel.testing import count_statements


def test_counts_are_added_to_what_is_there(db):
    for _ in range(2):
        for _ in range(3):
            tally.note_used(CITY, 7, NOW)
        tally.used.flush()
    assert UsageCount.objects.get().times == 6


def test_a_day_is_a_day_in_china(db):
    tally.note_used(CITY, 7, NOW.replace(hour=16))  # midnight in Shanghai
    tally.used.flush()
    assert UsageCount.objects.get().day.isoformat() == "2026-11-21"


def test_nothing_is_written_before_it_is_due(db):
    with count_statements() as seen:
        tally.note_used(CITY, 7, NOW)
    assert seen.count == 0


def test_many_different_keys_are_written_early(db, monkeypatch):
    monkeypatch.setattr(tally, "FLUSH_KEYS", 3)
    for item_id in range(3):
        tally.note_used(CITY, item_id, NOW)
    assert UsageCount.objects.count() == 3


def test_most_used_comes_first(publish_item, no_blocks):
    publish_item("430100/bureau/first")
    publish_item("430100/bureau/second")
    second = next(card for card in most_used(CITY) if card.slug == "second")
    tally.note_used(CITY, second.item_id, NOW)
    tally.used.flush()
    assert [card.slug for card in most_used(CITY)] == ["second", "first"]
    assert [card.slug for card in most_used("430200")] == []


def test_old_counts_are_forgotten(db):
    for days in (0, 89, 91, 801):
        tally.note_used(CITY, 7, NOW - timedelta(days=days))
        tally.note_missed(CITY, "词", NOW - timedelta(days=days))
    tally.used.flush()
    tally.missed.flush()
    forget_old_counts(NOW)
    assert (UsageCount.objects.count(), ZeroHit.objects.count()) == (3, 2)
