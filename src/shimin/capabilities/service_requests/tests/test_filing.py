"""Filing at its public face: one row each, a promise by the working calendar, nothing lost and nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.domain.filing import LONGEST_WORDS, title_of
from shimin.capabilities.service_requests.domain.personal_data import mask_personal_data
from shimin.capabilities.service_requests.models import RequestStep, ServiceRequest
from shimin.capabilities.service_requests.operations import filing as operation
from shimin.capabilities.service_requests.operations.filing import FilingKeyReused, NotForOthers
from shimin.capabilities.service_requests.public import (
    Place,
    RequestKind,
    WrongCode,
    file_request,
    get_request_for,
    list_requests,
    look_up_request,
    read_filing,
    suggest_category,
)
from shimin.capabilities.service_requests.tests.factories import CITY, NEIGHBOUR, RESIDENT, WORDS, file
from shimin.kernel import calendar
from shimin.kernel.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, Hat
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound, TooManyRequests
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_a_request_has_number_code_promise_and_first_step(city):
    receipt = file()
    assert len(receipt.number) == 19
    assert receipt.number.startswith(CITY)
    assert len(receipt.query_code) == 8
    assert receipt.kind is RequestKind.HELP
    view = get_request_for(actor=RESIDENT, request_id=receipt.request_id)
    assert (view.number, view.words, view.state) == (receipt.number, WORDS, "filed")
    assert view.title.startswith("岳麓区桐梓坡路口的路灯坏了半个月")
    assert view.place.region_code == ""
    assert [step.action for step in view.steps] == ["file"]
    assert view.clock.is_running
    assert view.clock.due_at == receipt.due_at


def test_the_promise_follows_the_working_calendar_with_make_up_days(city):
    calendar.load_reference(now=NOW)
    wednesday = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    receipt = file(kind=RequestKind.COMPLAINT, now=wednesday)
    # After the holidays of 1 to 7 October: Thursday, Friday, the make-up Saturday (10th), Monday, Tuesday.
    assert receipt.due_at == datetime(2026, 10, 13, 16, 0, tzinfo=UTC)


def test_filing_is_one_statement_beside_the_limit(city):
    file()  # regions and calendar are read once
    with count_statements() as seen:
        file()
    assert len([text for text in seen.statements if "service_requests_file" in text]) == 1
    assert seen.count == 2


def test_writes_one_row_of_each_kind(city):
    names = (
        "service_requests_request", "service_requests_step", "service_requests_reporter",
        "service_requests_query_handle", "service_requests_filing_key",
    )  # fmt: skip
    audit, events = count("kernel_audit"), count("kernel_event")
    file()
    assert [count(name) for name in names] == [1] * 5
    assert (count("kernel_audit"), count("kernel_event")) == (audit + 1, events + 1)


def test_the_same_key_files_once(city):
    first, second = file(key="three-tabs-1"), file(key="three-tabs-1")
    assert second.is_repeated
    assert (second.request_id, second.number, second.query_code) == (
        first.request_id, first.number, first.query_code,
    )  # fmt: skip
    assert count("service_requests_request") == 1
    with pytest.raises(FilingKeyReused):
        file("完全另外一件事情。", key="three-tabs-1")


def test_keys_of_different_people_do_not_meet(city):
    assert file(key="the-same-key").request_id != file(key="the-same-key", actor=NEIGHBOUR).request_id


def test_without_an_account_number_and_code_open_it(city):
    receipt = file(actor=ANONYMOUS)
    view = look_up_request(
        actor=ANONYMOUS, number=receipt.number.lower(), code=receipt.query_code, now=NOW, address="1"
    )
    assert view.words == WORDS
    with pytest.raises(WrongCode):
        look_up_request(actor=ANONYMOUS, number=receipt.number, code="00000000", now=NOW, address="1")
    with pytest.raises(NotFound):
        get_request_for(actor=ANONYMOUS, request_id=receipt.request_id)


def test_a_request_opened_once_is_shut_again(city):
    receipt, other = file(actor=ANONYMOUS), file(actor=NEIGHBOUR)
    look_up_request(actor=RESIDENT, number=receipt.number, code=receipt.query_code, now=NOW, address="1")
    with pytest.raises(NotFound):
        get_request_for(actor=RESIDENT, request_id=other.request_id)


def test_codes_cannot_be_tried_through(city):
    receipt = file(actor=ANONYMOUS)
    for guess in range(30):
        with pytest.raises(WrongCode):
            look_up_request(actor=ANONYMOUS, number=receipt.number, code=f"{guess:08d}", now=NOW, address="9")
    with pytest.raises(TooManyRequests):
        look_up_request(actor=ANONYMOUS, number=receipt.number, code=receipt.query_code, now=NOW, address="9")


def test_others_do_not_see_it(city):
    receipt = file()
    for stranger in (NEIGHBOUR, ANONYMOUS, officer("service_requests.officer", agency_id=city.lights)):
        with pytest.raises(NotFound):
            get_request_for(actor=stranger, request_id=receipt.request_id)
    assert list_requests(NEIGHBOUR).requests == ()
    assert [line.number for line in list_requests(RESIDENT).requests] == [receipt.number]


@pytest.mark.parametrize("words", ["", "   \n ", "😀😀😀", "。。。！！", "\x00\x01"])
def test_refuses_who_says_nothing(city, words):
    with pytest.raises(InvalidInput) as refused:
        read_filing(city_code=CITY, words=words)
    assert "words" in refused.value.fields


@pytest.mark.parametrize("length", [LONGEST_WORDS + 1, 50_000])
def test_refuses_far_too_much_and_says_how_much(city, length):
    with pytest.raises(InvalidInput) as refused:
        read_filing(city_code=CITY, words="灯" * length)
    assert f"{LONGEST_WORDS:,}" in refused.value.fields["words"]
    assert f"{length:,}" in refused.value.fields["words"]


def test_takes_the_longest_words_and_a_pasted_table(city):
    receipt = file("灯\t坏\r\n" * 1_250)
    view = get_request_for(actor=RESIDENT, request_id=receipt.request_id)
    assert view.words.count("灯\t坏") == 1_250
    assert "\r" not in view.words
    assert len(view.title) <= 40


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"city_code": "999999"}, "city_code"),
        ({"city_code": "43'100"}, "city_code"),
        ({"place": Place(address="长" * 201)}, "address"),
        ({"place": Place(lng=113.0)}, "place"),
        ({"place": Place(lng=200.0, lat=28.0)}, "place"),
        ({"place": Place(lng=float("nan"), lat=28.0)}, "place"),
        ({"place": Place(region_code="999999")}, "region_code"),
        ({"contact_phone": "12345"}, "contact_phone"),
        ({"accuracy_metres": -1}, "accuracy_metres"),
    ],
)
def test_refuses_places_and_phones_without_sense(city, more, field):
    with pytest.raises(InvalidInput) as refused:
        read_filing(**{"city_code": CITY, "words": WORDS, **more})
    assert list(refused.value.fields) == [field]


def test_the_district_is_read_from_the_address(city):
    receipt = file(place=Place(address="长沙市岳麓区桐梓坡路100号"))
    assert ServiceRequest.objects.get(id=receipt.request_id).region_code == "430104"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("请问公积金怎么提取？", "question"),
        ("我要举报一家黑网吧", "report"),
        ("投诉楼下烧烤店油烟扰民", "complaint"),
        ("建议在小区门口增加一个公交站", "suggestion"),
        ("表扬窗口的小李同志", "praise"),
        ("家里停水两天了", "help"),
    ],
)
def test_the_words_name_their_kind(city, words, kind):
    assert read_filing(city_code=CITY, words=words).kind == kind


def test_danger_to_life_gets_the_shortest_clock(city):
    receipt = file("楼上起火了，有人被困！")
    assert ServiceRequest.objects.get(id=receipt.request_id).is_emergency
    assert receipt.due_at - NOW == timedelta(hours=2)


def test_warns_of_numbers_of_people_and_masks_them(city):
    words = "物业老王13812345678，身份证430104199005179006，不肯退钱。"
    assert file(words).personal_data == ("手机号码", "身份证号码")
    assert "13812345678" not in mask_personal_data(words)
    assert "430104199005179006" not in mask_personal_data(words)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("尊敬的领导：您好！我小区停水三天。请尽快处理。", "我小区停水三天"),
        ("您好，请问社保卡怎么办？谢谢", "请问社保卡怎么办"),
        ("灯" * 80, "灯" * 39 + "…"),
    ],
)
def test_the_title_is_the_first_thing_said(words, title):
    assert title_of(words) == title


def test_one_person_files_no_two_hundred_in_a_minute(city):
    for number in range(operation._PER_ACCOUNT):
        file(f"第{number}件")
    with pytest.raises(TooManyRequests):
        file("再来一件")
    assert count("service_requests_request") == operation._PER_ACCOUNT


def test_acting_for_somebody_needs_a_mandate_for_everything(city):
    narrow = Hat(mandate_id=1, relation="parent", label="刘*英（父母）", person_id=55, scope=("social-security",))
    wide = Hat(mandate_id=2, relation="parent", label="刘*英（父母）", person_id=55, scope=("*",))
    with pytest.raises(NotForOthers):
        file(actor=Actor(ActorKind.CITIZEN, account_id=701, hat=narrow))
    receipt = file(actor=Actor(ActorKind.CITIZEN, account_id=701, hat=wide))
    row = ServiceRequest.objects.get(id=receipt.request_id)
    assert (row.account_id, row.person_id, row.mandate_id) == (701, 55, 2)


def test_staff_file_from_their_own_account(city):
    with pytest.raises(Forbidden):
        file(actor=officer("service_requests.officer"))


def test_the_worker_proposes_a_category_with_reasons(city):
    receipt = file("出租车司机拒载，不打表，乱收费，希望管管的士。")
    assert suggest_category(request_id=receipt.request_id, now=NOW)
    row = ServiceRequest.objects.get(id=receipt.request_id)
    assert (row.category, row.category_by) == ("交通运输", "reader")
    assert row.suggestion is not None
    assert row.suggestion[0]["probability"] > 0.5
    assert row.suggestion[0]["reasons"]
    assert not suggest_category(request_id=receipt.request_id, now=NOW)
    assert RequestStep.objects.filter(request_id=row.id).count() == 2
    assert [step.action for step in get_request_for(actor=RESIDENT, request_id=row.id).steps] == ["file"]


def test_the_system_files_for_nobody(city):
    filing = read_filing(city_code=CITY, words=WORDS)
    receipt = file_request(actor=SYSTEM, filing=filing, idempotency_key="", now=NOW, channel="import")
    assert ServiceRequest.objects.get(id=receipt.request_id).account_id is None
