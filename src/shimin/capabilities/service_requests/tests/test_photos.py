"""Photos of a request: sent, filed, shown to who may see them and to nobody else, deleted when nothing needs them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.service_requests.models import RequestPhoto, ServiceRequest
from shimin.capabilities.service_requests.own_part import erase_requests, export_requests
from shimin.capabilities.service_requests.public import (
    PhotoGone,
    TooManyPhotos,
    add_facts,
    draft_reply,
    file_request,
    follow_hand_over,
    forget_unused_photos,
    get_desk_request,
    get_photo_for,
    get_request_for,
    hand_over,
    join_request,
    look_up_request,
    read_filing,
    receive_request_photo,
    release_reply,
    reply,
    send_back_draft,
    withdraw,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    LIGHTS,
    NEIGHBOUR,
    RESIDENT,
    ROADS,
    WORDS,
    file,
    handler,
    head,
    in_progress,
    new_key,
)
from shimin.capabilities.service_requests.web import ask as ask_page
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import NotFound
from shimin.kernel.files import LARGEST_BYTES, RenditionName, get_file_store, receiving
from shimin.kernel.files.scanning import FileInfected
from shimin.kernel.rate import LocalBucket
from shimin.kernel.tests.pictures import HEIC, jpeg
from shimin.kernel.web.body_limit import LARGEST_BODY, BodyLimit

pytestmark = pytest.mark.django_db
ASK, LARGE = f"/c/{CITY}/ask", RenditionName.LARGE


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch) -> Path:
    """Files lie in a folder of the test's own; the clock stands."""
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path, scanner=None)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(ask_page, "_previews", LocalBucket(limit=20, per_seconds=60))
    return Path(tmp_path) / "files"


def sent(actor=RESIDENT, content: bytes | None = None, now=NOW):
    return receive_request_photo(
        actor=actor, upload=BytesIO(content or jpeg()), city_code=CITY, now=now, address="192.0.2.7"
    )


def filed_with(*photos, actor=RESIDENT, now=NOW):
    return file_request(
        actor=actor, filing=read_filing(city_code=CITY, words=WORDS), idempotency_key=new_key(), now=now,
        address="192.0.2.7", photo_ids=[photo.photo_id for photo in photos],
    )  # fmt: skip


