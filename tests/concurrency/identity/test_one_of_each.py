"""Races at identity: the database lets one through, the other gets the ordinary words."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections

from shimin.capabilities.identity.domain import AccountKind, CodePurpose, SecondSource
from shimin.capabilities.identity.models import Account, Consent, Person, Session
from shimin.capabilities.identity.operations.codes import CodeRejected, request_code
from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.operations.passkeys import enrolling
from shimin.capabilities.identity.operations.passkeys.ceremonies import CeremonyExpired, RelyingParty
from shimin.capabilities.identity.operations.passkeys.entering import begin_signing_in, sign_in_with_passkey
from shimin.capabilities.identity.operations.persons import KnownByOtherPaper, PersonTaken
from shimin.capabilities.identity.operations.real_name import RealNameClaim, prove_real_name
from shimin.capabilities.identity.operations.registration import register
from shimin.capabilities.identity.operations.signing_in import sign_in
from shimin.capabilities.identity.ports import set_identity_source, set_paper_source
from shimin.capabilities.identity.tests.authenticator import Authenticator
from shimin.capabilities.identity.tests.factories import (
    CLIENT,
    NOW,
    PASSWORD,
    Registers,
    make_id_number,
    make_phone,
    make_resident,
)
from shimin.capabilities.identity.tests.phones import latest_code
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import DomainError
from shimin.kernel.values.papers import Paper, PaperKind

pytestmark = pytest.mark.usefixtures("committed_db")
TOGETHER = 6


@pytest.fixture(autouse=True)
def demo(settings, committed_db):
    """Texts land in the message box; rows are committed for real."""
    import dataclasses

    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, demo=True)


def at_once(operation):
    """Run ``operation(number)`` in parallel threads that start together; return results and refusals."""
    gate = threading.Barrier(TOGETHER)

    def run(number):
        try:
            gate.wait()
            return operation(number)
        except DomainError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TOGETHER) as pool:
        results = list(pool.map(run, range(TOGETHER)))
    refused = [result for result in results if isinstance(result, DomainError)]
    return [result for result in results if not isinstance(result, DomainError)], refused


def test_one_registration_of_many_opens_the_account():
    phone = make_phone()
    request_code(actor=ANONYMOUS, phone=phone, purpose=CodePurpose.REGISTER, client=CLIENT, now=NOW)
    code = latest_code()
    done, refused = at_once(
        lambda _: register(actor=ANONYMOUS, phone=phone, code=code, password=PASSWORD, client=CLIENT, now=NOW)
    )
    assert len(done) == 1
    assert {type(each) for each in refused} == {CodeRejected}
    assert Account.objects.count() == Session.objects.count() == 1


def test_one_account_of_many_proves_a_person():
    number = make_id_number()
    registers = Registers()
    registers.add("周晓敏", number)
    set_identity_source(registers)
    residents = [make_resident(level=1) for _ in range(TOGETHER)]
    claim = RealNameClaim("周晓敏", number, SecondSource.SOCIAL_CARD, "A12345678", consents=True)
    try:
        done, refused = at_once(lambda number: prove_real_name(actor=residents[number].actor, claim=claim, now=NOW))
    finally:
        set_identity_source(None)
    assert len(done) == 1
    assert {type(each) for each in refused} == {PersonTaken}
    assert Person.objects.count() == Account.objects.filter(level=2).count() == 1


def test_two_papers_of_one_person_proved_at_once_are_one_person():
    born, until = date(1987, 4, 12), date(2031, 8, 20)
    registers = Registers()
    papers = [Paper(PaperKind.PASSPORT, f"E1234567{at}", born, "USA") for at in range(TOGETHER)]
    for paper in papers:
        registers.add_paper("CARTER EMILY", paper, until)
    set_identity_source(registers)
    set_paper_source(registers)
    residents = [make_resident(level=1) for _ in papers]

    def prove(at: int) -> object:
        claim = RealNameClaim(
            "CARTER EMILY", papers[at].number, SecondSource.SOCIAL_CARD, "A12345678", consents=True,
            document=PaperKind.PASSPORT, issuer="USA", birth_date=born, valid_until=until,
        )  # fmt: skip
        return prove_real_name(actor=residents[at].actor, claim=claim, now=NOW)

    try:
        done, refused = at_once(prove)
    finally:
        set_identity_source(None)
        set_paper_source(None)
    assert len(done) == 1
    assert {type(each) for each in refused} == {KnownByOtherPaper}
    assert Person.objects.count() == 1


def test_the_same_consent_given_at_once_stands_once():
    resident = make_resident()
    done, refused = at_once(lambda _: give_consent(resident.actor, "test.purpose", "我同意。", NOW))
    assert refused == []
    assert len(set(done)) == Consent.objects.filter(withdrawn_at=None).count() == 1


def test_the_same_browser_signing_in_at_once_stays_one_known_device():
    resident = make_resident()
    client = type(CLIENT)("127.0.0.1", "Chrome · Windows", resident.session.device_token)
    done, refused = at_once(
        lambda _: sign_in(
            actor=ANONYMOUS, kind=AccountKind.CITIZEN, name=resident.phone, password=PASSWORD, client=client, now=NOW
        )
    )
    assert (len(done), refused) == (TOGETHER, [])
    assert len({opened.token for opened in done}) == TOGETHER


def test_one_answer_of_a_passkey_opens_one_session():
    resident, device = make_resident(), Authenticator(counts=False)
    party = RelyingParty("city.example", "https://city.example")
    offered = enrolling.begin_enrolling(actor=resident.actor, party=party, name="1", now=NOW)
    enrolling.add_passkey(
        actor=resident.actor, party=party, ticket=offered.ticket, label="", password=PASSWORD, now=NOW,
        answer=device.make(offered.options, party.origin),
    )  # fmt: skip
    ceremony = begin_signing_in(party=party, now=NOW)
    answer = device.use(ceremony.options, party.origin)
    done, refused = at_once(
        lambda _: sign_in_with_passkey(
            actor=ANONYMOUS, party=party, ticket=ceremony.ticket, answer=answer, client=CLIENT, now=NOW
        )
    )
    assert len(done) == 1
    assert {type(each) for each in refused} == {CeremonyExpired}
