"""A system that signs people in, as its own programmer would write it from the specifications: no code of ours."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import KeySet

from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.tests.factories import CALLBACK

_HOP = re.compile(r'http-equiv="refresh" content="0;url=([^"]+)"')


@dataclass
class RelyingParty:
    """One client with its browser and its server. ``state``, ``nonce`` and ``verifier`` are of the last request."""

    browser: Browser
    client: Client
    secret: str
    callback: str = CALLBACK
    server: Browser = field(default_factory=Browser)
    state: str = ""
    nonce: str = ""
    verifier: str = ""

    @property
    def client_id(self) -> str:
        return str(self.client.id)

    def request(self, *, scope: str = "openid", **more: str | None) -> dict[str, str]:
        """Return the parameters of a new authorisation request; None leaves one out."""
        self.state, self.nonce = secrets.token_urlsafe(12), secrets.token_urlsafe(12)
        self.verifier = secrets.token_urlsafe(40)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        values: dict[str, str | None] = {
            "client_id": self.client_id, "response_type": "code", "scope": scope, "redirect_uri": self.callback,
            "state": self.state, "nonce": self.nonce, "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="), **more,
        }  # fmt: skip
        return {name: value for name, value in values.items() if value is not None}

    def ask(self, **parameters: Any) -> Any:
        """Send the browser to the authorisation endpoint and return its answer."""
        return self.browser.get("/sign-on/authorize", self.request(**parameters))

    def agree(self, page: Any, *, sensitive: tuple[str, ...] = (), decision: str = "agree") -> Any:
        """Press a button of the consent page, with its token, and follow to where it ends on our site."""
        text = page.content.decode()
        address = re.search(r'action="(/sign-on/consent/[^"]+)"', text)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert address, text
        assert token, text
        answer = self.browser.post(
            address[1], {"decision": decision, "sensitive": list(sensitive), "csrfmiddlewaretoken": token[1]}
        )
        return self.follow(answer)

    def follow(self, answer: Any) -> Any:
        """Follow redirects on our site."""
        while answer.status_code in (302, 303) and answer.headers["Location"].startswith("/"):
            answer = self.browser.get(answer.headers["Location"])
        return answer

    def arrive(self, answer: Any) -> dict[str, str]:
        """Return the parameters that came back to the client's address, by redirect or by the page of the way back."""
        if answer.status_code == 302:
            url = answer.headers["Location"]
        else:
            found = _HOP.search(answer.content.decode())
            assert found, answer.content.decode()
            url = html.unescape(found[1])
        assert url.startswith(self.callback), url
        came = dict(parse_qsl(urlsplit(url).query))
        assert came["iss"] == "http://127.0.0.1:8000"
        return came

    def sign_in(self, *, scope: str = "openid", sensitive: tuple[str, ...] = (), **more: Any) -> str:
        """Go all the way as somebody who is signed in and agrees; return the code."""
        page = self.follow(self.ask(scope=scope, **more))
        if b"/sign-on/consent/" in page.content:
            page = self.agree(page, sensitive=sensitive)
        came = self.arrive(page)
        assert came["state"] == self.state, came
        return came["code"]

    def call(self, path: str, form: dict[str, str], *, secret: str | None = None, client_id: str | None = None) -> Any:
        """Call an endpoint as the client's server, with its way of proving itself."""
        name, word = client_id or self.client_id, self.secret if secret is None else secret
        headers = {}
        if self.client.auth_method == "client_secret_basic":
            text = base64.b64encode(f"{name}:{word}".encode()).decode()
            headers["Authorization"] = f"Basic {text}"
        else:
            form = {**form, "client_id": name, **({"client_secret": word} if word else {})}
        return self.server.post(path, form, headers=headers)

    def exchange(self, code: str, **more: Any) -> Any:
        """Exchange a code; ``more`` replaces parameters."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.callback,
            "code_verifier": self.verifier, **more.pop("form", {}),
        }  # fmt: skip
        return self.call("/sign-on/token", {k: v for k, v in form.items() if v is not None}, **more)

    def refresh(self, token: str, **form: str) -> Any:
        """Use a refresh token."""
        return self.call("/sign-on/token", {"grant_type": "refresh_token", "refresh_token": token, **form})

    def tokens(self, **parameters: Any) -> dict[str, Any]:
        """Sign in and return the answer of the token endpoint."""
        answer = self.exchange(self.sign_in(**parameters))
        assert answer.status_code == 200, answer.content.decode()
        return dict(answer.json())

    def userinfo(self, access_token: str) -> Any:
        """Ask for the claims."""
        return self.server.get("/sign-on/userinfo", headers={"Authorization": f"Bearer {access_token}"})

    def read(self, id_token: str) -> Any:
        """Check an id token's signature against the published keys and return it."""
        known = KeySet.import_key_set(self.server.get("/sign-on/keys").json())
        return jwt.decode(id_token, known, algorithms=[self.client.algorithm])
