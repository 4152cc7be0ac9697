"""Open311: what clients read and file, in both formats; nobody's data goes out; keys, faults, updates sent twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import requests
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from georeport import GeoReport

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.models import RequestPhoto, RequestStep, ServiceRequest
from shimin.capabilities.service_requests.open311 import ports
from shimin.capabilities.service_requests.open311.domain.georeport import ServicesUnreadable, read_services
from shimin.capabilities.service_requests.open311.models import PartnerFiling
from shimin.capabilities.service_requests.open311.web import views
from shimin.capabilities.service_requests.public import (
    RequestKind,
    accept,
    dispatch,
    publish_answer,
    reply,
    reply_interim,
    suggest_category,
    withdraw,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    LIGHTS,
    RESIDENT,
    WORDS,
    answered,
    file,
    handler,
    head,
    in_progress,
)
from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket
from shimin.kernel.tests.pictures import jpeg

pytestmark = pytest.mark.django_db
V2 = "/open311/v2"
LAMP = {"service_code": "street-light", "attribute[state]": "dark", "lat": "28.2281", "long": "112.9391"}
PHONE = "13912345678"


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch, city):
    """Files lie in a folder of the test's own; the clock stands."""
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path, scanner=None, rules_dir=tmp_path)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(views, "_reads", LocalBucket(limit=10_000, per_seconds=60))


@pytest.fixture
def key() -> str:
    """The key of an approved system."""
    return new_key()


def new_key(**about: Any) -> str:
    client, secret = make_client(auth_method="client_secret_post", redirect_uris=[], scopes=["openid"], **about)
    Client.objects.filter(id=client.id).update(
        machine_scopes=["hotline:requests.file"], home_url="https://app.example/"
    )
    return secret


def get(path: str, **said: Any):
    return Browser().get(f"{V2}/{path}", {"jurisdiction_id": CITY, **said})


def post(path: str, **said: Any):
    return Browser().post(f"{V2}/{path}", {"jurisdiction_id": CITY, **said})


def filed(key: str, **said: Any) -> str:
    answer = post("requests.json", api_key=key, **{**LAMP, "description": WORDS, **said})
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.json()[0]["service_request_id"])


def one(number: str, **said: Any) -> dict[str, Any]:
    answer = get(f"requests/{number}.json", **said)
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()[0]
    return found


def text_of(content: Any, path: str) -> str:
    """Return the text at a path of an XML document."""
    return ElementTree.fromstring(content).findtext(path) or ""


class InProcess(requests.adapters.BaseAdapter):
    """Answers what an independent client asks from this process."""

    def send(self, request, *_: Any, **__: Any):
        parts = urlsplit(request.url)
        answer = Browser().get(f"{parts.path}?{parts.query}")
        found = requests.Response()
        found.status_code, found._content, found.url = answer.status_code, answer.content, request.url
        found.headers.update(dict(answer.headers))
        return found

    def close(self):
        pass


@pytest.fixture(params=["json", "xml"])
def georeport(request, monkeypatch) -> GeoReport:
    """The independent client of PyPI, in each format."""
    monkeypatch.setattr(requests.Session, "get_adapter", lambda self, url: InProcess())
    return GeoReport("http://city.test/open311/v2", jurisdiction=CITY, output_format=request.param)


def test_an_independent_client_reads_what_another_filed(georeport, key):
    offered = georeport.get_service_list()
    lamp = next(each for each in offered if each["service_code"] == "street-light")
    assert str(lamp["metadata"]).lower() == "true"
    asked = georeport.get_service_definition("street-light")
    attributes = asked["attributes"] if georeport.output_format == "json" else asked["attributes"]["attribute"]
    assert [each["code"] for each in attributes] == ["pole", "state"]
    first, second = filed(key), filed(key, description="另一盏灯也不亮。")
    listed = georeport.get_service_requests(service_code="street-light", status="open")
    assert [each["service_request_id"] for each in listed] == [second, first]
    found = georeport.get_service_request(first)
    assert (found["service_request_id"], found["status"], found["service_code"]) == (first, "open", "street-light")
    assert float(found["lat"]) == 28.228
    both = georeport.get_service_requests(service_request_id=f"{first},{second}")
    assert len(both) == 2


