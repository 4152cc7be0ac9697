"""The city's home: complete, cheap, and never the same for two people who are signed in."""

from __future__ import annotations

import pytest

from shimin.kernel.testing import count_statements
from shimin.ui import bands, cards

HOME = "/c/430100/"
STATEMENTS = 6


@pytest.fixture
def mine(monkeypatch):
    """A card that names the account it is for."""
    monkeypatch.setattr(
        cards, "_providers", [lambda actor, now: [cards.Card(f"待办 {actor.account_id}", "", "/me/", "car")]]
    )


def test_shows_city_search_services_and_doors(client, city):
    page = client.get(HOME).content.decode()
    for words in ("长沙市民之家", 'type="search"', "机动车违法查询", "车主", "个人办事", "企业办事", "从设立到注销"):
        assert words in page


def test_a_city_without_services_says_what_will_be_here(client, city):
    page = client.get("/c/430200/").content.decode()
    assert "这座城市的服务还在接入" in page
    assert "12345" in page


def test_an_unknown_city_is_not_found(client, city):
    assert client.get("/c/999999/").status_code == 404


def test_tabs_show_their_own_services(client, city):
    assert "机动车违法查询" in client.get(f"{HOME}?tab=driver").content.decode().split('id="tabs"')[1]
    assert "机动车违法查询" not in client.get(f"{HOME}?tab=health").content.decode().split('id="tabs"')[1]


@pytest.mark.parametrize("tab", ["", "no-such", "<script>alert(1)</script>", "%00"])
def test_an_unknown_tab_is_the_first(client, city, tab):
    page = client.get(HOME, {"tab": tab}).content.decode()
    assert 'tab=driver#tabs" aria-current="true"' in page
    assert "<script>alert" not in page


def test_stays_within_its_statements(client, signed_in, city, mine):
    for browser in (client, signed_in()):
        with count_statements() as seen:
            assert browser.get(HOME).status_code == 200
        assert seen.count <= STATEMENTS, seen.statements


def test_a_second_visitor_costs_no_statement_but_the_stamp(client, city):
    client.get(HOME)
    with count_statements() as seen:
        client.get(HOME)
    assert [statement for statement in seen.statements if "catalogue_stamp" not in statement] == []


def test_cards_are_shown_to_their_owner_only(client, signed_in, resident, mine):
    own = f"待办 {resident.account_id}"
    assert own in signed_in().get(HOME).content.decode()
    assert own not in client.get(HOME).content.decode()
    assert own in signed_in().get(HOME).content.decode()


def test_large_type_and_usual_type_do_not_mix(client, city):
    usual = client.get(HOME).content.decode()
    client.cookies["shimin_type"] = "large"
    large = client.get(HOME).content.decode()
    assert 'class="large"' not in usual
    assert 'class="large"' in large


def test_a_shared_cache_may_not_keep_it(client, city):
    answer = client.get(HOME)
    assert "private" in answer.headers["Cache-Control"]


def test_remembers_the_city_once(client, city):
    assert client.get(HOME).cookies["shimin_city"].value == "430100"
    assert "shimin_city" not in client.get(HOME).cookies


def test_shows_what_everybody_should_know_now(client, city, monkeypatch):
    monkeypatch.setattr(bands, "_providers", [lambda code, now: [bands.Band("大风预警", f"{code} 今晚有大风")]])
    assert "430100 今晚有大风" in client.get(HOME).content.decode()


def test_doors_and_life_events_gather_services(client, city):
    for path in (f"{HOME}for/natural", f"{HOME}life/natural/driving"):
        assert "机动车违法查询" in client.get(path).content.decode()
    assert "机动车违法查询" not in client.get(f"{HOME}life/natural/birth").content.decode()
    assert client.get(f"{HOME}life/natural/no-such").status_code == 404
