"""A published answer: only picked photos, what belongs to people blotted out, for everybody and nothing more."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import count

import pytest
from django.conf import settings as django_settings
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.models import RequestPhoto
from shimin.capabilities.service_requests.public import (
    REVIEWER,
    file_request,
    get_published_answer,
    get_published_photo,
    mask_for_others,
    personal_data_in,
    publish_answer,
    read_filing,
    receive_request_photo,
    reply,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    LIGHTS,
    RESIDENT,
    handler,
    head,
    in_progress,
    new_key,
)
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.files import RenditionName
from shimin.kernel.tests.pictures import jpeg

_logins = count(1)


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch):
    """Files lie in a folder of the test's own; the clock stands."""
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path, scanner=None)
    monkeypatch.setattr(clock, "now", lambda: NOW)


def sent(side: int, actor=None) -> int:
    return receive_request_photo(
        actor=actor or handler(LIGHTS), upload=BytesIO(jpeg(side, side)), city_code=CITY, now=NOW
    ).photo_id


def answered_with(*sides: int) -> tuple[int, list[int]]:
    request_id = in_progress().request_id
    photos = [sent(side) for side in sides]
    reply(actor=handler(LIGHTS), request_id=request_id, words="已换新。", now=NOW, photo_ids=photos)
    return request_id, photos


@pytest.mark.django_db
def test_everybody_sees_picked_photos_and_no_others(city):
    request_id, (first, second) = answered_with(40, 50)
    publish_answer(actor=head(LIGHTS), request_id=request_id, words="灯已换新。", now=NOW, photo_ids=[second])
    found = get_published_answer(ANONYMOUS, request_id)
    assert (found.answer, [photo.photo_id for photo in found.photos]) == ("灯已换新。", [second])
    assert get_published_photo(ANONYMOUS, request_id, second, RenditionName.SMALL)
    with pytest.raises(NotFound):
        get_published_photo(ANONYMOUS, request_id, first, RenditionName.SMALL)


@pytest.mark.django_db
def test_published_anew_it_is_picked_anew_and_none_without_a_pick(city):
    request_id, (first, second) = answered_with(40, 50)
    for picked in ([first, second], [first], []):
        publish_answer(actor=head(LIGHTS), request_id=request_id, words="灯已换新。", now=NOW, photo_ids=picked)
        assert [photo.photo_id for photo in get_published_answer(ANONYMOUS, request_id).photos] == picked


@pytest.mark.django_db
def test_a_citizens_photo_and_anothers_answer_are_not_to_be_picked(city):
    mine = sent(40, RESIDENT)
    receipt = file_request(
        actor=RESIDENT, filing=read_filing(city_code=CITY, words="灯坏了，请修。"), idempotency_key=new_key(), now=NOW,
        photo_ids=[mine],
    )  # fmt: skip
    request_id, (theirs,) = answered_with(50)
    for photo in (mine, 7, sent(60)):
        with pytest.raises(InvalidInput):
            publish_answer(
                actor=head(LIGHTS), request_id=request_id, words="灯已换新。", now=NOW, photo_ids=[theirs, photo]
            )
    assert receipt.request_id
    with pytest.raises(NotFound):
        get_published_answer(ANONYMOUS, request_id)
    assert not RequestPhoto.objects.filter(is_published=True).exists()


@pytest.mark.django_db
def test_what_is_not_published_is_not_there(city):
    request_id, _ = answered_with(40)
    for actor in (ANONYMOUS, RESIDENT, DESPATCHER):
        with pytest.raises(NotFound):
            get_published_answer(actor, request_id)
    for address in (f"/requests/published/{request_id}", "/requests/published/9999999999999999999"):
        assert Client().get(address).status_code == 404


@pytest.mark.django_db
def test_another_system_picks_photos_by_the_desks_api(city):
    request_id, (first, second) = answered_with(40, 50)
    opened = make_officer(REVIEWER, login=f"published-{next(_logins)}", agency_id=LIGHTS, region_code=CITY)
    api = Client(headers={"Authorization": f"Bearer {opened.token}"})
    address = f"/api/v1/desk/requests/{request_id}"
    assert [each["photo_id"] for each in api.get(address).json()["photos"] if each["by_staff"]] == [
        str(first), str(second)
    ]  # fmt: skip

    def publish(*photos: str):
        body = {"action": "publish", "words": "灯已换新。", "publish_photos": photos}
        return api.post(f"{address}/steps", body, content_type="application/json")

    for odd in ("7", "x", "9" * 30, "-1"):
        assert publish(odd).status_code == 422
    told = publish(str(second))
    assert told.status_code == 200
    assert [each["photo_id"] for each in told.json()["photos"] if each["is_published"]] == [str(second)]
    assert publish().json()["photos"][1]["is_published"] is False


@pytest.mark.django_db
def test_from_the_desk_to_everybodys_page_and_the_api(city):
    request_id, (first, second) = answered_with(40, 50)
    desk = Client()
    desk.cookies["shimin_desk"] = make_officer(
        REVIEWER, login=f"published-{next(_logins)}", agency_id=LIGHTS, region_code=CITY
    ).token
    page = desk.get(f"/desk/requests/{request_id}").content.decode()
    assert "公开哪些照片" in page
    assert "人脸" in page
    words = "问：灯不亮。答：湘A12345的车撞坏了灯，3栋2单元501室的王先生报的，电话13812345678，已换新。"
    odd = desk.post(f"/desk/requests/{request_id}/publish", {"words": words, "publish_photos": ["7"]})
    assert odd.status_code == 422
    done = desk.post(f"/desk/requests/{request_id}/publish", {"words": words, "publish_photos": [str(second)]})
    assert done.status_code == 302
    assert "已公开" in desk.get(f"/desk/requests/{request_id}").content.decode()
    shown = Client().get(f"/requests/published/{request_id}").content.decode()
    for hidden in ("A12345", "501", "13812345678"):
        assert hidden not in shown
    address = f"/requests/published/{request_id}/photos/{second}/small"
    assert address in shown
    assert Client().get(address).status_code == 200
    assert Client().get(address.replace(str(second), str(first))).status_code == 404
    told = Client().get(f"/api/v1/requests/published/{request_id}").json()
    assert [photo["photo_id"] for photo in told["photos"]] == [str(second)]
    assert "13812345678" not in told["answer"]
    assert Client().get(f"/api/v1/requests/published/{request_id}/photos/{second}").status_code == 200
    assert Client().get(f"/api/v1/requests/published/{request_id}/photos/{first}").status_code == 404


@pytest.mark.parametrize(
    ("words", "kinds", "masked"),
    [
        ("湘A·12345乱停", ("车牌号",), "湘A******乱停"),
        ("我家在桐梓坡3栋2单元501室", ("门牌号",), "我家在桐梓坡3栋2单元***室"),
        ("我叫王小二，他名叫李四", ("姓名",), "我叫王**，他名叫李*"),
        ("加我微信：abc_12345", ("微信号或QQ号",), "加我微信：*********"),
        ("请打0731-88888888", ("固定电话",), "请打0731-88888888"),
        ("电话13812345678", ("手机号码",), "电话13*********"),
        ("3栋的电梯坏了，12345没人接，罚款500元，共3栋120户", (), "3栋的电梯坏了，12345没人接，罚款500元，共3栋120户"),
        ("在B1区15栋旁，2026年11月", (), "在B1区15栋旁，2026年11月"),
    ],
)
def test_what_belongs_to_people_is_warned_of_and_blotted_out(words, kinds, masked):
    assert personal_data_in(words) == kinds
    assert mask_for_others(words) == masked