def test_formats_say_what_they_are(key):
    filed(key)
    for name, root in (("services", "services"), ("requests", "service_requests")):
        in_xml = get(f"{name}.xml")
        assert in_xml.headers["Content-Type"].split(";")[0] == "text/xml"
        assert in_xml.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        assert ElementTree.fromstring(in_xml.content).tag == root
        assert get(f"{name}.json").headers["Content-Type"] == "application/json; charset=utf-8"
    for format_ in ("json", "xml"):
        found = Browser().get(f"/open311/discovery.{format_}")
        assert found.status_code == 200
        assert "/open311/v2" in found.content.decode()
    assert found.headers["Access-Control-Allow-Origin"] == "*"


def test_xml_and_json_say_the_same(key):
    number = filed(key, description="灯杆 <7> & 旁边\x0b的灯不亮")
    in_json = one(number)
    in_xml = ElementTree.fromstring(get(f"requests/{number}.xml").content)[0]
    assert {part.tag: part.text or "" for part in in_xml} == {
        name: "" if value is None else str(value) for name, value in in_json.items()
    }
    assert in_json["description"] == "灯杆 <7> & 旁边的灯不亮"


def test_filing_keeps_the_attributes_the_system_and_the_promise(key):
    answer = post(
        "requests.xml", api_key=key, **{**LAMP, "description": WORDS, "attribute[pole]": "A-17", "phone": PHONE},
        email="someone@example.org", first_name="敏", last_name="周", device_id="d", account_id="a",
    )  # fmt: skip
    assert answer.status_code == 200
    assert "前答复" in text_of(answer.content, "request/service_notice")
    row = ServiceRequest.objects.get(number=text_of(answer.content, "request/service_request_id"))
    assert row.words == f"{WORDS}\n灯杆编号：A-17\n什么样子：不亮"
    assert (row.channel, row.account_id, row.lat, row.lng) == ("open311", None, 28.2281, 112.9391)
    assert PartnerFiling.objects.get(request=row).service_code == "street-light"
    assert suggest_category(request_id=row.id, now=NOW)
    row.refresh_from_db()
    assert (row.category, row.category_by) == ("城乡建设", "service")
    token = get(f"tokens/{row.number}.json").json()
    assert token == [{"service_request_id": row.number, "token": row.number}]


def test_no_personal_data_goes_out(key):
    number = filed(key, description=f"请打{PHONE}找我，路灯不亮", phone=PHONE, address_string=f"桐梓坡路 {PHONE}")
    for said in ({}, {"api_key": key}):
        text = get("requests.json", **said).content.decode() + get("requests.xml", **said).content.decode()
        assert number in text
        assert PHONE not in text
    told = one(number)
    assert told["media_url"] is None
    assert (told["lat"], told["long"]) == (28.228, 112.939)
    assert one(number, api_key=key)["lat"] == 28.2281


@pytest.mark.parametrize(
    "more",
    [{"is_confidential": True}, {"kind": RequestKind.REPORT}, {"kind": RequestKind.QUESTION}, {"is_emergency": True}],
)
def test_what_strangers_may_not_see_does_not_exist(more, key):
    hidden = file(**more)
    shown = file(words="河边的灯不亮了。")
    assert get(f"requests/{hidden.number}.json").status_code == 404
    assert get(f"requests/{hidden.number}.json", api_key=key).status_code == 404
    assert [each["service_request_id"] for each in get("requests.json").json()] == [shown.number]
    assert hidden.number not in get("servicerequestupdates.json").content.decode()


def test_withdrawn_ones_are_gone_and_other_cities_are_apart(key):
    receipt = file()
    withdraw(actor=RESIDENT, request_id=receipt.request_id, now=NOW)
    assert get("requests.json").json() == []
    number = filed(key)
    assert get(f"requests/{number}.json", jurisdiction_id="430200").status_code == 404


