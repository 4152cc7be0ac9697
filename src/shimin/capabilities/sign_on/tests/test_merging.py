"""Two accounts of one person at the same systems: nobody becomes a stranger, nothing is mixed silently."""

import dataclasses

import pytest
from django.conf import settings as django_settings

from shimin.capabilities.identity.operations.merging.carrying import carry_on
from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.identity.tests.merging import join, look, merge, prove, unmerge
from shimin.capabilities.sign_on.models import ConnectedSystem, LinkedIdentity
from shimin.capabilities.sign_on.operations.subjects import sector_of, subject_of
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.kernel.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=True)


@pytest.fixture
def two():
    return make_resident(), make_resident(level=1)


def connect(resident, client):
    subject = subject_of(resident.account_id, client)
    ConnectedSystem(
        id=new_id(), account_id=resident.account_id, client=client, client_name=client.name,
        agency_name=client.agency_name, sector=sector_of(client), subject=subject, scopes=["openid"],
        connected_at=NOW, last_used_at=NOW,
    ).save(force_insert=True)  # fmt: skip
    return subject


def link(resident, entrance):
    LinkedIdentity(
        hash=new_id().to_bytes(32), account_id=resident.account_id, entrance=entrance, linked_at=NOW
    ).save(force_insert=True)  # fmt: skip


def test_a_system_of_the_second_account_knows_the_person_as_before(two):
    stays, other = two
    client, _ = make_client()
    subject = connect(other, client)
    assert subject_of(stays.account_id, client) != subject
    merge_id = merge(stays, other)
    assert subject_of(stays.account_id, client) == subject
    unmerge(stays, merge_id)
    assert subject_of(stays.account_id, client) != subject
    assert subject_of(other.account_id, client) == subject


def test_each_system_of_one_sector_keeps_the_subject_it_knows(two):
    stays, other = two
    first, _ = make_client()
    second, _ = make_client(name="公积金小程序")  # the same host
    subject, other_subject = connect(stays, first), connect(other, second)
    merge(stays, other)
    assert subject_of(stays.account_id, first) == subject
    assert subject_of(stays.account_id, second) == other_subject


def test_a_system_that_knows_both_is_asked_about(two):
    stays, other = two
    client, _ = make_client()
    mine, theirs = connect(stays, client), connect(other, client)
    link(stays, "wechat"), link(other, "wechat"), link(other, "alipay")
    ticket = prove(stays, other)
    asked = {clash.title: clash for clash in look(stays, ticket).clashes}
    system, platform = asked["在同一个系统里有两个身份"], asked["绑定了同一个平台的两个身份"]
    assert (system.mine, platform.theirs) == ("公积金网上大厅", "微信（2026-11-22 绑定）")
    merge_id = join(stays, ticket, theirs=[system.key])
    carry_on(merge_id=merge_id, now=NOW)
    assert subject_of(stays.account_id, client) == theirs
    assert LinkedIdentity.objects.filter(account_id=stays.account_id).count() == 2
    unmerge(stays, merge_id)
    assert subject_of(stays.account_id, client) == mine
    assert subject_of(other.account_id, client) == theirs
    assert LinkedIdentity.objects.filter(account_id=other.account_id).count() == 2
