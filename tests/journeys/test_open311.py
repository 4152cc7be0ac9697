"""An app is connected as the how-to says; an independent client of Open311 reads what it files, in both formats."""

from __future__ import annotations

import re

import httpx
from georeport import GeoReport
from playwright.sync_api import expect

from shimin.kernel.tests.pictures import jpeg
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk
from tests.journeys.stack import ROOT, Demo
from tests.journeys.systems import let_in, take_secret

HOWTO = (ROOT / "docs" / "howto" / "connect-an-open311-client.md").read_text("utf-8")
METHOD = "有服务器：密钥放在表单里（client_secret_post）"


def test_an_app_files_with_photos_and_gets_the_answer_back(demo: Demo, new_page: NewPage):
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", HOWTO, re.MULTILINE)
    fields = {name: value for name, value in rows if not name.startswith(("-", "field"))}
    desk, address = let_in(new_page, fields, (), (METHOD,))
    _, key = take_secret(desk, address)
    base = f"{demo.url}/open311/v2"
    said = {"jurisdiction_id": "430100", "api_key": key}
    filed = httpx.post(
        f"{base}/requests.xml",
        data={
            **said, "service_code": "bus-stop", "attribute[line]": "12 路", "lat": "28.228", "long": "112.939",
            "description": "溁湾镇站的候车亭顶棚漏雨，请修。",
        },
        files=[("media", (f"{n}.jpg", jpeg(90, 60 + n), "image/jpeg")) for n in range(2)],
    )  # fmt: skip
    assert filed.status_code == 200, filed.text
    assert filed.headers["content-type"].split(";")[0] == "text/xml"
    number = re.search(r"<service_request_id>(\w{19})</service_request_id>", filed.text)[1]
    for output_format in ("json", "xml"):
        client = GeoReport(base, jurisdiction="430100", output_format=output_format)
        offered = {each["service_code"] for each in client.get_service_list()}
        assert "bus-stop" in offered
        assert client.get_service_definition("bus-stop")["service_code"] == "bus-stop"
        found = client.get_service_request(number)
        assert (found["status"], found["service_code"]) == ("open", "bus-stop")
        assert number in {each["service_request_id"] for each in client.get_service_requests(status="open")}
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    hotline.get_by_role("link", name=re.compile(number)).click()
    expect(hotline.get_by_text("哪路车：12 路")).to_be_visible()
    expect(hotline.get_by_role("img", name=re.compile("市民的照片"))).to_have_count(2)
    hotline.get_by_label("牵头部门").first.select_option(label="长沙市交通运输局")
    hotline.get_by_role("button", name="派给承办部门").click()
    expect(hotline.get_by_text("已派单，等部门签收").first).to_be_visible()
    update = httpx.post(
        f"{base}/servicerequestupdates.json",
        data={
            **said, "service_request_id": number, "status": "OPEN", "description": "座椅也松了。",
            "update_id": "app-17", "updated_datetime": "2026-11-28T10:00:00+08:00",
        },
    )  # fmt: skip
    assert update.status_code == 200, update.text
    hotline.reload()
    expect(hotline.get_by_text("座椅也松了。")).to_be_visible()
    told = httpx.get(f"{base}/servicerequestupdates.json", params={**said, "service_request_id": number}).json()
    assert [each["description"] for each in told] == ["派给承办部门", "补充情况：座椅也松了。"]
