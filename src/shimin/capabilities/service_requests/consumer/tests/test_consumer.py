"""12315: what the law wants to be said, its clocks in turn, what may come of it, and who sees what."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shimin.capabilities.enquiries.public import SourceUnavailable
from shimin.capabilities.identity.operations.own_data import erase_parts
from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.service_requests.consumer.domain.consumer import all_law, is_credit_code
from shimin.capabilities.service_requests.consumer.models import ConsumerMatter
from shimin.capabilities.service_requests.consumer.operations import businesses
from shimin.capabilities.service_requests.consumer.own_part import export_matters
from shimin.capabilities.service_requests.consumer.public import (
    Business,
    Complainant,
    ConsumerView,
    NotTakenUp,
    Outcome,
    TakenUpAlready,
    conclude,
    file_consumer,
    find_businesses,
    read_wish,
    refuse,
    reveal_complainant,
    take_up,
)
from shimin.capabilities.service_requests.models import RequestNote, ServiceRequest
from shimin.capabilities.service_requests.public import (
    OFFICER,
    DeskRequest,
    Matter,
    QueueFilter,
    RequestKind,
    RequestView,
    StepRefused,
    accept,
    dispatch,
    get_desk_request,
    get_request_for,
    join_request,
    list_queue,
    look_up_request,
    publish_answer,
    reopen,
    reply,
    suggest_category,
    tell_step,
    withdraw,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    LIGHTS,
    NEIGHBOUR,
    RESIDENT,
    ROADS,
    file,
    handler,
    head,
    in_progress,
    new_key,
)
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import InvalidInput, NotFound, SignInRequired
from shimin.kernel.models import AuditRecord

pytestmark = pytest.mark.django_db
WORDS = "10月1日办了健身年卡，店11月关门，电话没人接，要求退还剩余的钱。"
WHO = Complainant("周晓敏", "13812345678", "长沙市岳麓区潇湘中路8号3栋")
SHOP = Business(
    "长沙岳麓区好又来3号健身俱乐部（演示）", "湖南省长沙市岳麓区岳麓大道9号", "92430100MA4L000012", "operating", "健身",
    "430104", 112.93, 28.23,
)  # fmt: skip
ROW = {
    "name": SHOP.name, "address": SHOP.address, "credit_code": SHOP.credit_code, "status": "operating", "trade": "健身",
    "district": "430104", "lng": 112.93, "lat": 28.23,
}  # fmt: skip
PAGE = f"/c/{CITY}/12315"


@pytest.fixture(autouse=True)
def at(city, monkeypatch):
    """The clock stands; the register knows one shop."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    asked: list[str] = []

    def look_up(*, params: dict[str, str], **_: Any) -> Any:
        asked.append(params["text"])
        hit = params["text"] in SHOP.name or params["text"] == SHOP.credit_code
        return SimpleNamespace(extract=(ROW,) if hit else ())

    monkeypatch.setattr(businesses, "look_up", look_up)
    return asked


def wish(kind: RequestKind = RequestKind.COMPLAINT, **change: Any):
    values = {
        "kind": kind, "business": SHOP, "complainant": WHO, "goods": "健身年卡", "demand": "refund",
        "bought_date": date(2026, 10, 1), "amount_fen": 128_000, "today": NOW.date(), **change,
    }  # fmt: skip
    return read_wish(**values)


def filed(kind: RequestKind = RequestKind.COMPLAINT, actor=RESIDENT, key: str | None = None, **more: Any):
    return file_consumer(
        actor=actor, city_code=CITY, wish=wish(kind), words=more.pop("words", WORDS),
        is_confidential=more.pop("is_confidential", False), idempotency_key=key or new_key(), now=NOW,
        address="192.0.2.7", **more,
    )  # fmt: skip


def at_desk(kind: RequestKind = RequestKind.COMPLAINT, **more: Any) -> int:
    request_id = filed(kind, **more).request_id
    dispatch(actor=DESPATCHER, request_id=request_id, agency_id=LIGHTS, now=NOW)
    accept(actor=handler(LIGHTS), request_id=request_id, now=NOW)
    return int(request_id)


def matter_of(view: RequestView | DeskRequest) -> ConsumerView:
    """Return what 12315 knows of a request."""
    assert isinstance(view.matter, ConsumerView)
    return view.matter


def due(request_id: int) -> str:
    return f"{clock.local_date(ServiceRequest.objects.get(id=request_id).due_at - timedelta(seconds=1)):%m-%d}"


