"""Post logout tokens. The address was approved by two people; it gets a few seconds, and no redirect is followed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from shimin.capabilities.sign_on.ports import LogoutMessenger, Told, set_logout_messenger

if TYPE_CHECKING:
    import httpx

SECONDS = 4.0
_AGAIN = (408, 429)


class HttpLogoutMessenger:
    """A ``LogoutMessenger`` over HTTP. Safe to use from several threads."""

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx  # eight megabytes that only the worker needs

        return httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False)

    def tell(self, url: str, logout_token: str) -> Told:
        """Post the token; the answer's body is not read."""
        import httpx

        try:
            with self._client.stream("POST", url, data={"logout_token": logout_token}) as answer:
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return Told.LATER
        if 200 <= status < 300:
            return Told.DONE
        return Told.LATER if status >= 500 or status in _AGAIN else Told.REFUSED


def connect() -> None:
    """Stand behind sign-on's port. Opens no connection."""
    messenger: LogoutMessenger = HttpLogoutMessenger()
    set_logout_messenger(messenger)
