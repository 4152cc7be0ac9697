"""uv asks where pip asks."""

from __future__ import annotations

from shimin.launch.package_index import uv_settings

PIP_CONFIG = """\
global.cert='/etc/ssl/ca.pem'
global.index-url='https://mirror.example/simple'
global.extra-index-url='https://a.example/simple https://b.example/simple'
:env:.index-url='https://closer.example/simple'
:env:.find-links='/srv/wheels /srv/more'
:env:.disable-pip-version-check='1'
"""


def test_says_the_same_to_uv() -> None:
    assert uv_settings(PIP_CONFIG, {}) == {
        "SSL_CERT_FILE": "/etc/ssl/ca.pem",
        "UV_DEFAULT_INDEX": "https://closer.example/simple",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_FIND_LINKS": "/srv/wheels,/srv/more",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_leaves_what_the_user_set_for_uv() -> None:
    found = uv_settings(PIP_CONFIG, {"UV_DEFAULT_INDEX": "https://own.example/simple"})
    assert "UV_DEFAULT_INDEX" not in found
    assert found["UV_FIND_LINKS"] == "/srv/wheels,/srv/more"


def test_says_nothing_where_pip_has_no_settings() -> None:
    assert uv_settings("", {}) == {}
