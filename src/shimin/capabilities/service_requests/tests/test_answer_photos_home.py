"""The photos of an answer from another city come home with it, each once."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings as django_settings

from shimin.capabilities.catalogue.tests.factories import OTHER_CITY
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.models import RequestPhoto, ServiceRequest
from shimin.capabilities.service_requests.public import (
    OFFICER,
    REVIEWER,
    accept,
    dispatch,
    draft_reply,
    get_photo_for,
    get_request_for,
    hand_over,
    receive_request_photo,
    release_reply,
    reply,
    reply_interim,
    send_back_draft,
)
from shimin.capabilities.service_requests.tests.factories import (
    DESPATCHER,
    ELSEWHERE,
    RESIDENT,
    THEIR_DESPATCHER,
    file,
)
from shimin.kernel.events.relay import relay_batch
from shimin.kernel.files import RenditionName, get_file_store
from shimin.kernel.testing import officer
from shimin.kernel.tests.pictures import jpeg

pytestmark = pytest.mark.django_db
THEIRS = officer(OFFICER, account_id=941, agency_id=ELSEWHERE, region_code=OTHER_CITY)
THEIR_HEAD = officer(REVIEWER, account_id=942, agency_id=ELSEWHERE, region_code=OTHER_CITY)


@pytest.fixture(autouse=True)
def place(city, settings, tmp_path):
    """Files lie in a folder of the test's own; nothing waits in the outbox."""
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path, scanner=None)
    relay()


def relay() -> None:
    while relay_batch(NOW):
        continue


def sent(side: int, actor=THEIRS) -> int:
    return receive_request_photo(actor=actor, upload=BytesIO(jpeg(side, side)), city_code=OTHER_CITY, now=NOW).photo_id


def handed_over() -> tuple[int, dict[str, Any]]:
    """Hand a request over and have it accepted there; return its id and where the mirror is."""
    receipt = file()
    mirror_id = hand_over(
        actor=DESPATCHER, request_id=receipt.request_id, city_code=OTHER_CITY, words="在株洲。", now=NOW
    )
    dispatch(actor=THEIR_DESPATCHER, request_id=mirror_id, agency_id=ELSEWHERE, now=NOW)
    at: dict[str, Any] = {"request_id": mirror_id, "now": NOW}
    accept(actor=THEIRS, **at)
    relay()
    return receipt.request_id, at


def test_progress_and_answer_bring_their_own(city):
    home_id, at = handed_over()
    reply_interim(actor=THEIRS, words="在修。", photo_ids=[sent(40)], **at)
    relay()
    assert len(get_request_for(actor=RESIDENT, request_id=home_id).photos) == 1
    reply(actor=THEIRS, words="修好了。", photo_ids=[sent(50), sent(60)], **at)
    relay()
    view = get_request_for(actor=RESIDENT, request_id=home_id)
    assert view.answer == "修好了。"
    assert [photo.by_staff for photo in view.photos] == [True] * 3
    assert len({photo.step_id for photo in view.photos}) == 2
    digest = get_photo_for(
        actor=RESIDENT, request_id=home_id, photo_id=view.photos[0].photo_id, size=RenditionName.SMALL
    )
    assert get_file_store().get(digest)


def test_a_released_answer_brings_what_was_released_and_nothing_refused(city):
    home_id, at = handed_over()
    draft_reply(actor=THEIRS, words="初稿。", photo_ids=[sent(40)], **at)
    send_back_draft(actor=THEIR_HEAD, words="不清楚。", **at)
    draft_reply(actor=THEIRS, words="二稿。", photo_ids=[sent(50)], **at)
    release_reply(actor=THEIR_HEAD, **at)
    relay()
    (photo,) = get_request_for(actor=RESIDENT, request_id=home_id).photos
    assert RequestPhoto.objects.get(id=photo.photo_id).city_code == ServiceRequest.objects.get(id=home_id).city_code
    assert (photo.width, photo.is_shown) == (50, True)
