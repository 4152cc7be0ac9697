"""``python -m bench.staff_session ROLE CITY``: staff with that role there, and the cookie of their session."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from shimin.capabilities.identity.tests.factories import make_officer  # noqa: E402
from shimin.capabilities.identity.web import cookies  # noqa: E402
from shimin.kernel import clock  # noqa: E402


class _Sent:
    """What ``set_session`` writes its cookie to."""

    def set_cookie(self, name: str, value: str, **_: object) -> None:
        print(f"{name}={value}")


if __name__ == "__main__":
    opened = make_officer(sys.argv[1], login=f"bench-{os.getpid()}", region_code=sys.argv[2], now=clock.now())
    cookies.set_session(_Sent(), cookies.AccountKind.STAFF, opened.token, opened.expires_at)  # type: ignore[arg-type]