def test_the_statutory_clocks_run_in_turn():
    """22 November 2026 is a Sunday: seven working days end on 1 December, 45 from the 23rd on 26 January."""
    request_id = at_desk()
    assert due(request_id) == "12-01"
    view = get_request_for(actor=RESIDENT, request_id=request_id)
    assert matter_of(view).next_step == "决定是否受理"
    with pytest.raises(NotTakenUp):
        conclude(actor=handler(LIGHTS), request_id=request_id, outcome=Outcome.AGREED, words="退了。", now=NOW)
    take_up(actor=handler(LIGHTS), request_id=request_id, words="请带合同来。", now=NOW)
    with pytest.raises(TakenUpAlready):
        take_up(actor=handler(LIGHTS), request_id=request_id, now=NOW)
    with pytest.raises(TakenUpAlready):
        refuse(actor=handler(LIGHTS), request_id=request_id, words="不归我们管。", now=NOW)
    assert due(request_id) == working_day_after(45)
    assert matter_of(get_request_for(actor=RESIDENT, request_id=request_id)).next_step == "结束调解"
    conclude(actor=handler(LIGHTS), request_id=request_id, outcome=Outcome.AGREED, words="商家退 900 元。", now=NOW)
    view = get_request_for(actor=RESIDENT, request_id=request_id)
    assert (view.state, view.answer) == ("answered", "双方达成调解协议。商家退 900 元。")
    assert matter_of(view).outcome is Outcome.AGREED


def working_day_after(days: int) -> str:
    """Count by the independent calendar."""
    from chinese_calendar import is_workday

    day = clock.local_date(NOW)
    while days:
        day += timedelta(days=1)
        days -= is_workday(day) if day.year <= 2026 else _is_weekday_of_2027(day)
    return f"{day:%m-%d}"


def _is_weekday_of_2027(day: date) -> bool:
    """The list of 2027 is not out: the platform counts weekdays and says so; New Year's Day is a Friday."""
    from shimin.kernel.calendar import working_calendar

    return working_calendar().is_working_day(day)


def test_a_report_is_looked_into_within_fifteen_days():
    request_id = at_desk(RequestKind.REPORT)
    assert due(request_id) == working_day_after(15)
    with pytest.raises(StepRefused):
        take_up(actor=handler(LIGHTS), request_id=request_id, now=NOW)
    for wrong in (Outcome.AGREED, Outcome.SETTLED):
        with pytest.raises(InvalidInput):
            conclude(actor=handler(LIGHTS), request_id=request_id, outcome=wrong, words="查了。", now=NOW)
    conclude(actor=handler(LIGHTS), request_id=request_id, outcome=Outcome.CASE_OPENED, words="正在调查。", now=NOW)
    assert ServiceRequest.objects.get(id=request_id).answer == "已立案调查。正在调查。"


def test_a_reopened_complaint_is_decided_upon_anew():
    request_id = at_desk()
    take_up(actor=handler(LIGHTS), request_id=request_id, now=NOW)
    conclude(actor=handler(LIGHTS), request_id=request_id, outcome=Outcome.NOT_AGREED, words="谈不成。", now=NOW)
    reopen(actor=RESIDENT, request_id=request_id, words="商家没有来。", now=NOW)
    assert due(request_id) == "12-01"
    assert not matter_of(get_request_for(actor=RESIDENT, request_id=request_id)).is_taken_up


def test_a_complaint_is_refused_with_reasons_and_not_answered_like_others():
    request_id = at_desk()
    with pytest.raises(StepRefused):
        reply(actor=handler(LIGHTS), request_id=request_id, words="好的。", now=NOW)
    with pytest.raises(InvalidInput):
        refuse(actor=handler(LIGHTS), request_id=request_id, words="", now=NOW)
    refuse(actor=handler(LIGHTS), request_id=request_id, words="不是生活消费，请向法院起诉。", now=NOW)
    assert ServiceRequest.objects.get(id=request_id).state == "declined"


def test_other_requests_have_none_of_these_steps():
    request_id = in_progress().request_id
    for step in (
        lambda: take_up(actor=handler(LIGHTS), request_id=request_id, now=NOW),
        lambda: refuse(actor=handler(LIGHTS), request_id=request_id, words="不", now=NOW),
        lambda: conclude(actor=handler(LIGHTS), request_id=request_id, outcome=Outcome.AGREED, words="不", now=NOW),
    ):
        with pytest.raises(StepRefused):
            step()
    actions = get_desk_request(actor=handler(LIGHTS), request_id=request_id).actions
    assert not {"take_up", "refuse", "conclude"} & set(actions)
    theirs = get_desk_request(actor=handler(LIGHTS), request_id=at_desk()).actions
    assert {"take_up", "refuse", "conclude"} <= set(theirs)
    assert not {"reply", "draft_reply"} & set(theirs)


