"""What grows out of a request: a part with its own way, a mirror in another city whose answer comes back."""

from __future__ import annotations

import pytest

from shimin.capabilities.catalogue.tests.factories import OTHER_CITY
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.service_requests.models import Reporter, ServiceRequest
from shimin.capabilities.service_requests.public import (
    StepRefused,
    accept,
    add_facts,
    decline,
    dispatch,
    get_desk_request,
    get_request_for,
    hand_over,
    rate_answer,
    read_rating,
    reply,
    reply_interim,
    split,
    take_back,
    withdraw,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    RESIDENT,
    THEIR_DESPATCHER,
    WORDS,
    dispatched,
    file,
    handler,
    in_progress,
)
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.events.relay import relay_batch
from shimin.kernel.testing import officer

pytestmark = pytest.mark.django_db
WHY = "灯杆在株洲境内。"


@pytest.fixture
def worker(city) -> None:
    """Events that stand in the outbox before the test are none of its business."""
    relay()


def relay() -> None:
    """Deliver what waits, as the worker does."""
    while relay_batch(NOW):
        continue


def their_officer(city):
    return officer("service_requests.officer", account_id=950, agency_id=city.elsewhere, region_code=OTHER_CITY)


def request(request_id: int) -> ServiceRequest:
    return ServiceRequest.objects.get(id=request_id)


def actions(request_id: int) -> list[str]:
    return list(request(request_id).steps.order_by("version").values_list("action", flat=True))


def test_a_part_is_split_off_with_its_own_way(worker):
    receipt = dispatched()
    child_id = split(actor=handler(7_001), request_id=receipt.request_id, words="另有井盖松动，请市政处理。", now=NOW)
    relay()
    child = request(child_id)
    assert (child.parent_id, child.state, child.title) == (receipt.request_id, "filed", "另有井盖松动，请市政处理")
    assert child.number != receipt.number
    assert request(receipt.request_id).words == WORDS
    assert get_request_for(actor=RESIDENT, request_id=child_id).is_filer
    assert Reporter.objects.filter(request_id=child_id, account_id=701).count() == 1
    assert Notice.objects.filter(template="service_requests.split").count() == 1
    assert child.category_by == "reader"


def test_handed_to_another_city_and_answered_there(worker, city):
    receipt = file(contact_phone="13812345678")
    mirror_id = hand_over(actor=DESPATCHER, request_id=receipt.request_id, city_code=OTHER_CITY, words=WHY, now=NOW)
    relay()
    mirror = request(mirror_id)
    assert (mirror.city_code, mirror.state, mirror.mirror_of_id, mirror.account_id) == (
        OTHER_CITY, "filed", receipt.request_id, None,
    )  # fmt: skip
    assert mirror.number.startswith(OTHER_CITY)
    with pytest.raises(NotFound):
        get_desk_request(actor=DESPATCHER, request_id=mirror_id)
    desk = get_desk_request(actor=THEIR_DESPATCHER, request_id=mirror_id)
    assert [each.phone for each in desk.reporters] == ["138****5678"]
    dispatch(actor=THEIR_DESPATCHER, request_id=mirror_id, agency_id=city.elsewhere, now=NOW)
    accept(actor=their_officer(city), request_id=mirror_id, now=NOW)
    reply_interim(actor=their_officer(city), request_id=mirror_id, words="明天到现场。", now=NOW)
    relay()
    told = [step.words for step in get_request_for(actor=RESIDENT, request_id=receipt.request_id).steps]
    assert any("明天到现场" in words for words in told)
    add_facts(actor=RESIDENT, request_id=receipt.request_id, words="现在两盏不亮。", now=NOW)
    relay()
    assert request(mirror_id).steps.get(action="add_facts").words == "现在两盏不亮。"
    reply(actor=their_officer(city), request_id=mirror_id, words="株洲已修好。", now=NOW)
    relay()
    home = get_request_for(actor=RESIDENT, request_id=receipt.request_id)
    assert (home.state, home.answer) == ("answered", "株洲已修好。")
    assert home.steps[-1].agency == "株洲路灯"
    rate_answer(actor=RESIDENT, request_id=receipt.request_id, rating=read_rating("satisfied"), now=NOW)
    relay()
    assert [each for each in actions(receipt.request_id) if each != "classify"] == [
        "file", "hand_over", "interim_reply", "interim_reply", "interim_reply", "add_facts", "relay", "rate",
    ]  # fmt: skip


def test_who_asked_to_stay_unknown_stays_so_in_the_other_city(worker):
    receipt = file(contact_phone="13812345678", is_confidential=True)
    mirror_id = hand_over(actor=DESPATCHER, request_id=receipt.request_id, city_code=OTHER_CITY, words=WHY, now=NOW)
    relay()
    assert Reporter.objects.filter(request_id=mirror_id).count() == 0
    assert request(mirror_id).is_confidential


def test_declined_there_it_waits_for_dispatch_at_home(worker, city):
    receipt = file()
    mirror_id = hand_over(actor=DESPATCHER, request_id=receipt.request_id, city_code=OTHER_CITY, words=WHY, now=NOW)
    decline(actor=THEIR_DESPATCHER, request_id=mirror_id, words="不在我市。", now=NOW)
    relay()
    assert request(receipt.request_id).state == "returned"
    dispatch(actor=DESPATCHER, request_id=receipt.request_id, agency_id=city.lights, now=NOW)


def test_taken_back_the_mirror_ends_and_says_no_more(worker, city):
    receipt = file()
    mirror_id = hand_over(actor=DESPATCHER, request_id=receipt.request_id, city_code=OTHER_CITY, words=WHY, now=NOW)
    take_back(actor=DESPATCHER, request_id=receipt.request_id, words="查清了，在我市。", now=NOW)
    relay()
    assert request(mirror_id).state == "withdrawn"
    assert request(receipt.request_id).state == "returned"
    with pytest.raises(StepRefused):
        dispatch(actor=THEIR_DESPATCHER, request_id=mirror_id, agency_id=city.elsewhere, now=NOW)


def test_withdrawn_at_home_it_ends_there(worker):
    receipt = file()
    mirror_id = hand_over(actor=DESPATCHER, request_id=receipt.request_id, city_code=OTHER_CITY, words=WHY, now=NOW)
    withdraw(actor=RESIDENT, request_id=receipt.request_id, now=NOW)
    relay()
    assert request(mirror_id).state == "withdrawn"


@pytest.mark.parametrize("city_code", [CITY, "999999", ""])
def test_only_another_city_takes_it(worker, city_code):
    receipt = file()
    with pytest.raises(InvalidInput):
        hand_over(actor=DESPATCHER, request_id=receipt.request_id, city_code=city_code, words=WHY, now=NOW)
    assert request(receipt.request_id).state == "filed"
    assert ServiceRequest.objects.count() == 1


def test_strangers_derive_nothing(worker, city):
    receipt = in_progress()
    for stranger in (handler(city.roads), THEIR_DESPATCHER, RESIDENT):
        with pytest.raises(NotFound):
            split(actor=stranger, request_id=receipt.request_id, words="越权。", now=NOW)
    with pytest.raises(NotFound):
        hand_over(actor=THEIR_DESPATCHER, request_id=receipt.request_id, city_code=OTHER_CITY, words=WHY, now=NOW)
