"""Voice files of a request: sent, filed, heard by who may and by nobody else, deleted when nothing needs them."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.service_requests.models import RequestVoice, ServiceRequest
from shimin.capabilities.service_requests.own_part import erase_requests, export_requests
from shimin.capabilities.service_requests.public import (
    KeptVoice,
    TooManyVoices,
    VoiceGone,
    add_facts,
    file_request,
    follow_hand_over,
    forget_unused_voices,
    get_request_for,
    get_voice_for,
    hand_over,
    join_request,
    look_up_request,
    read_filing,
    receive_request_voice,
    suggest_category,
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
    dispatched,
    file,
    handler,
    new_key,
)
from shimin.capabilities.service_requests.web import ask as ask_page
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import Forbidden, NotFound, TooManyRequests
from shimin.kernel.files import StoredVoice, get_file_store, receiving
from shimin.kernel.files.scanning import FileInfected, ScannerUnavailable
from shimin.kernel.rate import LocalBucket
from shimin.kernel.tests.sounds import film, recording

pytestmark = pytest.mark.django_db
ASK = f"/c/{CITY}/ask"


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch) -> Path:
    """Files lie in a folder of the test's own; the clock stands."""
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path, scanner=None)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(ask_page, "_previews", LocalBucket(limit=20, per_seconds=60))
    return Path(tmp_path) / "files"


def sent(actor=RESIDENT, content: bytes | None = None, now=NOW) -> KeptVoice:
    return receive_request_voice(
        actor=actor, upload=BytesIO(content or recording()), city_code=CITY, now=now, address="192.0.2.7"
    )[1]


def filed_with(*voices: KeptVoice, actor=RESIDENT):
    return file_request(
        actor=actor, filing=read_filing(city_code=CITY, words=WORDS), idempotency_key=new_key(), now=NOW,
        address="192.0.2.7", voice_ids=[voice.voice_id for voice in voices],
    )  # fmt: skip


def upload(content: bytes | None = None, name: str = "a.m4a") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or recording(), "audio/mp4")


def text(answer) -> str:
    return str(answer.content.decode())


def tokens_in(answer) -> list[str]:
    return re.findall(r'name="voice" value="([^"]+)"', text(answer))


def key_in(answer) -> str:
    found = re.search(r'name="key" value="([^"]+)"', text(answer))
    assert found
    return found[1]


def test_is_filed_with_the_request_and_heard_by_its_people_only(city):
    voice = sent()
    receipt = filed_with(voice)
    where = {"request_id": receipt.request_id, "voice_id": voice.voice_id}
    (seen,) = get_request_for(actor=RESIDENT, request_id=receipt.request_id).voices
    assert (seen.voice_id, seen.seconds) == (voice.voice_id, voice.seconds)
    digest = get_voice_for(actor=RESIDENT, **where)
    assert get_file_store().get(digest)[:1] == b"\xff"
    assert get_voice_for(actor=DESPATCHER, **where) == digest
    for actor in (NEIGHBOUR, ANONYMOUS, handler(ROADS)):
        with pytest.raises(NotFound):
            get_voice_for(actor=actor, **where)


def test_the_agency_that_has_it_hears_it_and_who_joined_does_not(city):
    receipt = dispatched()
    voice = sent()
    add_facts(actor=RESIDENT, request_id=receipt.request_id, words="", now=NOW, voice_ids=[voice.voice_id])
    assert get_voice_for(actor=handler(LIGHTS), request_id=receipt.request_id, voice_id=voice.voice_id)
    join_request(actor=NEIGHBOUR, request_id=receipt.request_id, now=NOW)
    assert get_request_for(actor=NEIGHBOUR, request_id=receipt.request_id).voices == ()
    with pytest.raises(NotFound):
        get_voice_for(actor=NEIGHBOUR, request_id=receipt.request_id, voice_id=voice.voice_id)


def test_without_an_account_number_and_code_open_it(city):
    voice = sent(ANONYMOUS)
    receipt = filed_with(voice, actor=ANONYMOUS)
    opening = {"number": receipt.number, "code": receipt.query_code}
    assert [each.voice_id for each in look_up_request(actor=ANONYMOUS, **opening, now=NOW).voices] == [voice.voice_id]
    where = {"request_id": receipt.request_id, "voice_id": voice.voice_id}
    assert get_voice_for(actor=ANONYMOUS, **where, **opening)
    other = filed_with(actor=ANONYMOUS)
    with pytest.raises(NotFound):
        get_voice_for(actor=ANONYMOUS, **where, number=other.number, code=other.query_code)


def test_anothers_is_filed_by_nobody_else_and_ones_own_once(city):
    with pytest.raises(VoiceGone):
        filed_with(sent(NEIGHBOUR))
    assert ServiceRequest.objects.count() == 0
    voice = sent()
    filed_with(voice)
    with pytest.raises(VoiceGone):
        filed_with(voice)


