"""Search results speak the words of the person who asks."""

from __future__ import annotations

import pytest

from shimin.kernel.testing import count_statements

SEARCH = "/c/430100/search"


def test_finds_by_a_colloquial_word(client, city):
    assert "/c/430100/items/traffic-violations" in client.get(SEARCH, {"q": "罚单"}).content.decode()


def test_nothing_found_shows_the_way_on(client, city):
    page = client.get(SEARCH, {"q": "恐龙化石"}).content.decode()
    for words in ("没有找到合适的服务", "tel:12345", "大家常搜", "大家常办"):
        assert words in page


def test_other_cities_are_named(client, city):
    assert "/c/430100/search?q=" in client.get("/c/430200/search", {"q": "罚单"}).content.decode()


def test_the_fragment_is_the_pages_own_list(client, city):
    fragment = client.get(SEARCH, {"q": "罚单"}, headers={"HX-Request": "true"}).content.decode()
    page = client.get(SEARCH, {"q": "罚单"})
    assert "<html" not in fragment
    assert fragment.strip() in page.content.decode()
    assert "HX-Request" in page.headers["Vary"]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "'; DROP TABLE x; --", "\x00", "😀" * 300, "罚" * 20_000, "a\r\nSet-Cookie: x=1"],
)
def test_hostile_and_huge_requests_are_only_words(client, city, text):
    answer = client.get(SEARCH, {"q": text})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    assert len(answer.content) < 40_000


def test_stays_within_its_statements(client, city):
    client.get(SEARCH, {"q": "罚单"})
    with count_statements() as seen:
        client.get(SEARCH, {"q": "罚单"})
    assert seen.count <= 3, seen.statements
