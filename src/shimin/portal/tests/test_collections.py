"""Life events stand on the catalogue's own codes."""

from __future__ import annotations

import pytest

from shimin.capabilities.catalogue.public import list_themes
from shimin.portal.life_events import FIRM, LIVES, PERSON, find_life_event


def test_a_life_runs_from_birth_to_farewell_and_a_firm_from_founding_to_closing():
    assert [PERSON[0].slug, PERSON[-1].slug] == ["birth", "farewell"]
    assert [FIRM[0].slug, FIRM[-1].slug] == ["founding", "closing"]


@pytest.mark.parametrize("audience", ["natural", "legal"])
def test_life_events_name_national_themes(audience):
    known = {theme.code for theme in list_themes(audience)}
    assert [event.slug for event in LIVES[audience] if not set(event.themes) <= known] == []


def test_an_unknown_life_event_is_none():
    assert find_life_event("natural", "no-such") is None
