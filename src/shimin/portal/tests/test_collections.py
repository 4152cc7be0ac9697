"""Tabs and life events stand on the catalogue's own codes."""

from __future__ import annotations

import pytest

from shimin.capabilities.catalogue.public import TABS, list_themes
from shimin.portal.life_events import FIRM, LIVES, PERSON, find_life_event
from shimin.portal.tabs import Tab, tab_of


def test_tabs_are_those_of_service_folders():
    assert {tab.value: tab.title for tab in Tab} == dict(TABS)


@pytest.mark.parametrize("text", [None, "", "DRIVER", "no-such", "<script>"])
def test_an_unknown_tab_is_the_first(text):
    assert tab_of(text) is Tab.DRIVER


def test_a_life_runs_from_birth_to_farewell_and_a_firm_from_founding_to_closing():
    assert [PERSON[0].slug, PERSON[-1].slug] == ["birth", "farewell"]
    assert [FIRM[0].slug, FIRM[-1].slug] == ["founding", "closing"]


@pytest.mark.parametrize("audience", ["natural", "legal"])
def test_life_events_name_national_themes(audience):
    known = {theme.code for theme in list_themes(audience)}
    assert [event.slug for event in LIVES[audience] if not set(event.themes) <= known] == []


def test_an_unknown_life_event_is_none():
    assert find_life_event("natural", "no-such") is None