def test_an_answer_is_told_when_it_is_published_and_to_the_system_at_once(key):
    number = filed(key)
    request_id = ServiceRequest.objects.get(number=number).id
    dispatch(actor=DESPATCHER, request_id=request_id, agency_id=LIGHTS, now=NOW)
    accept(actor=handler(LIGHTS), request_id=request_id, now=NOW)
    reply_interim(actor=handler(LIGHTS), request_id=request_id, words=f"已约师傅，电话{PHONE}。", now=NOW)
    done = NOW + timedelta(hours=1)
    reply(actor=handler(LIGHTS), request_id=request_id, words="周女士门前的灯已换新。", now=done)
    assert one(number)["status_notes"] == "已答复，等您评价"
    assert "周女士" in one(number, api_key=key)["status_notes"]
    told = get("servicerequestupdates.json", end_date="2030-01-01T00:00:00Z", start_date="2029-12-01T00:00:00Z")
    assert told.json() == []
    span = {"start_date": (NOW - timedelta(days=1)).isoformat(), "end_date": (NOW + timedelta(days=1)).isoformat()}
    public = get("servicerequestupdates.json", **span).json()
    assert [each["description"] for each in public] == ["派给承办部门", "部门签收", "办理进展", "部门答复"]
    assert [each["status"] for each in public] == ["open", "open", "open", "closed"]
    own = get("servicerequestupdates.json", api_key=key, **span).json()
    assert own[2]["description"].startswith("办理进展：已约师傅，电话13*")
    assert "周女士" in own[3]["description"]
    publish_answer(actor=head(LIGHTS), request_id=request_id, words="问：灯不亮。答：已换新。", now=done)
    public = get("servicerequestupdates.xml", **span)
    assert public.headers["Content-Type"].startswith("text/xml")
    assert text_of(public.content, "request_update[4]/description") == "部门答复：问：灯不亮。答：已换新。"
    assert "已换新" in one(number)["status_notes"]


def test_filters(key):
    number = filed(key)
    old = file(now=NOW - timedelta(days=80))
    older = file(now=NOW - timedelta(days=100))
    done = answered(words="湘江边的座椅坏了，请修。")

    def listed(**said: str) -> set[str]:
        return {each["service_request_id"] for each in get("requests.json", **said).json()}

    assert listed() == {number, old.number, done.number}
    assert listed(status="closed") == {done.number}
    assert listed(status="open") == {number, old.number}
    assert listed(service_code="street-light") == {number}
    assert listed(service_code="street-light,other") == {number, old.number, done.number}
    long_ago = {
        "start_date": (NOW - timedelta(days=120)).isoformat(),
        "end_date": (NOW - timedelta(days=60)).isoformat(),
    }
    assert listed(**long_ago) == {old.number, older.number}
    assert listed(service_request_id=f"{older.number},garbage", status="closed") == {older.number}
    assert listed(page_size="1", page="2") == {old.number}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"}, 400),
        ({"start_date": "2026-04-02T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, 400),
        ({"start_date": "2026-01-01"}, 400), ({"end_date": "0001-01-01T00:00:00Z"}, 400),
        ({"start_date": "9999-12-31T23:59:59Z"}, 200), ({"status": "done"}, 400), ({"service_code": "nothing"}, 404),
        ({"jurisdiction_id": ""}, 400), ({"jurisdiction_id": "000000"}, 404), ({"jurisdiction_id": "430102"}, 404),
        ({"page": "0"}, 400), ({"page_size": "1001"}, 400), ({"page": "²"}, 400), ({"api_key": "x"}, 403),
        ({"service_request_id": ",".join(map(str, range(201)))}, 400), ({"service_request_id": "\0"}, 200),
    ],
)  # fmt: skip
def test_odd_questions_get_the_standards_errors(said, status):
    for format_ in ("json", "xml"):
        answer = get(f"requests.{format_}", **said)
        assert answer.status_code == status, answer.content.decode()
        if status != 200 and format_ == "json":
            assert answer.json()[0]["code"] == status
            assert answer.json()[0]["description"]
        elif status != 200:
            assert text_of(answer.content, "error/code") == str(status)