def upload(content: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def text(answer) -> str:
    return str(answer.content.decode())


def tokens_in(answer) -> list[str]:
    return re.findall(r'name="photo" value="([^"]+)"', text(answer))


def key_in(answer) -> str:
    found = re.search(r'name="key" value="([^"]+)"', text(answer))
    assert found
    return found[1]


def test_is_filed_with_the_request_and_seen_by_its_people_only(city):
    photo = sent()
    receipt = filed_with(photo)
    where = {"request_id": receipt.request_id, "photo_id": photo.photo_id, "size": LARGE}
    assert [each.photo_id for each in get_request_for(actor=RESIDENT, request_id=receipt.request_id).photos] == [
        photo.photo_id
    ]
    digest = get_photo_for(actor=RESIDENT, **where)
    assert get_file_store().get(digest).startswith(b"\xff\xd8")
    assert get_photo_for(actor=DESPATCHER, **where) == digest
    for actor in (NEIGHBOUR, ANONYMOUS, handler(ROADS)):
        with pytest.raises(NotFound):
            get_photo_for(actor=actor, **where)


def test_without_an_account_number_and_code_open_it(city):
    photo = sent(ANONYMOUS)
    receipt = filed_with(photo, actor=ANONYMOUS)
    opening = {"number": receipt.number, "code": receipt.query_code}
    view = look_up_request(actor=ANONYMOUS, **opening, now=NOW)
    assert [each.photo_id for each in view.photos] == [photo.photo_id]
    where = {"request_id": receipt.request_id, "photo_id": photo.photo_id, "size": LARGE}
    assert get_photo_for(actor=ANONYMOUS, **where, **opening)
    other = filed_with(actor=ANONYMOUS)
    with pytest.raises(NotFound):
        get_photo_for(actor=ANONYMOUS, **where, number=other.number, code=other.query_code)


def test_anothers_photo_is_filed_by_nobody_else(city):
    photo = sent(NEIGHBOUR)
    with pytest.raises(PhotoGone):
        filed_with(photo)
    assert ServiceRequest.objects.count() == 0


def test_a_photo_is_used_once(city):
    photo = sent()
    filed_with(photo)
    with pytest.raises(PhotoGone):
        filed_with(photo)
    assert ServiceRequest.objects.count() == 1


def test_a_filing_sent_twice_keeps_its_photos(city):
    photo, key = sent(), new_key()
    filing = read_filing(city_code=CITY, words=WORDS)
    first, second = (
        file_request(actor=RESIDENT, filing=filing, idempotency_key=key, now=NOW, photo_ids=[photo.photo_id])
        for _ in range(2)
    )
    assert (first.number, second.is_repeated) == (second.number, True)
    assert RequestPhoto.objects.get().request_id == first.request_id


def test_facts_may_be_photos_alone_and_only_ones_own(city):
    receipt, photo = file(), sent()
    add_facts(actor=RESIDENT, request_id=receipt.request_id, words="", now=NOW, photo_ids=[photo.photo_id])
    view = get_request_for(actor=RESIDENT, request_id=receipt.request_id)
    assert view.steps[-1].words == "补充了照片。"
    with pytest.raises(NotFound):
        add_facts(
            actor=NEIGHBOUR, request_id=receipt.request_id, words="", now=NOW, photo_ids=[sent(NEIGHBOUR).photo_id]
        )


def test_a_request_takes_so_many_and_no_more(city, monkeypatch):
    monkeypatch.setattr("shimin.capabilities.service_requests.operations.photos.MOST_ON_A_REQUEST", 2)
    receipt = filed_with(sent(), sent())
    with pytest.raises(TooManyPhotos):
        add_facts(actor=RESIDENT, request_id=receipt.request_id, words="", now=NOW, photo_ids=[sent().photo_id])


def test_who_joined_sees_the_offices_photos_and_not_the_others(city):
    receipt = in_progress()
    add_facts(actor=RESIDENT, request_id=receipt.request_id, words="", now=NOW, photo_ids=[sent().photo_id])
    join_request(actor=NEIGHBOUR, request_id=receipt.request_id, now=NOW)
    theirs = sent(handler(LIGHTS))
    reply(
        actor=handler(LIGHTS), request_id=receipt.request_id, words="已修好。", now=NOW, photo_ids=[theirs.photo_id]
    )  # fmt: skip
    assert [each.photo_id for each in get_request_for(actor=NEIGHBOUR, request_id=receipt.request_id).photos] == [
        theirs.photo_id
    ]
    assert len(get_request_for(actor=RESIDENT, request_id=receipt.request_id).photos) == 2


def test_photos_of_a_draft_are_shown_when_it_is_released_and_those_of_a_refused_one_never(city):
    receipt, officer = in_progress(), handler(LIGHTS)
    at: dict[str, Any] = {"request_id": receipt.request_id, "now": NOW}
    bad, good = sent(officer), sent(officer)
    draft_reply(actor=officer, words="初稿。", photo_ids=[bad.photo_id], **at)
    send_back_draft(actor=head(LIGHTS), words="照片不清楚。", **at)
    draft_reply(actor=officer, words="二稿。", photo_ids=[good.photo_id], **at)
    where = {"request_id": receipt.request_id, "photo_id": good.photo_id, "size": LARGE}
    with pytest.raises(NotFound):
        get_photo_for(actor=RESIDENT, **where)
    assert get_photo_for(actor=officer, **where)
    release_reply(actor=head(LIGHTS), **at)
    assert [each.photo_id for each in get_request_for(actor=RESIDENT, request_id=receipt.request_id).photos] == [
        good.photo_id
    ]


def test_another_city_gets_the_photos_with_the_request(city):
    receipt = filed_with(sent())
    mirror_id = hand_over(
        actor=DESPATCHER, request_id=receipt.request_id, city_code="430200", words="在株洲。", now=NOW
    )
    step_id = ServiceRequest.objects.get(id=receipt.request_id).steps.latest("version").id
    for _ in range(2):
        follow_hand_over(request_id=receipt.request_id, step_id=step_id, now=NOW)
    assert RequestPhoto.objects.filter(request_id=mirror_id).count() == 1


def test_unused_photos_go_after_a_day_and_shared_files_stay(city, place):
    used, unused, other = (sent(content=jpeg(side, side)) for side in (600, 600, 500))
    filed_with(used)
    assert forget_unused_photos(NOW + timedelta(hours=23)) == 0
    assert forget_unused_photos(NOW + timedelta(days=1)) == 2
    assert RequestPhoto.objects.get().id == used.photo_id
    kept = [path for path in place.rglob("*") if path.is_file()]
    assert len(kept) == 2, "the large and the small picture of the one that is used"
    assert unused.photo_id != other.photo_id


def test_a_picture_sent_again_while_its_file_is_deleted_is_there_afterwards(city):
    store = get_file_store()
    sent()

    class Racing:
        """Somebody sends the same picture while the file is being deleted."""

        def delete(self, digest: str) -> bool:
            done = store.delete(digest)
            if not RequestPhoto.objects.exists():
                sent()
            return done

        def __getattr__(self, name: str):
            return getattr(store, name)

    assert forget_unused_photos(NOW + timedelta(days=1), store=Racing()) == 1
    row = RequestPhoto.objects.get()
    assert store.has(row.large)
    assert store.has(row.small)


def test_export_carries_the_photos_and_closing_drops_those_of_ended_requests(city, place):
    ended, open_ = filed_with(sent()), filed_with(sent(content=jpeg(64, 64)))
    withdraw(actor=RESIDENT, request_id=ended.request_id, now=NOW)
    photos = [row for row in export_requests(RESIDENT) if row["kind"] == "photo"]
    assert [row["number"] for row in photos] == [ended.number, open_.number]
    assert all(row["jpeg"].startswith("/9j/") for row in photos)
    erase_requests(701, RESIDENT.person_id, NOW)
    assert forget_unused_photos(NOW) == 1
    assert RequestPhoto.objects.get().request_id == open_.request_id
    assert RequestPhoto.objects.get().account_id is None


@pytest.fixture
def browser(city) -> Client:
    """A browser without an account."""
    return Client()


def test_a_form_with_photos_from_the_box_to_the_desk(browser, city):
    looked_over = browser.post(ASK, {"words": WORDS, "photos": [upload(jpeg()), upload(HEIC.read_bytes(), "b.heic")]})
    tokens = tokens_in(looked_over)
    assert len(tokens) == 2
    thumbnail = browser.get(f"/requests/photos/{tokens[0]}")
    assert (thumbnail.status_code, thumbnail.headers["Content-Type"]) == (200, "image/jpeg")
    filed = browser.post(ASK, {"words": WORDS, "step": "file", "key": key_in(looked_over), "photo": tokens})
    assert filed.status_code == 302, text(filed)
    row = ServiceRequest.objects.get()
    page = text(browser.get(f"/requests/{row.number}"))
    addresses = re.findall(r'src="(/requests/[^"]+/small)"', page)
    assert len(addresses) == 2
    assert browser.get(addresses[0]).status_code == 200
    assert browser.get(addresses[0].replace("small", "large")).headers["Cache-Control"].startswith("private")
    assert Client().get(addresses[0]).status_code == 404
    stranger = Client()
    stranger.cookies["shimin_session"] = make_resident().token
    assert stranger.get(addresses[0]).status_code == 404
    desk = Client()
    desk.cookies["shimin_desk"] = make_officer("service_requests.dispatcher", login="photos", region_code=CITY).token
    seen = re.findall(r'src="(/desk/requests/[^"]+/small)"', text(desk.get(f"/desk/requests/{row.id}")))
    assert len(seen) == 2
    assert desk.get(seen[0]).status_code == 200
    assert Client().get(seen[0]).status_code == 302


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"PK\x03\x04" + b"0" * 200, "zip.jpg", "不是能识别的照片"),
        (b"\xff\xd8\xff" + b"0" * (LARGEST_BYTES + 1), "big.jpg", "照片太大"),
        (b"\xff\xd8\xff\xe0broken", "<b>.jpg", "读不出来"),
    ],
)
def test_a_bad_photo_is_told_by_name_and_the_good_one_is_kept(browser, content, name, says):
    answer = browser.post(ASK, {"words": WORDS, "photos": [upload(jpeg()), upload(content, name)]})
    assert answer.status_code == 422
    assert says in text(answer)
    assert "第2张" in text(answer)
    assert "<b>" not in text(answer)
    assert WORDS in text(answer)
    assert len(tokens_in(answer)) == 1


