"""The desk's pages: queues by role, the buttons the table allows, each step through its form."""

from __future__ import annotations

from itertools import count

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    answered,
    dispatched,
    file,
    in_progress,
)
from shimin.kernel import clock

pytestmark = pytest.mark.django_db
_logins = count(1)


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    """The clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def enter(city):
    """Browsers of staff: ``enter("officer", city.lights)``."""

    def run(role: str, agency_id: int | None = None) -> Client:
        browser = Client()
        opened = make_officer(
            f"service_requests.{role}", login=f"staff-{next(_logins)}", agency_id=agency_id, region_code=CITY
        )
        browser.cookies["shimin_desk"] = opened.token
        return browser

    return run


def text(answer) -> str:
    return str(answer.content.decode())


def row(receipt) -> ServiceRequest:
    return ServiceRequest.objects.get(id=receipt.request_id)


def test_from_dispatch_to_answer(enter, city):
    receipt = file(contact_phone="13812345678")
    dispatcher, officer = enter("dispatcher"), enter("officer", city.lights)
    assert receipt.number in text(dispatcher.get("/desk/requests/dispatch"))
    page = f"/desk/requests/{receipt.request_id}"
    assert "138****5678" in text(dispatcher.get(page))
    assert dispatcher.post(f"{page}/dispatch", {"agency": ""}).status_code == 422
    assert dispatcher.post(f"{page}/dispatch", {"agency": str(city.lights), "words": "请办。"}).status_code == 302
    assert receipt.number in text(officer.get("/desk/requests/handle"))
    assert officer.post(f"{page}/accept").status_code == 302
    assert officer.post(f"{page}/reply", {"words": ""}).status_code == 422
    assert officer.post(f"{page}/note", {"words": "已电话核实。"}).status_code == 302
    assert "已电话核实" in text(officer.get(page))
    assert officer.post(f"{page}/reply", {"words": "已修好。"}).status_code == 302
    assert (row(receipt).state, row(receipt).answer) == ("answered", "已修好。")


def test_each_role_has_its_queues(enter, city):
    waiting, theirs = file(), dispatched(agency_id=city.roads)
    officer = enter("officer", city.lights)
    assert officer.get("/desk/requests/dispatch").status_code == 403
    assert theirs.number not in text(officer.get("/desk/requests/handle"))
    assert enter("dispatcher").get("/desk/requests/nonsense").status_code == 404
    everything = text(enter("supervisor").get("/desk/requests/all"))
    assert waiting.number in everything
    assert theirs.number in everything


def test_others_requests_are_not_there(enter, city):
    receipt = dispatched(agency_id=city.roads)
    officer = enter("officer", city.lights)
    page = f"/desk/requests/{receipt.request_id}"
    assert officer.get(page).status_code == 404
    assert officer.post(f"{page}/accept").status_code == 404
    assert Client().get(page).status_code == 302
    assert row(receipt).state == "dispatched"


def test_shows_the_buttons_of_the_table_and_no_others(enter, city):
    receipt = dispatched()
    page = text(enter("officer", city.lights).get(f"/desk/requests/{receipt.request_id}"))
    assert f"/desk/requests/{receipt.request_id}/accept" in page
    assert f"/desk/requests/{receipt.request_id}/reply" not in page
    assert (
        enter("officer", city.lights).post(f"/desk/requests/{receipt.request_id}/reply", {"words": "x好"}).status_code
        == 409
    )


def test_filters_stand_in_the_address_and_odd_ones_do_no_harm(enter, city):
    receipt = in_progress()
    officer = enter("officer", city.lights)
    assert receipt.number in text(officer.get("/desk/requests/handle?state=in_progress&kind=help"))
    assert receipt.number not in text(officer.get("/desk/requests/handle?state=dispatched"))
    assert officer.get("/desk/requests/handle?state=xx&kind=yy").status_code == 200
    assert officer.get("/desk/requests/handle?after=zz").status_code == 422


@pytest.mark.parametrize(
    ("action", "said", "state"),
    [
        ("interim_reply", {"words": "配件明天到。"}, "in_progress"),
        ("ask_extension", {"words": "等配件。", "amount": "2"}, "in_progress"),
        ("suspend", {"words": "等完工。", "look_again_date": "2026-12-20"}, "suspended"),
        ("draft_reply", {"words": "初稿。"}, "in_review"),
        ("split", {"words": "井盖松了。"}, "in_progress"),
        ("return", {"words": "不归我们。"}, "returned"),
    ],
)
def test_an_officers_steps(enter, city, action, said, state):
    receipt = in_progress(kind=None)
    officer = enter("officer", city.lights)
    answer = officer.post(f"/desk/requests/{receipt.request_id}/{action}", said)
    assert answer.status_code == 302, text(answer)
    assert row(receipt).state == state


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("suspend", {"words": "等。", "look_again_date": "2020-01-01"}),
        ("suspend", {"words": "等。", "look_again_date": "x"}),
        ("ask_extension", {"words": "等。", "amount": "0"}), ("ask_extension", {"words": "等。", "amount": "9999"}),
        ("merge", {"into": "123"}), ("interim_reply", {"words": "灯" * 30_000}),
    ],
)  # fmt: skip
def test_odd_input_is_told_at_its_field(enter, city, action, said):
    receipt = in_progress()
    answer = enter("officer", city.lights).post(f"/desk/requests/{receipt.request_id}/{action}", said)
    assert answer.status_code == 422
    assert "field-error" in text(answer)


def test_a_second_person_releases(enter, city):
    receipt = in_progress()
    enter("officer", city.lights).post(f"/desk/requests/{receipt.request_id}/draft_reply", {"words": "已修好。"})
    reviewer = enter("reviewer", city.lights)
    assert receipt.number in text(reviewer.get("/desk/requests/review"))
    assert reviewer.post(f"/desk/requests/{receipt.request_id}/release").status_code == 302
    assert row(receipt).state == "answered"


def test_handed_to_another_city_and_declined(enter, city):
    receipt, other = file(), file()
    dispatcher = enter("dispatcher")
    page = f"/desk/requests/{receipt.request_id}"
    assert dispatcher.post(f"{page}/hand_over", {"city_code": "999999", "words": "在外地。"}).status_code == 422
    assert dispatcher.post(f"{page}/hand_over", {"city_code": "430200", "words": "在外地。"}).status_code == 302
    assert row(receipt).state == "handed_over"
    declined = dispatcher.post(f"/desk/requests/{other.request_id}/decline", {"words": "请向法院反映。"})
    assert declined.status_code == 302
    assert row(other).state == "declined"


def test_merged_by_number(enter, city):
    main, double = in_progress(), file()
    dispatcher = enter("dispatcher")
    answer = dispatcher.post(f"/desk/requests/{double.request_id}/merge", {"into": main.number})
    assert answer.status_code == 302
    assert row(double).merged_into_id == main.request_id


def test_words_are_shown_as_text(enter, city):
    receipt = in_progress(words="<script>alert(1)</script>灯坏了")
    page = text(enter("officer", city.lights).get(f"/desk/requests/{receipt.request_id}"))
    assert "<script>alert" not in page


def test_a_published_answer(enter, city):
    receipt = answered()
    said = {"words": "问：路灯坏了。答：已修好。"}
    assert enter("reviewer", city.lights).post(f"/desk/requests/{receipt.request_id}/publish", said).status_code == 302
    assert row(receipt).published_answer
