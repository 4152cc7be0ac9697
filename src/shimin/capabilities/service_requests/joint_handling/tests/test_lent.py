"""What a co-handling agency reads of a request that is lent to it, and who of the agency."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.joint_handling.public import (
    get_lent_photo,
    get_own_part,
    give_contribution,
    list_own_parts,
)
from shimin.capabilities.service_requests.joint_handling.tests.factories import (
    HELPER,
    OTHER,
    WATER,
    accepted,
    asked,
    found_water,
)
from shimin.capabilities.service_requests.public import receive_request_photo
from shimin.capabilities.service_requests.tests.factories import CITY, ROADS, head, in_progress
from shimin.kernel.errors import NotFound
from shimin.kernel.files import RenditionName
from shimin.kernel.tests.pictures import jpeg

pytestmark = pytest.mark.django_db


def test_insults_are_blotted_out_for_co_handlers(city):
    request_id = in_progress(words="王八蛋们，路灯坏了一个月，快来修。").request_id
    _, part_id = asked(request_id=request_id)
    lent = get_own_part(actor=HELPER, part_id=part_id).request
    assert lent is not None
    assert "王八蛋" not in lent.words + lent.title
    assert "路灯坏了一个月" in lent.words
    (line,) = list_own_parts(HELPER).lines
    assert line.request is not None
    assert "王八蛋" not in line.request.title


def test_the_queue_holds_the_parts_of_the_agency_one_is_an_officer_of(city):
    """A reviewer of another agency, who is an officer here, does not find the other's parts among the own."""
    found_water()
    request_id, _ = asked()
    _, others = asked(request_id=request_id, agency_id=WATER)
    both = replace(HELPER, grants=(*HELPER.grants, *head(WATER).grants))
    assert {line.part.agency_id for line in list_own_parts(both).lines} == {ROADS}
    assert [line.part.part_id for line in list_own_parts(OTHER).lines] == [others]


def test_photos_are_lent_to_officers_only(city):
    _, part_id = accepted()
    kept = receive_request_photo(actor=HELPER, upload=BytesIO(jpeg()), city_code=CITY, now=NOW, address="192.0.2.7")
    give_contribution(actor=HELPER, part_id=part_id, words="见照片。", now=NOW, photo_ids=[kept.photo_id])
    assert get_lent_photo(actor=HELPER, part_id=part_id, photo_id=kept.photo_id, size=RenditionName.SMALL)
    with pytest.raises(NotFound):
        get_lent_photo(actor=head(ROADS), part_id=part_id, photo_id=kept.photo_id, size=RenditionName.SMALL)