def test_more_than_twelve_are_too_many(browser):
    answer = browser.post(ASK, {"words": WORDS, "photos": [upload(jpeg(8, 8)) for _ in range(13)]})
    assert answer.status_code == 422
    assert "现在有13张" in text(answer)
    assert RequestPhoto.objects.count() == 0


def test_one_can_be_left_out_again_and_a_forged_one_is_refused(browser):
    tokens = tokens_in(browser.post(ASK, {"words": WORDS, "photos": [upload(jpeg()), upload(jpeg(9, 9))]}))
    edited = browser.post(ASK, {"words": WORDS, "step": "edit", "photo": tokens, "drop_photo": tokens[0]})
    assert tokens_in(edited) == tokens[1:]
    forged = browser.post(ASK, {"words": WORDS, "photo": tokens[0][:-2] + "xx"})
    assert forged.status_code == 422
    assert browser.get(f"/requests/photos/{tokens[0][:-2]}xx").status_code == 404


@pytest.mark.parametrize(("agrees", "lng"), [({}, None), ({"uses_photo_position": "on"}, 112.938889)])
def test_the_position_of_a_photo_is_used_by_consent_only(browser, agrees, lng):
    looked_over = browser.post(ASK, {"words": WORDS, "photos": [upload(jpeg(position=True))], **agrees})
    kept = dict(re.findall(r'type="hidden" name="(lng|lat)" value="([^"]*)"', text(looked_over)))
    assert ("取自照片" in text(looked_over)) is bool(agrees)
    filing = {"words": WORDS, "step": "file", "key": key_in(looked_over), "photo": tokens_in(looked_over), **kept}
    browser.post(ASK, filing)
    assert ServiceRequest.objects.get().lng == lng