def test_a_key_is_needed_and_is_good_for_its_city_while_approved(key):
    for wrong in ("", "x" * 43, "短"):
        answer = post("requests.xml", api_key=wrong, **LAMP, description=WORDS)
        assert answer.status_code == 403
        assert text_of(answer.content, "error/code") == "403"
    elsewhere = new_key(city_code="430200")
    assert post("requests.json", api_key=elsewhere, **LAMP, description=WORDS).status_code == 403
    without_scope, secret = make_client(auth_method="client_secret_post")
    assert post("requests.json", api_key=secret, **LAMP, description=WORDS).status_code == 403
    filed(key)
    Client.objects.exclude(id=without_scope.id).update(state="suspended")
    assert post("requests.json", api_key=key, **LAMP, description=WORDS).status_code == 403
    assert ServiceRequest.objects.count() == 1


def test_a_system_has_its_own_limit(key):
    Client.objects.update(calls_per_minute=2)
    filed(key)
    filed(key)
    busy = post("requests.json", api_key=key, **LAMP, description=WORDS)
    assert (busy.status_code, busy.json()[0]["code"]) == (429, 429)
    assert int(busy.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"service_code": ""}, 400), ({"service_code": "none"}, 404), ({"attribute[state]": ""}, 400),
        ({"attribute[state]": "blue"}, 400), ({"attribute[other]": "1"}, 400), ({"lat": "", "long": ""}, 400),
        ({"lat": "91"}, 400), ({"lat": "nan"}, 400), ({"long": ""}, 400), ({"description": "字" * 5_001}, 400),
        ({"description": "😀"}, 200), ({"description": ""}, 200), ({"phone": "12"}, 400), ({"lat": "1e400"}, 400),
        ({"attribute[pole]": "字" * 501}, 400), ({"attribute[pole]": "一\n二"}, 400),
    ],
)  # fmt: skip
def test_odd_filings(change, status, key):
    answer = post("requests.json", api_key=key, **{**LAMP, "description": WORDS, **change})
    assert answer.status_code == status, answer.content.decode()
    assert ServiceRequest.objects.count() == (status == 200)


def test_a_repeated_filing_with_a_key_files_once(key):
    said = {"api_key": key, "jurisdiction_id": CITY, **LAMP, "description": WORDS}
    numbers = {
        Browser()
        .post(f"{V2}/requests.json", said, headers={"Idempotency-Key": "12345678"})
        .json()[0]["service_request_id"]
        for _ in range(2)
    }
    assert len(numbers) == 1
    assert PartnerFiling.objects.count() == 1
    other = new_key()
    again = Browser().post(f"{V2}/requests.json", {**said, "api_key": other}, headers={"Idempotency-Key": "12345678"})
    assert again.json()[0]["service_request_id"] not in numbers


def test_photos_come_as_files_and_from_the_systems_own_host(key, monkeypatch):
    read: list[str] = []

    class Media:
        def read(self, url: str) -> bytes:
            read.append(url)
            return jpeg(120, 90)

    monkeypatch.setattr(ports, "_media", Media())
    upload = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    broken = SimpleUploadedFile("b.jpg", b"PK" * 60, "image/jpeg")
    said = {
        "api_key": key, "jurisdiction_id": CITY, **LAMP, "description": WORDS, "media": [upload, broken],
        "media_url": ["https://app.example/1.jpg", "https://169.254.169.254/meta", "https://app.example@evil.example/"],
    }  # fmt: skip
    answer = Browser().post(f"{V2}/requests.json", said)
    assert answer.status_code == 200
    notice = answer.json()[0]["service_notice"]
    assert notice.count("没有收到") == 3
    assert read == ["https://app.example/1.jpg"]
    number = answer.json()[0]["service_request_id"]
    assert RequestPhoto.objects.filter(request__number=number).count() == 2
    step = post(
        "servicerequestupdates.json", api_key=key, service_request_id=number, status="OPEN", update_id="u1",
        updated_datetime="2026-11-28T10:00:00Z", description="又拍了一张", media=BytesIO(jpeg(80, 80)),
    )  # fmt: skip
    assert step.status_code == 200
    assert RequestPhoto.objects.filter(request__number=number).count() == 3


