"""What a machine shows to the platform itself: a token, or for standards that know only keys its secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.models import Agency
from shimin.capabilities.catalogue.tests.factories import load_regions
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.operations.registering import ClientWish, request_client
from shimin.capabilities.sign_on.public import OPEN311_SCOPE, find_machine
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.capabilities.sign_on.tests.test_machines import Machine
from shimin.kernel.errors import InvalidInput
from shimin.kernel.testing import officer

pytestmark = pytest.mark.django_db


def found(credential: str, now=NOW, wanted: str = OPEN311_SCOPE):
    return find_machine(credential=credential, wanted_scope=wanted, now=now)


def test_a_token_is_good_for_its_scopes_and_its_time(at):
    machine = Machine(at)
    Client.objects.filter(id=machine.client.id).update(machine_scopes=[OPEN311_SCOPE, "tax:bills.read"])
    text = machine.token(scope=OPEN311_SCOPE).json()["access_token"]
    assert found(text, at.now).client_id == machine.client.id
    assert found(text, at.now, "tax:bills.read") is None
    assert found(text, at.now + timedelta(minutes=11)) is None
    Client.objects.filter(id=machine.client.id).update(machine_scopes=["tax:bills.read"])
    assert found(text, at.now) is None


@pytest.mark.parametrize("state", ["requested", "declined", "suspended"])
def test_a_secret_is_good_while_its_client_is_approved(state):
    client, secret = make_client(auth_method="client_secret_post")
    assert found(secret) is None
    Client.objects.filter(id=client.id).update(machine_scopes=[OPEN311_SCOPE])
    assert found(secret).host == "fund.example.gov.cn"
    assert found(secret[:-1] + ("A" if secret[-1] != "A" else "B")) is None
    Client.objects.filter(id=client.id).update(state=state)
    assert found(secret) is None


@pytest.fixture
def agencies(db) -> Iterator[list[Agency]]:
    """The hotline and another agency of the city."""
    load_regions()
    yield [
        Agency.objects.create(
            id=8_100 + number, region_code="430100", slug=slug, name=slug, short_name=slug, uscc="1" * 18, doc={}
        )
        for number, slug in enumerate(("hotline", "tax"))
    ]
    stamp.forget()


def test_only_what_a_standard_asks_for_is_opened_by_a_secret(agencies):
    stamp.forget()
    actor = officer("sign_on.officer", account_id=31, agency_id=agencies[1].id, region_code="430100")

    def register(scopes: tuple[str, ...], method: str) -> int:
        wish = ClientWish(
            agency_id=agencies[1].id, name="随手拍", purpose="替市民报送身边的问题", home_url="https://app.example.cn/",
            redirect_uris=(), scopes=(), auth_method=method, algorithm="RS256", machine_scopes=scopes,
        )  # fmt: skip
        return request_client(actor=actor, wish=wish, now=NOW)

    assert register((OPEN311_SCOPE,), "client_secret_post")
    for scopes, method in (
        ((OPEN311_SCOPE, "tax:bills.read"), "client_secret_post"), (("tax:bills.read",), "client_secret_basic"),
        ((OPEN311_SCOPE,), "none"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            register(scopes, method)
        assert "auth_method" in refused.value.fields