def test_facts_may_be_a_recording_alone_and_a_request_takes_so_many(city, monkeypatch):
    monkeypatch.setattr("shimin.capabilities.service_requests.operations.voices.MOST_VOICES_ON_A_REQUEST", 1)
    receipt = file()
    add_facts(actor=RESIDENT, request_id=receipt.request_id, words="", now=NOW, voice_ids=[sent().voice_id])
    assert get_request_for(actor=RESIDENT, request_id=receipt.request_id).steps[-1].words == "补充了录音。"
    with pytest.raises(TooManyVoices):
        add_facts(actor=RESIDENT, request_id=receipt.request_id, words="", now=NOW, voice_ids=[sent().voice_id])


def test_officers_write_and_too_many_are_refused(city, monkeypatch):
    with pytest.raises(Forbidden):
        sent(handler(LIGHTS))
    monkeypatch.setattr(
        "shimin.capabilities.service_requests.operations.voices.receive_voice",
        lambda upload, store: StoredVoice(store.put(b"a"), 1.0, 1),
    )
    for _ in range(30):
        sent()
    with pytest.raises(TooManyRequests):
        sent()


def test_another_city_gets_the_recordings_with_the_request(city):
    receipt = filed_with(sent())
    mirror_id = hand_over(
        actor=DESPATCHER, request_id=receipt.request_id, city_code="430200", words="在株洲。", now=NOW
    )
    step_id = ServiceRequest.objects.get(id=receipt.request_id).steps.latest("version").id
    for _ in range(2):
        follow_hand_over(request_id=receipt.request_id, step_id=step_id, now=NOW)
    assert RequestVoice.objects.filter(request_id=mirror_id).count() == 1


def test_unused_ones_go_after_a_day_and_shared_files_stay(city, place):
    used, _, _ = sent(), sent(), sent(content=recording(hertz=880))
    filed_with(used)
    assert forget_unused_voices(NOW + timedelta(hours=23)) == 0
    assert forget_unused_voices(NOW + timedelta(days=1)) == 2
    assert RequestVoice.objects.get().id == used.voice_id
    assert len([path for path in place.rglob("*") if path.is_file()]) == 1


def test_sent_again_while_its_file_is_deleted_it_is_there_afterwards(city):
    store = get_file_store()
    sent()

    class Racing:
        """Somebody sends the same file while it is being deleted."""

        def delete(self, digest: str) -> bool:
            done = store.delete(digest)
            if not RequestVoice.objects.exists():
                sent()
            return done

        def __getattr__(self, name: str):
            return getattr(store, name)

    assert forget_unused_voices(NOW + timedelta(days=1), store=Racing()) == 1
    assert store.has(RequestVoice.objects.get().digest)


def test_export_carries_them_and_closing_drops_those_of_ended_requests(city, place):
    ended, open_ = filed_with(sent()), filed_with(sent(content=recording(hertz=880)))
    withdraw(actor=RESIDENT, request_id=ended.request_id, now=NOW)
    voices = [row for row in export_requests(RESIDENT) if row["kind"] == "voice"]
    assert [row["number"] for row in voices] == [ended.number, open_.number]
    assert all(b64decode(row["mp3"])[:1] == b"\xff" for row in voices)
    erase_requests(701, RESIDENT.person_id, NOW)
    assert forget_unused_voices(NOW) == 1
    assert RequestVoice.objects.get().request_id == open_.request_id
    assert RequestVoice.objects.get().account_id is None
    assert len([path for path in place.rglob("*") if path.is_file()]) == 1


@pytest.fixture
def browser(city) -> Client:
    """A browser without an account."""
    return Client()


def test_only_spoken_from_the_box_to_the_desk(browser, city):
    looked_over = browser.post(ASK, {"words": "", "voices": [upload()]})
    assert looked_over.status_code == 200, text(looked_over)
    (token,) = tokens_in(looked_over)
    assert browser.get(f"/requests/voices/{token}").headers["Content-Type"] == "audio/mpeg"
    filed = browser.post(ASK, {"words": "", "step": "file", "key": key_in(looked_over), "voice": token})
    assert filed.status_code == 302, text(filed)
    row = ServiceRequest.objects.get()
    assert row.words == "请听录音。"
    assert suggest_category(request_id=row.id, now=NOW) is False, "nobody guesses what is only said"
    (address,) = re.findall(r'src="(/requests/[^"]+/voices/\d+)"', text(browser.get(f"/requests/{row.number}")))
    played = browser.get(address, headers={"Range": "bytes=0-99"})
    assert (played.status_code, len(played.content)) == (206, 100)
    assert Client().get(address).status_code == 404
    stranger = Client()
    stranger.cookies["shimin_session"] = make_resident().token
    assert stranger.get(address).status_code == 404
    desk = Client()
    desk.cookies["shimin_desk"] = make_officer("service_requests.dispatcher", login="voices", region_code=CITY).token
    (heard,) = re.findall(r'src="(/desk/requests/[^"]+/voices/\d+)"', text(desk.get(f"/desk/requests/{row.id}")))
    assert desk.get(heard).status_code == 200
    assert Client().get(heard).status_code == 302


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [(b"PK\x03\x04" + b"0" * 200, "zip.m4a", "不是能识别的录音"), (film(), "<b>.mp4", "这是一段视频")],
)
def test_a_bad_one_is_told_by_name_and_the_good_one_is_kept(browser, content, name, says):
    answer = browser.post(ASK, {"words": WORDS, "voices": [upload(), upload(content, name)]})
    assert answer.status_code == 422
    assert says in text(answer)
    assert "第2段" in text(answer)
    assert "<b>" not in text(answer)
    assert len(tokens_in(answer)) == 1