def test_an_infected_file_is_refused_through_the_scanning_port(browser, monkeypatch):
    eicar = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

    class Scanner:
        """Knows one signature."""

        def check(self, content: bytes) -> None:
            if b"EICAR" in content:
                raise FileInfected

    monkeypatch.setattr(receiving, "get_scanner", Scanner)
    answer = browser.post(ASK, {"words": WORDS, "photos": [upload(eicar)]})
    assert answer.status_code == 422
    assert "没有通过安全检查" in text(answer)
    assert RequestPhoto.objects.count() == 0


def test_facts_with_photos_on_the_follow_page(city):
    person = make_resident()
    mine = Client()
    mine.cookies["shimin_session"] = person.token
    receipt = file(actor=person.actor)
    page = f"/requests/{receipt.number}"
    wrong = mine.post(f"{page}/add_facts", {"words": "", "photos": [upload(b"PK")]})
    assert wrong.status_code == 422
    assert "不是能识别的照片" in text(wrong)
    assert mine.post(f"{page}/add_facts", {"words": "", "photos": [upload(jpeg())]}).status_code == 302
    assert f"{page}/photos/" in text(mine.get(page))


def test_an_officer_answers_with_a_photo(city):
    receipt = in_progress()
    desk = Client()
    desk.cookies["shimin_desk"] = make_officer(
        "service_requests.officer", login="photos-2", agency_id=city.lights, region_code=CITY
    ).token
    page = f"/desk/requests/{receipt.request_id}"
    wrong = desk.post(f"{page}/reply", {"words": "已修好。", "photos": [upload(b"PK")]})
    assert wrong.status_code == 422
    assert desk.post(f"{page}/reply", {"words": "已修好。", "photos": [upload(jpeg())]}).status_code == 302
    (photo,) = get_desk_request(actor=DESPATCHER, request_id=receipt.request_id).photos
    assert photo.by_staff
    assert photo.is_shown


def test_by_the_api(city):
    person = make_resident()
    bearer = {"Authorization": f"Bearer {person.token}"}
    client = Client()
    fine = client.post(
        "/api/v1/requests/photos", {"photo": upload(jpeg(position=True)), "city_code": CITY}, headers=bearer
    )
    assert fine.status_code == 201, text(fine)
    assert (fine.json()["lng"], fine.json()["width"]) == (None, 96)
    body = {"city_code": CITY, "words": WORDS, "photos": [fine.json()["photo"]]}
    receipt = client.post("/api/v1/requests", body, "application/json", headers=bearer)
    assert receipt.status_code == 201, text(receipt)
    address = f"/api/v1/me/requests/{receipt.json()['request_id']}"
    (photo,) = client.get(address, headers=bearer).json()["photos"]
    got = client.get(f"{address}/photos/{photo['photo_id']}?size=small", headers=bearer)
    assert (got.status_code, got.headers["Content-Type"]) == (200, "image/jpeg")
    stranger = {"Authorization": f"Bearer {make_resident().token}"}
    assert client.get(f"{address}/photos/{photo['photo_id']}", headers=stranger).status_code == 404
    refused = client.post("/api/v1/requests/photos", {"photo": upload(b"PK"), "city_code": CITY}, headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (422, "photo_refused")
    opened = {"number": receipt.json()["number"], "code": receipt.json()["query_code"], "photo_id": photo["photo_id"]}
    by_code = client.post("/api/v1/requests/photos/look-up", opened, "application/json")
    assert (by_code.status_code, by_code.headers["Content-Type"]) == (200, "image/jpeg")
    wrong = {**opened, "code": "00000000"}
    assert client.post("/api/v1/requests/photos/look-up", wrong, "application/json").status_code == 404


def test_a_body_larger_than_any_form_is_not_read():
    request = RequestFactory().post("/x", CONTENT_LENGTH=str(LARGEST_BODY + 1), headers={"Accept": "application/json"})

    def never(request):
        raise AssertionError("read")

    assert BodyLimit(never)(request).status_code == 413
