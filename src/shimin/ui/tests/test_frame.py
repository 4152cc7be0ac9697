"""The frame knows the city, the type size and the way back."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from shimin.ui import frame as frames
from shimin.ui.frame import frame

NAMES = {"430100": "长沙", "110100": "北京"}


@pytest.fixture(autouse=True)
def names(monkeypatch):
    monkeypatch.setattr(frames, "_name_of_city", NAMES.get)


def of(rf, path="/about", *, cookies=None, arguments=None, method="get"):
    request = getattr(rf, method)(path)
    request.COOKIES.update(cookies or {})
    request.resolver_match = SimpleNamespace(kwargs=arguments or {})
    return frame(request)["frame"]


def test_the_city_in_the_address_comes_first(rf):
    found = of(rf, arguments={"region_code": "110100"}, cookies={"shimin_city": "430100"})
    assert (found.city_code, found.city_name) == ("110100", "北京")


def test_else_the_last_city(rf):
    assert of(rf, cookies={"shimin_city": "430100"}).city_name == "长沙"


@pytest.mark.parametrize("cookie", ["", "999999", "43010", "../../x", "４３０１００", "4301000"])
def test_a_wrong_cookie_is_no_city(rf, cookie):
    assert of(rf, cookies={"shimin_city": cookie}).city_code == ""


def test_large_type_comes_from_its_cookie(rf):
    assert of(rf, cookies={"shimin_type": "large"}).is_large
    assert not of(rf, cookies={"shimin_type": "huge"}).is_large


def test_the_way_back_is_this_page(rf):
    assert of(rf, "/c/430100/search?q=%E7%BD%9A").query_next == "/c/430100/search%3Fq%3D%25E7%25BD%259A"


def test_the_way_back_of_a_form_is_its_page(rf):
    assert of(rf, "/feedback?page=1", method="post").back_here == "/feedback"