def update(key: str, number: str, **said: str):
    given = {
        "api_key": key, "service_request_id": number, "status": "OPEN", "description": "灯更暗了。",
        "updated_datetime": "2026-11-28T10:00:00+08:00", "update_id": "u-1", **said,
    }  # fmt: skip
    return post("servicerequestupdates.xml", **given)


def test_updates_go_both_ways_and_count_once(key):
    number = filed(key)
    first = update(key, number)
    assert first.status_code == 200, first.content.decode()
    update_id = text_of(first.content, "request_update/update_id")
    assert text_of(update(key, number).content, "request_update/update_id") == update_id
    rows = RequestStep.objects.filter(request__number=number, action="add_facts")
    assert [row.words for row in rows] == ["灯更暗了。"]
    assert str(rows[0].id) == update_id
    assert update(key, number, update_id="u-2", status="FIXED", description="已经亮了。").status_code == 200
    assert ServiceRequest.objects.get(number=number).state == "withdrawn"
    assert update(key, number, update_id="u-3").status_code == 400
    own = get("servicerequestupdates.json", api_key=key).json()
    assert [(each["description"], each["status"]) for each in own] == [
        ("补充情况：灯更暗了。", "open"), ("撤回诉求：已经亮了。", "closed"),
    ]  # fmt: skip


def test_an_answered_request_is_reopened_by_an_update(key):
    number = filed(key)
    row = ServiceRequest.objects.get(number=number)
    dispatch(actor=DESPATCHER, request_id=row.id, agency_id=LIGHTS, now=NOW)
    accept(actor=handler(LIGHTS), request_id=row.id, now=NOW)
    reply(actor=handler(LIGHTS), request_id=row.id, words="修好了。", now=NOW)
    assert update(key, number, description="还是不亮。").status_code == 200
    row.refresh_from_db()
    assert (row.state, row.level) == ("filed", 1)


def test_only_the_system_that_filed_may_update(key):
    number, public = filed(key), in_progress().number
    stranger = new_key()
    for theirs, wanted in ((number, 404), (public, 404), ("4301002611280000000", 404)):
        assert update(stranger, theirs).status_code == wanted
    for name in ("status", "description", "updated_datetime", "service_request_id"):
        assert update(key, number, **{name: ""}).status_code in (400, 404)
    assert update(key, number, updated_datetime="gestern").status_code == 400
    assert not RequestStep.objects.filter(action="add_facts").exists()


def test_other_methods_are_refused_in_the_standards_shape():
    answer = Browser().delete(f"{V2}/requests.json")
    assert (answer.status_code, answer.json()[0]["code"], answer.headers["Allow"]) == (405, 405, "GET, POST")
    assert Browser().post(f"{V2}/services.xml").status_code == 405
    assert Browser().head(f"{V2}/services.json?jurisdiction_id={CITY}").status_code == 200


def test_a_citys_own_services_take_the_place_of_the_shipped_ones(tmp_path):
    own = tmp_path / "open311_services.yaml"
    own.write_text(
        "- {code: all, name: 一切, description: 都行, group: 其他, category: '', kind: help, is_general: true}\n"
    )
    assert [each["service_code"] for each in get("services.json").json()] == ["all"]
    assert read_services(own)[0].name == "一切"
    for text in (
        "- {code: a}", "x: [", "- {code: A B, name: n, description: d, group: g, category: '', kind: help}",
        "- {code: all, name: n, description: d, group: g, category: '', kind: report, is_general: true}",
        "- {code: all, name: n, description: d, group: g, category: x, kind: help, is_general: true}",
    ):  # fmt: skip
        own.write_text(text)
        with pytest.raises(ServicesUnreadable):
            read_services(own)
