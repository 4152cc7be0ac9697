"""The place of a matter from a list: without a script, with nothing lost, and the command that brings the places."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from shimin.capabilities.catalogue.models import KnownPlace
from shimin.capabilities.catalogue.public import import_known_places
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.tests.factories import CITY, WORDS
from shimin.capabilities.service_requests.web import ask as ask_page
from shimin.capabilities.service_requests.web import nearby
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket
from shimin.kernel.tests.pictures import jpeg

pytestmark = pytest.mark.django_db
ASK = f"/c/{CITY}/ask"
LINES = [
    {"name": "望月湖北门", "kind": "路口", "longitude": "112.9391", "latitude": "28.2281", "district": "岳麓区"},
    {"name": "人民市场", "kind": "市场", "longitude": "112.9950", "latitude": "28.1981", "district": "开福区"},
]
HEAD = "name,kind,longitude,latitude,district\n"


@pytest.fixture(autouse=True)
def stopped(city, monkeypatch):
    """The clock stands; two places are known."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(ask_page, "_previews", LocalBucket(limit=1000, per_seconds=60))
    monkeypatch.setattr(nearby, "_lists", LocalBucket(limit=1000, per_seconds=60))
    import_known_places(city_code=CITY, lines=enumerate(LINES, 2), now=NOW)


def send(**said):
    answer = Client().post(ASK, said)
    return answer.status_code, answer.content.decode()


def crossing() -> KnownPlace:
    return KnownPlace.objects.get(name="望月湖北门")


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


def test_a_place_is_picked_by_district_and_nothing_written_is_lost():
    assert "从附近的地点里选" in Client().get(ASK).content.decode()
    status, page = send(words=WORDS, address="二号杆", is_confidential="on", step="places")
    assert (status, "望月湖北门" in page) == (200, False)
    assert (field(page, "words"), field(page, "address")) == (WORDS, "二号杆")
    status, page = send(words=WORDS, address="二号杆", is_confidential="on", step="places", district="430104")
    assert "望月湖北门" in page
    assert "人民市场" not in page
    status, page = send(
        words=WORDS, address="二号杆", is_confidential="on", step="place", place=str(crossing().id), district="430104"
    )
    assert status == 200
    assert WORDS in page
    assert field(page, "address") == "望月湖北门，二号杆"
    assert (field(page, "lng"), field(page, "lat")) == ("112.9391", "28.2281")
    assert re.search(r'<option value="430104" selected', page)
    assert re.search(r'name="is_confidential"[^>]*checked', page)


def test_a_request_is_filed_with_the_place():
    _, page = send(words=WORDS, step="place", place=str(crossing().id))
    said = {name: field(page, name) for name in ("address", "lng", "lat")}
    _, page = send(words=WORDS, region_code="430104", **said)
    status, _ = send(words=WORDS, region_code="430104", **said, step="file", key=field(page, "key"))
    assert status == 302
    row = ServiceRequest.objects.get()
    assert (row.address, row.region_code, row.lng, row.lat) == ("望月湖北门", "430104", 112.9391, 28.2281)


def test_near_a_position_with_distances_which_is_not_the_place_yet():
    status, page = send(words=WORDS, step="places", near_lng="112.9391", near_lat="28.2270")
    assert status == 200
    assert "望月湖北门" in page
    assert "约 120 米" in page
    status, page = send(words=WORDS, step="back", near_lng="112.9391", near_lat="28.2270")
    assert (status, field(page, "lng")) == (200, "")
    assert WORDS in page


def test_photos_go_along(settings, tmp_path):
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path, scanner=None)
    status, page = send(words=WORDS, photos=SimpleUploadedFile("lamp.jpg", jpeg(), "image/jpeg"), step="places")
    assert status == 200
    assert field(page, "photo")


@pytest.mark.parametrize("place", ["", "0", "x", "9" * 40, "-1", "１"])
def test_no_place_picked_is_told(place):
    status, page = send(words=WORDS, step="place", place=place, district="430104")
    assert status == 422
    assert "还没有选地点" in page
    assert field(page, "words") == WORDS


@pytest.mark.parametrize(
    "said",
    [
        {}, {"words": ""}, {"near_lng": "nan", "near_lat": "28"}, {"near_lng": "1e9", "near_lat": "28"},
        {"district": "999999"}, {"place_name": "\0%_" * 200}, {"words": "<script>alert(1)</script>"},
        {"lng": "x", "lat": "y"},
    ],
)  # fmt: skip
def test_odd_input_does_no_harm(said):
    status, page = send(**said, step="places")
    assert status == 200
    assert "<script>alert" not in page


def test_a_city_without_places_offers_none():
    KnownPlace.objects.all().delete()
    import_known_places(city_code=CITY, lines=[], now=NOW)
    assert "从附近的地点里选" not in Client().get(ASK).content.decode()


def test_the_command_takes_a_file_again_and_again_and_names_bad_lines(tmp_path, capsys):
    path = tmp_path / "places.csv"
    path.write_text(HEAD + "四方坪公交站,公交站,113.0006,28.2352,开福区\n井湾子,路口,28.1,112.9,开福区\n", "utf-8")
    with pytest.raises(CommandError, match="mend the rejected lines"):
        call_command("ask", "places", "import", str(path))
    told = capsys.readouterr()
    assert "1 added, 0 changed, 0 the same, 0 removed, 1 rejected" in told.out
    assert "line 3, 井湾子" in told.err
    path.write_bytes((HEAD + "四方坪公交站,公交站,113.0006,28.2352,开福区\n").encode("gbk"))
    call_command("ask", "places", "import", str(path), "--remove-others")
    assert "0 added, 0 changed, 1 the same, 2 removed" in capsys.readouterr().out
    out = tmp_path / "out.csv"
    call_command("ask", "places", "export", str(out))
    assert out.read_text("utf-8") == HEAD + "四方坪公交站,公交站,113.0006,28.2352,430105\n"


@pytest.mark.parametrize("content", ["", "name,kind\n", "\x00\x01"])
def test_a_file_that_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "places.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(CommandError):
        call_command("ask", "places", "import", str(path))
    with pytest.raises(CommandError):
        call_command("ask", "places", "import", str(path), "--city", "999999")
