"""The JSON routes."""

from __future__ import annotations

import orjson
import pytest
from django.test import Client

from shimin.capabilities.catalogue.models import Feedback
from shimin.capabilities.catalogue.tests.factories import CITY, NOW, publish, service, write_item
from shimin.kernel.testing import count_statements

ITEM = f"/api/v1/regions/{CITY}/items/id-card-replacement"


@pytest.fixture
def program():
    return Client()


def test_item(publish_item, no_blocks, program):
    publish_item()
    response = program.get(ITEM)
    body = orjson.loads(response.content)
    assert response.headers["Content-Type"] == "application/json"
    assert (body["name"], body["stars"], body["status"]) == ("居民身份证遗失补领", 2, "running")
    assert body["item_id"].isdigit()
    assert body["service"]["limits"]["promised"]["amount"] == 20


def test_item_is_read_once_and_then_kept(publish_item, no_blocks, program):
    publish_item()
    with count_statements() as first:
        program.get(ITEM)
    with count_statements() as second:
        program.get(ITEM)
    with count_statements() as fresh:
        program.get(ITEM, headers={"cache-control": "no-cache"})
    assert first.count <= 3
    assert (second.count, fresh.count) == (0, 1)


def test_a_new_version_is_seen_at_once(publish_item, no_blocks, program, tmp_path):
    publish_item()
    program.get(ITEM)
    write_item(tmp_path, data=service(name="新名字"))
    publish(tmp_path, now=NOW)
    assert orjson.loads(program.get(ITEM).content)["name"] == "新名字"


def test_not_modified(publish_item, no_blocks, program):
    publish_item()
    etag = program.get(ITEM).headers["ETag"]
    response = program.get(ITEM, headers={"if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    "path", [f"/api/v1/regions/{CITY}/items/absent", "/api/v1/regions/999999/items/x", "/api/v1/regions/999999"]
)
def test_absent_is_a_problem(places, program, path):
    response = program.get(path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert orjson.loads(response.content)["code"] == "not_found"


def test_items_page_by_page(publish_item, no_blocks, program):
    for number in range(3):
        publish_item(f"430100/bureau/item-{number}")
    first = program.get(f"/api/v1/regions/{CITY}/items?limit=2").json()
    rest = program.get(f"/api/v1/regions/{CITY}/items?limit=2&after={first['next']}").json()
    assert [card["slug"] for card in first["items"] + rest["items"]] == ["item-0", "item-1", "item-2"]
    assert rest["next"] is None
    assert first["items"][0]["service_class"] == "police"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("tab=government", 1),
        ("tab=driver", 0),
        ("theme=090", 1),
        ("theme=090&audience=legal", 0),
        ("audience=natural", 1),
    ],
)
def test_items_are_filtered(publish_item, no_blocks, program, query, count):
    publish_item()
    assert len(program.get(f"/api/v1/regions/{CITY}/items?{query}").json()["items"]) == count


@pytest.mark.parametrize("query", ["after=x", "limit=0", "limit=101", "tab=cars", "theme=1", "after=%00"])
def test_bad_parameters_are_problems(places, program, query):
    assert program.get(f"/api/v1/regions/{CITY}/items?{query}").status_code == 422


def test_search(publish_item, no_blocks, program):
    publish_item()
    body = program.get(f"/api/v1/regions/{CITY}/search?q=丢了身份证怎么办").json()
    assert [card["slug"] for card in body["items"]] == ["id-card-replacement"]


def test_regions_agencies_and_themes(publish_item, no_blocks, program):
    publish_item()
    assert program.get("/api/v1/regions?q=cs").json()[0]["code"] == CITY
    assert [region["code"] for region in program.get("/api/v1/regions").json()] == ["410000", "430000"]
    assert program.get(f"/api/v1/regions/{CITY}").json()["short_name"] == "长沙"
    assert program.get(f"/api/v1/regions/{CITY}/agencies").json()[0]["uscc"] == "11430100006000001G"
    assert {"code": "005", "name": "生育收养"} in program.get("/api/v1/themes/natural").json()


def test_feedback(program, publish_item, no_blocks):
    publish_item()
    payload = {"slug": "id-card-replacement", "fault": "unclear", "text": "看不懂 😀"}
    response = program.post(f"/api/v1/regions/{CITY}/feedback", payload, content_type="application/json")
    assert response.status_code == 201
    assert response.json() == {"feedback_id": str(Feedback.objects.get().id)}


@pytest.mark.parametrize(
    "payload", [{}, {"fault": "x", "text": "y"}, {"fault": "wrong", "text": "  "}, {"fault": "wrong", "text": "a\x00b"}]
)
def test_bad_feedback_is_a_problem(program, places, payload):
    response = program.post(f"/api/v1/regions/{CITY}/feedback", payload, content_type="application/json")
    assert response.status_code == 422
    assert response.json()["fields"]
