"""Help from abroad: local time, nearest mission, the desk's queue, contact for the duty desk only, hand-overs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from shimin.capabilities.identity.operations.own_data import erase_parts
from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.abroad.models import AbroadPlace, DutyHandOver
from shimin.capabilities.service_requests.abroad.own_part import export_places
from shimin.capabilities.service_requests.abroad.public import (
    AbroadView,
    HandOverOpen,
    OwnHandOver,
    Whereabouts,
    all_countries,
    file_abroad,
    hand_over_duty,
    list_hand_overs,
    nearest_mission,
    read_whereabouts,
    take_duty,
)
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import (
    DISPATCHER,
    DeskRequest,
    Matter,
    QueueFilter,
    RequestView,
    dispatch,
    dispatch_by_rule,
    get_desk_request,
    get_request_for,
    list_queue,
    suggest_category,
    withdraw,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    LIGHTS,
    RESIDENT,
    THEIR_DESPATCHER,
    file,
    handler,
    new_key,
)
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.testing import officer

pytestmark = pytest.mark.django_db
PAGE = f"/c/{CITY}/abroad"
WORDS = "护照和钱包在地铁站被偷，明天要回国，身上没有钱。"
SECOND = officer(DISPATCHER, account_id=903, region_code=CITY)


@pytest.fixture(autouse=True)
def stopped(city, monkeypatch):
    """The clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def where(**change: Any):
    values = {
        "country": "JP", "zone": "", "place": "大阪心斋桥地铁站", "name": "周晓敏", "contact": "+81 90 1234 5678",
        "lng": 135.5, "lat": 34.67, **change,
    }  # fmt: skip
    return read_whereabouts(**values)


def filed(actor=RESIDENT, **change: Any) -> int:
    receipt = file_abroad(
        actor=actor, city_code=CITY, whereabouts=where(**change), words=WORDS, is_emergency=False,
        idempotency_key=new_key(), now=NOW, address="192.0.2.9",
    )  # fmt: skip
    return receipt.request_id


def test_every_country_has_a_local_time_and_a_nearest_mission():
    at = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert len(all_countries()) > 190
    for country in all_countries().values():
        for zone in country.zones:
            assert at.astimezone(ZoneInfo(zone.name)).tzinfo is not None
            found = nearest_mission(country.code, *zone.point)
            assert found.name.startswith("中国驻")
            assert 0 <= found.kilometres < 12_000
    assert not {"CN", "HK", "MO", "TW"} & set(all_countries())