def test_more_than_three_are_too_many_and_one_can_be_left_out(browser):
    answer = browser.post(ASK, {"words": WORDS, "voices": [upload() for _ in range(4)]})
    assert answer.status_code == 422
    assert "现在有4段" in text(answer)
    assert RequestVoice.objects.count() == 0
    tokens = tokens_in(browser.post(ASK, {"words": WORDS, "voices": [upload(), upload()]}))
    edited = browser.post(ASK, {"words": WORDS, "step": "edit", "voice": tokens, "drop_voice": tokens[0]})
    assert tokens_in(edited) == tokens[1:]
    forged = browser.post(ASK, {"words": WORDS, "voice": tokens[0][:-2] + "xx"})
    assert forged.status_code == 422
    assert browser.get(f"/requests/voices/{tokens[0][:-2]}xx").status_code == 404


def test_a_token_of_one_kind_opens_nothing_of_another(browser):
    tokens = tokens_in(browser.post(ASK, {"voices": [upload()]}))
    assert browser.post(ASK, {"words": WORDS, "photo": tokens}).status_code == 422


@pytest.mark.parametrize(
    ("fault", "says"), [(FileInfected, "没有通过安全检查"), (ScannerUnavailable, "录音暂时传不了")]
)
def test_the_scanning_port_refuses_and_the_words_are_kept(browser, monkeypatch, fault, says):
    class Scanner:
        """Refuses everything."""

        def check(self, content: bytes) -> None:
            raise fault

    monkeypatch.setattr(receiving, "get_scanner", Scanner)
    answer = browser.post(ASK, {"words": WORDS, "voices": [upload()]})
    assert answer.status_code == 422
    assert says in text(answer)
    assert WORDS in text(answer)


def test_facts_with_a_recording_on_the_follow_page(city):
    person = make_resident()
    mine = Client()
    mine.cookies["shimin_session"] = person.token
    page = f"/requests/{file(actor=person.actor).number}"
    wrong = mine.post(f"{page}/add_facts", {"words": "", "voices": [upload(b"PK")]})
    assert wrong.status_code == 422
    assert "不是能识别的录音" in text(wrong)
    assert mine.post(f"{page}/add_facts", {"words": "", "voices": [upload()]}).status_code == 302
    assert f"{page}/voices/" in text(mine.get(page))


def test_by_the_api(city):
    person = make_resident()
    bearer = {"Authorization": f"Bearer {person.token}"}
    client = Client()
    fine = client.post("/api/v1/requests/voices", {"voice": upload(), "city_code": CITY}, headers=bearer)
    assert fine.status_code == 201, text(fine)
    body = {"city_code": CITY, "words": "", "voices": [fine.json()["voice"]]}
    receipt = client.post("/api/v1/requests", body, "application/json", headers=bearer)
    assert receipt.status_code == 201, text(receipt)
    address = f"/api/v1/me/requests/{receipt.json()['request_id']}"
    (voice,) = client.get(address, headers=bearer).json()["voices"]
    got = client.get(f"{address}/voices/{voice['voice_id']}", headers=bearer)
    assert (got.status_code, got.headers["Content-Type"]) == (200, "audio/mpeg")
    stranger = {"Authorization": f"Bearer {make_resident().token}"}
    assert client.get(f"{address}/voices/{voice['voice_id']}", headers=stranger).status_code == 404
    refused = client.post("/api/v1/requests/voices", {"voice": upload(b"PK"), "city_code": CITY}, headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (422, "voice_refused")
    opened = {"number": receipt.json()["number"], "code": receipt.json()["query_code"], "voice_id": voice["voice_id"]}
    assert client.post("/api/v1/requests/voices/look-up", opened, "application/json").status_code == 200
    wrong = {**opened, "code": "00000000"}
    assert client.post("/api/v1/requests/voices/look-up", wrong, "application/json").status_code == 404
    empty = client.post("/api/v1/requests", {"city_code": CITY, "words": ""}, "application/json", headers=bearer)
    assert empty.status_code == 422