def test_a_complaint_wants_a_name_and_a_report_does_not():
    with pytest.raises(SignInRequired):
        filed(actor=ANONYMOUS)
    receipt = file_consumer(
        actor=ANONYMOUS, city_code=CITY, wish=wish(RequestKind.REPORT, complainant=Complainant(), demand=""),
        words="超市卖过期奶粉，有照片。", is_confidential=False, idempotency_key="", now=NOW, address="192.0.2.8",
    )  # fmt: skip
    view = look_up_request(actor=ANONYMOUS, number=receipt.number, code=receipt.query_code, now=NOW)
    assert matter_of(view).business.credit_code == SHOP.credit_code
    assert matter_of(view).complainant is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": RequestKind.QUESTION}, "kind"), ({"business": Business("", "地址")}, "business_name"),
        ({"business": Business("店" * 101, "地址")}, "business_name"),
        ({"business": Business("好店", "")}, "business_address"),
        ({"complainant": Complainant("", "13812345678", "长沙市")}, "name"),
        ({"complainant": Complainant("周", "", "长沙市")}, "phone"),
        ({"complainant": Complainant("周", "1", "长沙市")}, "phone"),
        ({"complainant": Complainant("周", "13812345678", " ")}, "address"), ({"demand": ""}, "demand"),
        ({"demand": "money"}, "demand"), ({"bought_date": date(2027, 1, 1)}, "bought_date"),
        ({"bought_date": date(1900, 1, 1)}, "bought_date"), ({"amount_fen": -1}, "amount"),
        ({"amount_fen": 10**12}, "amount"), ({"goods": "货" * 201}, "goods"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(change, field):
    with pytest.raises(InvalidInput) as refused:
        wish(**change)
    assert field in refused.value.fields


def test_filed_once_and_with_all_that_was_said():
    key = new_key()
    first, second = filed(key=key), filed(key=key)
    assert (first.number, second.is_repeated) == (second.number, True)
    matter = ConsumerMatter.objects.get()
    assert (matter.business_name, matter.demand, matter.amount_fen) == (SHOP.name, "refund", 128_000)
    assert "周晓敏".encode() not in bytes(matter.complainant)
    row = ServiceRequest.objects.get()
    assert (row.matter, row.address, row.lng) == ("consumer", SHOP.address, 112.93)


def test_it_goes_to_market_regulation_by_itself(city, settings, tmp_path):
    from dataclasses import replace

    from shimin.capabilities.service_requests.public import dispatch_by_rule

    (tmp_path / "dispatch.csv").write_text(
        "region_code,category,kind,district,agency,valid_from,valid_to\n430100,商贸旅游,,,lights,2015-01-01,\n"
    )
    settings.SHIMIN = replace(settings.SHIMIN, rules_dir=tmp_path)
    request_id = filed().request_id
    assert suggest_category(request_id=request_id, now=NOW)
    assert dispatch_by_rule(request_id=request_id, now=NOW)
    row = ServiceRequest.objects.get(id=request_id)
    assert (row.state, row.agency_id, row.category_by) == ("dispatched", LIGHTS, "service")


def test_who_sees_what():
    request_id = at_desk()
    mine = get_request_for(actor=RESIDENT, request_id=request_id)
    assert matter_of(mine).complainant == WHO
    theirs = get_desk_request(actor=handler(LIGHTS), request_id=request_id)
    assert matter_of(theirs).complainant == Complainant("周*敏", "138****5678", "长沙市岳麓区****")
    with pytest.raises(NotFound):
        get_desk_request(actor=handler(ROADS), request_id=request_id)
    with pytest.raises(NotFound):
        join_request(actor=NEIGHBOUR, request_id=request_id, now=NOW)
    hidden = at_desk(RequestKind.REPORT, is_confidential=True)
    assert matter_of(get_desk_request(actor=handler(LIGHTS), request_id=hidden)).complainant is None
    assert matter_of(get_desk_request(actor=DESPATCHER, request_id=hidden)).complainant is not None


def test_a_complaint_is_never_confidential_and_never_public(client):
    receipt = filed(is_confidential=True)
    assert not ServiceRequest.objects.get(id=receipt.request_id).is_confidential
    told = client.get(f"/open311/v2/requests/{receipt.number}.json", {"jurisdiction_id": CITY})
    assert told.status_code == 404


def test_a_look_at_who_complains_is_written_down():
    request_id = at_desk()
    with pytest.raises(InvalidInput):
        reveal_complainant(actor=handler(LIGHTS), request_id=request_id, words=" ", now=NOW)
    for stranger in (handler(ROADS), DESPATCHER, RESIDENT):
        with pytest.raises(NotFound):
            reveal_complainant(actor=stranger, request_id=request_id, words="约调解", now=NOW)
    assert reveal_complainant(actor=handler(LIGHTS), request_id=request_id, words="约调解", now=NOW) == WHO
    assert RequestNote.objects.get().words == "查看了投诉人的联系方式：约调解"
    assert AuditRecord.objects.filter(action="service_requests.reveal_complainant").count() == 1
    hidden = at_desk(RequestKind.REPORT, is_confidential=True)
    with pytest.raises(NotFound):
        reveal_complainant(actor=handler(LIGHTS), request_id=hidden, words="约调解", now=NOW)


def test_what_came_of_it_is_not_published():
    request_id = at_desk(RequestKind.REPORT)
    conclude(actor=handler(LIGHTS), request_id=request_id, outcome=Outcome.NO_CASE, words="没有发现违法。", now=NOW)
    with pytest.raises(InvalidInput):
        publish_answer(actor=head(LIGHTS), request_id=request_id, words="问：……答：……", now=NOW)
    assert ServiceRequest.objects.get(id=request_id).published_at is None


def test_the_queue_holds_these_and_no_others():
    request_id, other = at_desk(), in_progress().request_id
    wanted = QueueFilter(matter=Matter.CONSUMER)
    assert [line.request_id for line in list_queue(handler(LIGHTS), wanted=wanted).lines] == [request_id]
    assert {line.request_id for line in list_queue(handler(LIGHTS)).lines} == {request_id, other}


def test_ones_own_data_holds_it_and_erasure_takes_it():
    request_id = at_desk()
    rows = [row for row in export_matters(RESIDENT) if row["kind"] == "consumer"]
    assert rows[0]["business"] == SHOP.name
    assert "周晓敏" in rows[0]["complainant"]
    withdraw(actor=RESIDENT, request_id=request_id, now=NOW)
    erase_parts(account_id=RESIDENT.account_id or 0, person_id=RESIDENT.person_id, now=NOW)
    matter = ConsumerMatter.objects.get()
    assert (bytes(matter.complainant), matter.goods) == (b"", "")


def test_being_taken_up_is_told():
    request_id = at_desk()
    step_id = take_up(actor=handler(LIGHTS), request_id=request_id, now=NOW)
    assert tell_step(request_id=request_id, step_id=step_id, now=NOW) == 1
    assert Notice.objects.get().template == "service_requests.taken_up"


def test_finding_a_business(at):
    assert find_businesses(city_code=CITY, text=" 好又来 3号 ", now=NOW)[0].credit_code == SHOP.credit_code
    assert at == ["好又来3号"]
    assert find_businesses(city_code=CITY, text="没有的店", now=NOW) == ()
    for odd in ("", "店", "店" * 61):
        with pytest.raises(InvalidInput):
            find_businesses(city_code=CITY, text=odd, now=NOW)


@given(st.text(max_size=20))
def test_odd_texts_are_no_credit_codes(text):
    assert not is_credit_code(text) or len(text) == 18


def test_the_law_beside_it_names_law_and_article():
    assert all(note.law and note.article and len(note.words) < 90 for note in all_law())
    from shimin.capabilities.service_requests.consumer.public import law_for

    assert {"第五十五条", "第一百四十八条"} <= {note.article for note in law_for(RequestKind.COMPLAINT, "compensation")}
    assert all("举报" in note.words for note in law_for(RequestKind.REPORT))


FORM = {
    "kind": "complaint", "goods": "健身年卡", "amount": "1,280.50", "demand": "refund", "words": WORDS,
    "name": "周晓敏", "phone": "13812345678", "address": "长沙市岳麓区潇湘中路8号", "key": "k" * 24,
}  # fmt: skip


@pytest.fixture
def person(client):
    """A signed-in browser."""
    resident = make_resident()
    client.cookies["shimin_session"] = resident.token
    return resident


def test_from_the_search_to_the_receipt(client, person):
    found = client.get(PAGE, {"q": "好又来"})
    assert f"?code={SHOP.credit_code}" in found.content.decode()
    form = client.get(PAGE, {"code": SHOP.credit_code}).content.decode()
    assert SHOP.name in form
    assert "place-pin" in form
    assert "7 个工作日内决定" in form
    filed = client.post(f"{PAGE}?code={SHOP.credit_code}", {**FORM, "business_name": "别的店"})
    assert filed.status_code == 302, filed.content.decode()
    matter = ConsumerMatter.objects.get()
    assert (matter.business_name, matter.credit_code, matter.amount_fen) == (SHOP.name, SHOP.credit_code, 128_050)
    page = client.get(filed.url.removesuffix("/receipt")).content.decode()
    assert "前决定是否受理" in page
    assert "¥1280.50" in page or "¥1,280.50" in page
    assert "第二十五条" in page


def test_a_business_that_is_not_found_is_named_by_hand(client, person):
    assert "没有查到" in client.get(PAGE, {"q": "没有的店"}).content.decode()
    wrong = client.post(f"{PAGE}?own=1", {**FORM, "amount": "很多", "words": ""})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert "请写事情经过" in text
    assert "金额不对" in text
    filed = client.post(f"{PAGE}?own=1", {**FORM, "business_name": "巷口小店", "business_address": "岳麓区巷口"})
    assert filed.status_code == 302
    assert ConsumerMatter.objects.get().credit_code == ""


def test_the_register_may_be_down(client, person, monkeypatch):
    def down(**_: Any) -> Any:
        raise SourceUnavailable

    monkeypatch.setattr(businesses, "look_up", down)
    for said in ({"q": "好又来"}, {"code": SHOP.credit_code}, {"code": "x"}):
        page = client.get(PAGE, said)
        assert page.status_code == 200
        assert "自己写" in page.content.decode()


def test_without_an_account_the_form_leads_to_sign_in_and_takes_reports(client):
    assert "/account/sign-in?next=" in client.get(PAGE, {"own": "1"}).content.decode()
    report = {
        "kind": "report", "business_name": "巷口小店", "business_address": "岳麓区巷口", "words": "卖过期奶粉。",
        "key": "r" * 24,
    }  # fmt: skip
    assert client.post(f"{PAGE}?own=1", report).status_code == 302
    refused = client.post(f"{PAGE}?own=1", {**FORM, "business_name": "巷口小店", "business_address": "岳麓区巷口"})
    assert refused.status_code == 302
    assert "/account/sign-in" in refused.url


def test_the_desk_takes_it_up_and_concludes(client):
    officer = make_officer(OFFICER, agency_id=LIGHTS, region_code=CITY)
    request_id = at_desk()
    client.cookies["shimin_desk"] = officer.token
    address = f"/desk/requests/{request_id}"
    page = client.get(address).content.decode()
    assert "决定受理投诉" in page
    assert "告知处理结果" not in page
    assert "周*敏" in page
    assert "13812345678" not in page
    assert client.post(f"{address}/complainant", {"words": ""}).status_code == 422
    assert "13812345678" in client.post(f"{address}/complainant", {"words": "约调解"}).content.decode()
    assert client.post(f"{address}/take_up", {"words": "请带合同。"}).status_code == 302
    assert client.post(f"{address}/conclude", {"words": "退了。"}).status_code == 422
    assert client.post(f"{address}/conclude", {"words": "退了。", "outcome": "agreed"}).status_code == 302
    assert ServiceRequest.objects.get(id=request_id).state == "answered"


def test_the_api_finds_and_files(city):
    found = Client().get("/api/v1/businesses", {"city_code": CITY, "q": "好又来"})
    assert found.json()[0]["credit_code"] == SHOP.credit_code
    body = {
        "city_code": CITY, "kind": "complaint", "words": WORDS, "credit_code": SHOP.credit_code, "demand": "refund",
        "name": "周晓敏", "phone": "13812345678", "address": "长沙市岳麓区",
    }  # fmt: skip

    def post(**headers: str):
        return Client().post("/api/v1/consumer-matters", body, "application/json", headers=headers)

    assert post().status_code == 401
    token = {"Authorization": f"Bearer {make_resident().token}"}
    filed = post(**token)
    assert filed.status_code == 201, filed.content
    request_id = filed.json()["request_id"]
    told = Client().get(f"/api/v1/me/requests/{request_id}", headers=token).json()["matter"]
    assert (told["credit_code"], told["demand"], told["is_taken_up"]) == (SHOP.credit_code, "refund", False)
    other = file()
    assert other.number


def test_the_form_calls_nothing_optional_that_a_complaint_must_say(city):
    page = Client().get(f"/c/{CITY}/12315?own=1").content.decode()
    for name in ("商家名称", "商家地址", "要商家怎么办", "您的姓名", "手机号码", "您的通讯地址"):
        label = page[page.index(f">{name}") :].split("</label>")[0]
        assert "可不填" not in label, name
    assert "可不填" in page[page.index(">什么商品或服务") :].split("</label>")[0]