def test_the_nearest_mission_and_the_time_there():
    assert where().mission.name == "中国驻大阪总领事馆"
    assert where().mission.is_here
    assert where(lng=139.7, lat=35.69).mission.name == "中国驻日本大使馆"
    bhutan = where(country="BT", lng=None, lat=None)
    assert not bhutan.mission.is_here
    winter = datetime(2026, 1, 10, 12, tzinfo=UTC)
    new_york = where(country="US", zone="America/New_York", lng=None, lat=None)
    assert (new_york.local_words(winter), new_york.local_words(datetime(2026, 7, 10, 12, tzinfo=UTC))) == (
        "1月10日 7:00", "7月10日 8:00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"country": "CN"}, "country"), ({"country": ""}, "country"), ({"country": "US"}, "zone"),
        ({"place": ""}, "place"), ({"place": "x" * 201}, "place"), ({"contact": "1"}, "contact"),
        ({"contact": "x" * 101}, "contact"), ({"name": "x" * 61}, "name"), ({"lat": None}, "place"),
        ({"lat": 91.0}, "place"), ({"lng": float("nan")}, "place"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(change, field):
    with pytest.raises(InvalidInput) as refused:
        where(**change)
    assert field in refused.value.fields


def test_it_waits_at_the_duty_desk_for_two_hours_and_is_never_dispatched_by_itself():
    request_id, other = filed(), file().request_id
    row = ServiceRequest.objects.get(id=request_id)
    assert (row.due_at - NOW).total_seconds() == 7200
    assert row.address == "日本 大阪心斋桥地铁站"
    wanted = QueueFilter(matter=Matter.ABROAD)
    assert [line.request_id for line in list_queue(DESPATCHER, wanted=wanted).lines] == [request_id]
    assert other not in [line.request_id for line in list_queue(DESPATCHER, wanted=wanted).lines]
    suggest_category(request_id=request_id, now=NOW)
    assert not dispatch_by_rule(request_id=request_id, now=NOW)


def place_in(view: RequestView | DeskRequest) -> Whereabouts:
    """Return where the person is, as the reader may know it."""
    assert isinstance(view.matter, AbroadView)
    return view.matter.whereabouts


def test_the_contact_is_for_the_person_and_the_duty_desk():
    request_id = filed()
    assert b"1234 5678" not in bytes(AbroadPlace.objects.get().contact)
    mine = place_in(get_request_for(actor=RESIDENT, request_id=request_id))
    desk = place_in(get_desk_request(actor=DESPATCHER, request_id=request_id))
    assert mine.contact == desk.contact == "+81 90 1234 5678"
    dispatch(actor=DESPATCHER, request_id=request_id, agency_id=LIGHTS, now=NOW)
    agency = place_in(get_desk_request(actor=handler(LIGHTS), request_id=request_id))
    assert (agency.contact, agency.name, agency.place) == ("", "", "大阪心斋桥地铁站")
    with pytest.raises(NotFound):
        get_desk_request(actor=THEIR_DESPATCHER, request_id=request_id)


def test_ones_own_data_and_erasure():
    request_id = filed()
    rows = [row for row in export_places(RESIDENT) if row["kind"] == "abroad"]
    assert "1234 5678" in rows[0]["contact"]
    withdraw(actor=RESIDENT, request_id=request_id, now=NOW)
    erase_parts(account_id=RESIDENT.account_id or 0, person_id=RESIDENT.person_id, now=NOW)
    assert (bytes(AbroadPlace.objects.get().contact), AbroadPlace.objects.get().place) == (b"", "")


def test_one_shift_hands_over_to_another_person():
    filed()
    with pytest.raises(InvalidInput):
        hand_over_duty(actor=DESPATCHER, words=" ", now=NOW)
    hand_over_id = hand_over_duty(actor=DESPATCHER, words="大阪一件等使馆回电。", now=NOW)
    with pytest.raises(HandOverOpen):
        hand_over_duty(actor=SECOND, words="再交一次。", now=NOW)
    with pytest.raises(OwnHandOver):
        take_duty(actor=DESPATCHER, hand_over_id=hand_over_id, now=NOW)
    for stranger in (THEIR_DESPATCHER, handler(LIGHTS), RESIDENT):
        with pytest.raises(NotFound):
            take_duty(actor=stranger, hand_over_id=hand_over_id, now=NOW)
    take_duty(actor=SECOND, hand_over_id=hand_over_id, now=NOW)
    take_duty(actor=SECOND, hand_over_id=hand_over_id, now=NOW)
    (row,) = list_hand_overs(SECOND)
    assert (row.open_count, row.taken_at, row.is_own) == (1, NOW, False)
    assert list_hand_overs(THEIR_DESPATCHER) == []
    hand_over_duty(actor=SECOND, words="都办完了。", now=NOW)
    assert DutyHandOver.objects.count() == 2


def test_the_page_from_country_to_receipt():
    browser = Client()
    assert 'value="JP"' in browser.get(PAGE).content.decode()
    page = browser.get(PAGE, {"country": "JP"}).content.decode()
    local = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"当地 {local.month}月{local.day}日 {local.hour}:{local.minute:02d}" in page
    assert "12308" in page
    wrong = browser.post(f"{PAGE}?country=US", {"words": WORDS, "place": "", "contact": "+1 212 000 0000"})
    assert wrong.status_code == 422
    assert "请选您在哪一带" in wrong.content.decode()
    said = {"words": WORDS, "place": "大阪心斋桥", "contact": "+81 90 1234 5678", "key": "k" * 24}
    done = browser.post(f"{PAGE}?country=JP", said)
    assert done.status_code == 302
    follow = browser.get(done.headers["Location"].removesuffix("/receipt")).content.decode()
    assert "最近的使领馆" in follow


def test_the_duty_page():
    first, second = (make_officer(DISPATCHER, login=f"duty-{n}", region_code=CITY) for n in range(2))
    one, two = Client(), Client()
    one.cookies["shimin_desk"], two.cookies["shimin_desk"] = first.token, second.token
    assert one.post("/desk/duty", {"words": ""}).status_code == 422
    assert one.post("/desk/duty", {"words": "夜里两点给家属回电话。"}).status_code == 302
    assert "等人接班" in one.get("/desk/duty").content.decode()
    assert "我来接班" in two.get("/desk/duty").content.decode()
    hand_over_id = DutyHandOver.objects.get().id
    assert two.post(f"/desk/duty/{hand_over_id}/take").status_code == 302
    assert "已接班" in one.get("/desk/duty").content.decode()
    assert "值班交接" in one.get("/desk/requests/abroad").content.decode()


def test_the_api_tells_and_files():
    told = Client().get("/api/v1/abroad/JP").json()
    assert told["zones"][0]["zone"] == "Asia/Tokyo"
    assert Client().get("/api/v1/abroad/CN").status_code == 422
    body = {"city_code": CITY, "country": "JP", "place": "大阪", "words": WORDS, "contact": "+81 90 1234 5678"}
    assert Client().post("/api/v1/abroad", body, "application/json").status_code == 201
    assert Client().post("/api/v1/abroad", {**body, "lng": 200, "lat": 0}, "application/json").status_code == 422
