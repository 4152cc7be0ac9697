from datetime import timedelta

import pytest

from shimin.capabilities.enquiries.domain.disputes import DisputeState
from shimin.capabilities.enquiries.models import Dispute, Enquiry
from shimin.capabilities.enquiries.operations.disputes import (
    AlreadyAnswered,
    NotDisputable,
    answer_dispute,
    file_dispute,
    tell_dispute_answered,
)
from shimin.capabilities.enquiries.operations.look_up import look_up
from shimin.capabilities.enquiries.queries.desk import OFFICER, count_open_disputes, list_disputes
from shimin.capabilities.enquiries.queries.offers import get_offer
from shimin.capabilities.enquiries.queries.reads import get_read_for, list_reads
from shimin.capabilities.enquiries.tests.conftest import sign_in
from shimin.capabilities.enquiries.tests.factories import CITY
from shimin.capabilities.enquiries.tests.test_pages import words
from shimin.capabilities.identity.tests.factories import make_officer, make_resident
from shimin.capabilities.notices.public import list_notices
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.models import Event
from shimin.kernel.testing import citizen, count_statements, officer


@pytest.fixture
def read(publish, source, at):
    """Make a reading of a resident and return its id."""
    publish("traffic-violations", "gaokao-score")

    def run(resident, slug="traffic-violations"):
        return look_up(actor=resident.actor, region_code=CITY, slug=slug, params={}, now=at.now).enquiry_id

    return run


def test_lines_come_newest_first_page_by_page(read, resident, browser):
    ids = [read(resident) for _ in range(5)]
    first = list_reads(resident.actor, limit=2)
    second = list_reads(resident.actor, after=first.next, limit=2)
    last = list_reads(resident.actor, after=second.next, limit=2)
    assert [line.enquiry_id for page in (first, second, last) for line in page.reads] == ids[::-1]
    assert last.next is None


def test_the_page_filters_by_item_and_pages(read, resident, browser, at):
    sign_in(browser, resident)
    for _ in range(21):
        read(resident)
    read(resident, "gaokao-score")
    page = browser.get("/me/reads")
    assert page.content.decode().count("/me/reads/") == 20
    item_id = get_offer(CITY, "gaokao-score", at.now).item_id
    assert browser.get(f"/me/reads?item={item_id}").content.decode().count("/me/reads/") == 1
    assert "更早的" in words(page)


@pytest.mark.parametrize("query", ["after=x", "after=-1", "item=99999999999999999999", "item=', 1", "after=0"])
def test_a_broken_address_is_no_fault_of_the_page(read, resident, browser, query):
    sign_in(browser, resident)
    assert browser.get(f"/me/reads?{query}").status_code == 200


def test_the_list_costs_at_most_three_statements_beside_the_session_and_one_for_a_log_kept_elsewhere(
    read, resident, browser
):
    sign_in(browser, resident)
    read(resident)
    with count_statements() as seen:
        browser.get("/me/reads")
    assert seen.count <= 5, seen.statements


def test_nobody_sees_anothers_line(read, resident, browser):
    line = read(make_resident())
    assert list_reads(resident.actor).reads == ()
    with pytest.raises(NotFound):
        get_read_for(actor=resident.actor, enquiry_id=line)
    sign_in(browser, resident)
    assert browser.get(f"/me/reads/{line}").status_code == 404
    assert browser.post(f"/me/reads/{line}", {"reason": "not_me"}).status_code == 404
    assert not Dispute.objects.exists()


def test_an_account_without_a_name_has_no_lines(db, at):
    assert list_reads(make_resident(level=1).actor).reads == ()


def test_a_line_says_who_when_what_for_and_which_fields(read, resident, browser):
    sign_in(browser, resident)
    page = words(browser.get(f"/me/reads/{read(resident)}"))
    for said in (
        "2026年11月22日 10:00:00",
        "长沙市公安局交通警察支队",
        "查看本人名下车辆",
        "违法行为、违法时间",
        "第四十五条",
    ):
        assert said in page


def test_a_dispute_goes_to_the_agency_and_its_answer_comes_back(read, resident, browser, at):
    line = read(resident)
    sign_in(browser, resident)
    response = browser.post(f"/me/reads/{line}", {"reason": "not_me", "words": "那天我没有登录。"})
    assert response["Location"] == f"/me/reads/{line}"
    assert "部门应在 12月8日（周二） 0 点前答复" in words(browser.get(f"/me/reads/{line}"))

    agency_id = Enquiry.objects.get(id=line).agency_id
    clerk = officer(OFFICER, agency_id=agency_id)
    [dispute] = list_disputes(clerk)
    assert dispute.words == "那天我没有登录。"
    at.now += timedelta(days=2)
    answer_dispute(actor=clerk, dispute_id=dispute.dispute_id, answer="已核对登录记录。", now=at.now)
    assert count_open_disputes(clerk) == 0
    assert "已核对登录记录" in words(browser.get(f"/me/reads/{line}"))

    tell_dispute_answered(dispute_id=dispute.dispute_id, now=at.now)
    assert [notice.title for notice in list_notices(resident.actor)] == ["您的异议有了答复"]
    with scope(SYSTEM):
        names = list(Event.objects.filter(aggregate="enquiries.dispute").order_by("id").values_list("name", flat=True))
    assert names == ["enquiries.dispute_filed", "enquiries.dispute_answered"]


