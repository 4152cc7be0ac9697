"""我的, the desk's front page, the pages about the platform, and the large-type switch."""

from __future__ import annotations

import pytest

from shimin.kernel.testing import count_statements


def test_mine_shows_the_masked_person_and_the_ways_on(signed_in, resident):
    page = signed_in().get("/me/").content.decode()
    for words in ("周*敏", "已实名", "谁看过我的数据", "登录设备", "我的授权", "退出登录"):
        assert words in page
    assert resident.phone not in page
    assert resident.id_number not in page


def test_mine_is_kept_by_nobody(signed_in):
    assert "no-store" in signed_in().get("/me/").headers["Cache-Control"]


def test_mine_stays_within_its_statements(signed_in):
    browser = signed_in()
    with count_statements() as seen:
        browser.get("/me/")
    assert seen.count <= 6, seen.statements


def test_strangers_are_asked_to_sign_in_first(client, city):
    answer = client.get("/me/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/sign-in?next=")


def test_a_citizen_finds_no_desk(signed_in):
    assert signed_in().get("/desk/").status_code in (302, 404)


@pytest.mark.parametrize("path", ["/about", "/accessibility", "/privacy", "/site-map", "/robots.txt"])
def test_pages_about_the_platform_need_no_database(client, path):
    assert client.get(path).status_code == 200


def test_crawlers_are_kept_from_what_is_personal(client):
    text = client.get("/robots.txt").content.decode()
    for path in ("/me/", "/account/", "/desk/", "/api/"):
        assert f"Disallow: {path}\n" in text


def test_the_switch_sets_and_takes_the_cookie(client):
    assert client.get("/preferences/type?size=large&next=/about").cookies["shimin_type"].value == "large"
    assert client.get("/preferences/type?size=usual&next=/about").cookies["shimin_type"].value == ""


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
        "///evil.example",
        "evil",
        "",
    ],
)
def test_the_switch_leads_nowhere_else(client, target):
    assert client.get("/preferences/type", {"size": "large", "next": target}).headers["Location"] == "/"


def test_only_reading_is_offered(client, city):
    for path in ("/c/430100/", "/c/430100/search", "/about", "/preferences/type"):
        assert client.post(path).status_code in (403, 405)