def test_a_repeated_dispute_is_the_first_one(read, resident, at):
    line = read(resident)
    first = file_dispute(actor=resident.actor, enquiry_id=line, reason="not_me", words="", now=at.now)
    assert file_dispute(actor=resident.actor, enquiry_id=line, reason="other", words="又来", now=at.now) == first
    kept = get_read_for(actor=resident.actor, enquiry_id=line).dispute
    assert kept
    assert kept.words == ""


@pytest.mark.parametrize(
    ("reason", "text", "field"),
    [("", "", "reason"), ("boredom", "", "reason"), ("other", "  ", "words"), ("not_me", "长" * 20_000, "words")],
)
def test_an_incomplete_dispute_names_the_field(read, resident, browser, at, reason, text, field):
    line = read(resident)
    with pytest.raises(InvalidInput) as wrong:
        file_dispute(actor=resident.actor, enquiry_id=line, reason=reason, words=text, now=at.now)
    assert set(wrong.value.fields) == {field}
    assert not Dispute.objects.exists()


def test_the_form_keeps_what_was_written(read, resident, browser):
    sign_in(browser, resident)
    response = browser.post(f"/me/reads/{read(resident)}", {"words": "😀" * 10})
    assert response.status_code == 422
    assert "😀" * 10 in response.content.decode()
    assert "请选一个原因" in words(response)


def test_a_reading_that_goes_on_cannot_be_disputed(read, resident, source, at):
    source.failure = SystemExit()
    with pytest.raises(SystemExit):
        read(resident)
    line = list_reads(resident.actor).reads[0].enquiry_id
    with pytest.raises(NotDisputable):
        file_dispute(actor=resident.actor, enquiry_id=line, reason="not_me", words="", now=at.now)


@pytest.fixture
def dispute(read, resident, at):
    line = read(resident)
    file_dispute(actor=resident.actor, enquiry_id=line, reason="not_me", words="", now=at.now)
    return Dispute.objects.get()


def test_officers_see_their_agency_and_region_only(dispute):
    assert list_disputes(officer(OFFICER))
    assert list_disputes(officer(OFFICER, agency_id=dispute.agency_id, region_code=CITY))
    assert not list_disputes(officer(OFFICER, agency_id=dispute.agency_id + 1))
    assert not list_disputes(officer(OFFICER, region_code="430200"))
    with pytest.raises(Forbidden):
        list_disputes(officer("catalogue.editor"))


def test_a_dispute_of_another_agency_cannot_be_answered(dispute, at):
    stranger = officer(OFFICER, agency_id=dispute.agency_id + 1)
    with pytest.raises(NotFound):
        answer_dispute(actor=stranger, dispute_id=dispute.id, answer="好", now=at.now)
    assert Dispute.objects.get().state == DisputeState.OPEN


def test_a_dispute_is_answered_once(dispute, at):
    answer_dispute(actor=officer(OFFICER), dispute_id=dispute.id, answer="已查。", now=at.now)
    with pytest.raises(AlreadyAnswered):
        answer_dispute(actor=officer(OFFICER), dispute_id=dispute.id, answer="再查。", now=at.now)


def test_an_empty_answer_is_refused(dispute, at):
    with pytest.raises(InvalidInput):
        answer_dispute(actor=officer(OFFICER), dispute_id=dispute.id, answer="  ", now=at.now)


def test_a_citizen_is_no_officer(dispute):
    with pytest.raises(Forbidden):
        list_disputes(citizen())


@pytest.fixture
def desk(browser, dispute):
    """A browser with the session of an officer of the dispute's agency."""
    browser.cookies["shimin_desk"] = make_officer(OFFICER, agency_id=dispute.agency_id).token
    return browser


def test_the_desk_lists_shows_and_answers(desk, dispute):
    assert "这次查询不是我做的" in words(desk.get("/desk/enquiries/disputes"))
    address = f"/desk/enquiries/disputes/{dispute.id}"
    assert str(dispute.enquiry_id) in words(desk.get(address))
    assert desk.post(address, {"answer": ""}).status_code == 422
    assert desk.post(address, {"answer": "已核对。"})["Location"] == "/desk/enquiries/disputes"
    assert "没有异议" in words(desk.get("/desk/enquiries/disputes"))
    assert "这次查询不是我做的" in words(desk.get("/desk/enquiries/disputes?state=answered"))


def test_the_desk_is_for_officers(browser, dispute):
    browser.cookies["shimin_desk"] = make_officer("catalogue.editor").token
    for address in ("disputes", f"disputes/{dispute.id}", "sources"):
        assert browser.get(f"/desk/enquiries/{address}").status_code == 403


def test_the_desk_costs_few_statements(desk, dispute):
    with count_statements() as seen:
        desk.get("/desk/enquiries/disputes")
    assert seen.count <= 8, seen.statements
