"""Use is counted once for each event, however events come; everybody sees months without small cells."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, transaction
from django.test import Client

from shimin.capabilities.catalogue.operations.reference import load_reference
from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.enquiries.public import RecordLookedUp
from shimin.capabilities.indicators.domain.use import COUNTED
from shimin.capabilities.indicators.models import UseCount, UseMonth
from shimin.capabilities.indicators.public import (
    ANALYST,
    Dimension,
    Shares,
    Span,
    UseStage,
    daily_for,
    forget_old_use,
    growth,
    hours_saved,
    inhabitants,
    public_shares,
    rebuild_use,
    shares_for,
)
from shimin.capabilities.indicators.subscriptions import on_use
from shimin.capabilities.indicators.web.reach import find_reach
from shimin.capabilities.indicators.web.use import growth_words, next_month, previous_month, read_month, spans_of
from shimin.capabilities.payments.public import OrderCaptured, OrderPlaced, OrderRefunded
from shimin.capabilities.service_requests.public import RequestFiled, RequestMoved
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.events import Registry, dead_letters, emit
from shimin.kernel.events.relay import name_of, relay_batch
from shimin.kernel.ids import new_id
from shimin.kernel.testing import citizen, count_statements, officer

CITY = "430100"
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in China
MONTH = date(2026, 11, 1)
ALL = Span(CITY, date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture
def regions(db):
    load_reference(now=NOW)


@pytest.fixture
def counted():
    """The events that are counted, with no other subscriber."""
    registry = Registry()
    for kind in COUNTED:
        registry.types[kind.name] = kind
        registry.batch_handlers[kind.name] = [on_use]
    return registry


def tell(*events, at=NOW):
    with scope(SYSTEM):
        for event in events:
            emit(event, aggregate="thing", aggregate_id=new_id(), version=1, now=at)


def relay(registry):
    while relay_batch(NOW + timedelta(days=40), events=registry):
        pass


def look_up(item=1, agency=7, outcome="found", city=CITY):
    return RecordLookedUp(new_id(), item, agency, city, outcome, "")


def cells(**given):
    return {(row.dimension, row.key, row.stage): row.times for row in UseCount.objects.filter(**given)}


def test_a_look_up_counts_along_its_dimensions(db, counted):
    tell(look_up(), look_up(outcome="empty"), look_up(outcome="unavailable"))
    relay(counted)
    assert cells(city_code=CITY, day=date(2026, 11, 20)) == {
        ("act", "look_up", "started"): 3, ("act", "look_up", "finished"): 2,
        ("service", "1", "started"): 3, ("service", "1", "finished"): 2,
        ("agency", "7", "started"): 3, ("agency", "7", "finished"): 2,
        ("hour", "12", "started"): 3,
    }  # fmt: skip


def test_apps_and_districts_count_where_an_event_tells_them(db, counted):
    tell(
        RecordLookedUp(new_id(), 1, 7, CITY, "found", "", "wechat"),
        RequestFiled(9, CITY, "ask", False, "wechat", "430102"),
        RequestFiled(10, CITY, "ask", False, "web", ""),
    )
    relay(counted)
    seen = {(key, stage): times for (dimension, key, stage), times in cells().items() if dimension == "channel"}
    assert seen == {("wechat", "started"): 2, ("web", "started"): 1}
    assert {key for (dimension, key, _) in cells() if dimension == "district"} == {"430102"}


def test_reach_is_measured_against_inhabitants(regions):
    shares = Shares((("430121", 40), ("430102", 30), ("430104", 12)), 9)
    reach = find_reach(get_region(CITY), shares)
    assert reach is not None
    assert [row[0] for row in reach.rows[:3]] == ["芙蓉区", "长沙县", "岳麓区"]
    assert reach.rows[0] == ["芙蓉区", "30", f"{30 * 10_000 / 642_010:.2f}"]
    assert reach.rows[2][1] == "12（少，仅供参考）"
    assert {tuple(row[1:]) for row in reach.rows[3:]} == {("不足 10 件或没有", "—")}
    assert len(reach.rows) == len(reach.map.places) == 9
    assert {place.code: place.tone for place in reach.map.places if place.tone is not None} == {
        "430102": 2, "430121": 1, "430104": 0,
    }  # fmt: skip
    assert find_reach(get_region(CITY), Shares((), None)) is None
    assert find_reach(get_region("110000"), shares) is None


def test_a_citys_districts_add_up():
    counted = {code: each.people for code, each in inhabitants().items() if code.startswith("4301")}
    assert counted.pop(CITY) == sum(counted.values())


def test_payments_and_requests_count_when_they_are_through(db, counted):
    tell(
        OrderPlaced(1, CITY, "debt", (7,), "wechat"),
        OrderPlaced(2, CITY, "debt", (7,), "web"),
        OrderCaptured(1, CITY, "alipay", 20000, "debt", (7,)),
        OrderRefunded(1, CITY, 2, 3, 10000, False),
        OrderRefunded(1, CITY, 4, 5, 10000, True),
        RequestFiled(9, CITY, "ask", False),
        RequestMoved(9, CITY, 1, "answer", "in_review", "answered", 7),
        RequestMoved(9, CITY, 2, "note", "answered", "answered", 7),
    )
    relay(counted)
    acts = {(key, stage): times for (dimension, key, stage), times in cells().items() if dimension == "act"}
    assert acts == {
        ("pay", "started"): 2, ("pay", "finished"): 1, ("pay", "reversed"): 1,
        ("ask", "started"): 1, ("ask", "finished"): 1,
    }  # fmt: skip


def test_payments_count_by_service_agency_and_app(db, counted):
    tell(
        OrderPlaced(1, CITY, "bill", (7, 8), "wechat"),
        OrderPlaced(2, CITY, "counter", (), "counter"),
        OrderCaptured(1, CITY, "alipay", 20000, "bill", (7, 8)),
    )
    relay(counted)
    assert cells() == {
        ("act", "pay", "started"): 2, ("act", "pay", "finished"): 1,
        ("service", "pay.bill", "started"): 1, ("service", "pay.bill", "finished"): 1,
        ("service", "pay.counter", "started"): 1,
        ("agency", "7", "started"): 1, ("agency", "7", "finished"): 1,
        ("agency", "8", "started"): 1, ("agency", "8", "finished"): 1,
        ("channel", "wechat", "started"): 1, ("channel", "counter", "started"): 1,
        ("hour", "12", "started"): 2, ("gateway", "alipay", "finished"): 1,
    }  # fmt: skip


def test_a_capture_of_before_placing_was_told_counts_as_begun_too(db, counted):
    tell(OrderCaptured(1, CITY, "alipay", 20000))
    relay(counted)
    acts = {(key, stage): times for (dimension, key, stage), times in cells().items() if dimension == "act"}
    assert acts == {("pay", "started"): 1, ("pay", "finished"): 1}


def test_a_late_event_counts_on_its_own_day(db, counted):
    before_midnight = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)
    tell(look_up())
    relay(counted)
    tell(look_up(), at=before_midnight)
    tell(look_up(), at=before_midnight + timedelta(minutes=1))
    relay(counted)
    days = UseCount.objects.filter(dimension="act", stage="started").order_by("day").values_list("day", "times")
    assert list(days) == [(date(2026, 10, 31), 1), (date(2026, 11, 1), 1), (date(2026, 11, 20), 1)]


def test_a_replay_counts_nothing_twice(db, counted):
    tell(look_up(), look_up())
    relay(counted)
    before = cells()
    dead_letters.replay(
        name=RecordLookedUp.name, since=NOW - timedelta(days=1), until=NOW + timedelta(days=1), events=counted
    )
    relay(counted)
    assert cells() == before


def test_months_are_the_sums_of_their_days(db, counted):
    tell(*(look_up(item=n % 3) for n in range(7)))
    tell(look_up(), at=datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    relay(counted)
    assert sums_of_days() == sums_of_months()
    rebuild_use(handler=name_of(on_use), since=date(2026, 11, 20), until=date(2026, 11, 21), now=NOW)
    assert sums_of_days() == sums_of_months()
    assert forget_old_use(NOW + timedelta(days=1110)) > 0
    assert {month for month, *_ in sums_of_months()} == {date(2026, 11, 1)}
    assert sums_of_days() == sums_of_months()


def sums_of_days():
    sums: Counter[tuple[object, ...]] = Counter()
    for row in UseCount.objects.all():
        sums[row.day.replace(day=1), row.city_code, row.dimension, row.key, row.stage] += row.times
    return dict(sums)


def sums_of_months():
    return {(row.month, row.city_code, row.dimension, row.key, row.stage): row.times for row in UseMonth.objects.all()}


def test_whole_months_are_read_from_their_sums_and_other_spans_from_days(db, counted):
    tell(look_up(), look_up())
    relay(counted)
    here = officer(ANALYST, region_code=CITY)
    for since, until, table in (
        (MONTH, date(2026, 12, 1), "indicators_use_month"),
        (date(2026, 11, 2), date(2026, 12, 1), "indicators_use_count"),
    ):
        with scope(here), count_statements() as seen:
            span = Span(CITY, since, until)
            shares = shares_for(actor=here, span=span, dimension=Dimension.SERVICE, stage=UseStage.STARTED)
        assert shares.rows == (("1", 2),)
        assert table in seen.statements[0]


@pytest.mark.parametrize(
    ("key", "since", "until", "earlier", "later"),
    [
        ("week", "2026-01-09", "2026-01-16", "2026-01-02", "2026-01-09"),
        ("month", "2026-01-01", "2026-02-01", "2025-12-01", "2025-12-16"),
        ("quarter", "2025-11-01", "2026-02-01", "2025-08-01", "2025-10-16"),
        ("year", "2025-02-01", "2026-02-01", "2024-02-01", "2025-01-15"),
    ],
)
def test_spans_are_compared_with_as_many_days_before(key, since, until, earlier, later):
    told = spans_of(key, CITY, date(2026, 1, 15))
    assert [(str(span.since), str(span.until)) for span in told] == [(since, until), (earlier, later)]


def test_a_rebuild_gives_what_counting_gave(db, counted):
    tell(*(look_up(item=n % 3) for n in range(20)), OrderCaptured(1, CITY, "alipay", 5))
    relay(counted)
    before = cells()
    UseCount.objects.filter(dimension="service").delete()
    UseCount.objects.filter(dimension="act").update(times=999)
    tell(look_up())  # not delivered: the relay counts it later
    span = {"since": date(2026, 11, 20), "until": date(2026, 11, 21)}
    assert rebuild_use(handler=name_of(on_use), **span, now=NOW) == 21
    assert cells() == before
    relay(counted)
    assert cells()["act", "look_up", "started"] == 21
    for bad in ({"since": span["until"], "until": span["since"]}, {"since": date(2020, 1, 1), "until": MONTH}):
        with pytest.raises(InvalidInput):
            rebuild_use(handler=name_of(on_use), **bad, now=NOW)


def test_the_command_rebuilds(db, counted, capsys):
    tell(look_up())
    relay(counted)
    call_command("use", "rebuild", "--since", "2026-11-20", "--until", "2026-11-21")
    assert "from 1 events" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("use", "rebuild", "--since", "2026-11-20", "--until", "2026-11-20")


def test_counting_and_rebuilding_at_once_lose_nothing(committed_db, counted):
    tell(*(look_up(item=n % 5) for n in range(300)))
    barrier = threading.Barrier(4)

    def work(kind):
        try:
            barrier.wait(timeout=10)
            if kind == "relay":
                relay(counted)
            else:
                for _ in range(5):
                    rebuild_use(handler=name_of(on_use), since=date(2026, 11, 20), until=date(2026, 11, 21), now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, kind) for kind in ("relay", "relay", "rebuild", "rebuild")]:
            done.result(timeout=60)
    relay(counted)
    assert UseCount.objects.get(dimension="act", stage="started").times == 300
    assert sum(UseCount.objects.filter(dimension="service", stage="started").values_list("times", flat=True)) == 300


def fill(**times):
    with scope(SYSTEM):
        for key, number in times.items():
            about = {"city_code": CITY, "dimension": "service", "key": key, "stage": "started", "times": number}
            UseCount.objects.create(day=MONTH, **about)
            UseMonth.objects.create(month=MONTH, **about)


def shown():
    shares = public_shares(city_code=CITY, month=MONTH, dimension=Dimension.SERVICE, stage=UseStage.STARTED)
    return dict(shares.rows), shares.others


@pytest.mark.parametrize(
    ("given", "rows", "others"),
    [
        ({"a": 40, "b": 10}, {"a": 40, "b": 10}, None),
        ({"a": 40, "b": 9, "c": 8}, {"a": 40}, 17),  # nine and eight together may be told
        ({"a": 40, "b": 12, "c": 3}, {"a": 40}, 15),  # three alone could be found from a total: twelve hides it
        ({"a": 40, "b": 3}, {}, 43),
        ({"a": 9}, {}, None),
        ({"a": 4, "b": 5}, {}, None),
        ({}, {}, None),
    ],
)
def test_everybody_sees_no_cell_below_ten(db, given, rows, others):
    fill(**given)
    with scope(ANONYMOUS):
        assert shown() == (rows, others)


@pytest.mark.parametrize("actor", [ANONYMOUS, citizen()], ids=["anonymous", "citizen"])
def test_the_database_itself_keeps_cells_from_citizens(db, actor):
    fill(a=3)
    with scope(actor), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SELECT * FROM indicators_use_count")


@pytest.mark.parametrize(
    ("actor", "rows"),
    [
        (officer(ANALYST, region_code=CITY), 1),
        (officer(ANALYST), 1),
        (officer(ANALYST, region_code="430200"), 0),
        (officer("catalogue.editor", region_code=CITY), 0),
    ],
    ids=["here", "everywhere", "elsewhere", "another role"],
)
def test_the_database_shows_analysts_their_city(db, actor, rows):
    fill(a=3)
    with scope(actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indicators_use_count")
        assert cursor.fetchone() == (rows,)


def test_analysts_see_exact_counts_of_their_city_only(db):
    fill(a=3, b=40)
    here, elsewhere = officer(ANALYST, region_code=CITY), officer(ANALYST, region_code="430200")

    def shares(actor):
        return shares_for(actor=actor, span=ALL, dimension=Dimension.SERVICE, stage=UseStage.STARTED)

    with scope(here):
        assert shares(here).rows == (("b", 40), ("a", 3))
        assert len(daily_for(actor=here, span=ALL)) == 365
    for stranger in (elsewhere, citizen(), ANONYMOUS, officer("catalogue.editor", region_code=CITY)):
        with pytest.raises(NotFound):
            shares(stranger)


def test_growth_says_when_it_starts_from_few():
    assert growth_words(growth(100, 11000)) == "是上个月的 110.0 倍"
    assert growth_words(growth(12, 60)) == "是上个月的 5.0 倍（上个月只有 12 次，仅供参考）"
    assert growth_words(growth(9, 900)) == "上个月的次数太少，不作比较"
    assert growth_words(growth(0, 5)) == "上个月的次数太少，不作比较"
    assert growth_words(growth(100, 70)) == "比上个月少 30%"
    assert growth_words(growth(100, 100)) == "比上个月持平"


def test_months_are_read_strictly():
    today = date(2026, 11, 27)
    assert read_month("", today) == MONTH
    assert read_month("2026-02", today) == date(2026, 2, 1)
    for bad in ("2026-13", "2026-12", "x", "2026-1", "1999-01", "2026-11-05", "0000-01"):
        with pytest.raises(NotFound):
            read_month(bad, today)
    assert (previous_month(date(2026, 1, 1)), next_month(date(2025, 12, 1))) == (date(2025, 12, 1), date(2026, 1, 1))


def test_time_saved_is_the_published_difference():
    assert hours_saved(240) == 240 * 29.75 / 60


def test_only_payments_online_save_time(regions, counted):
    for number in range(12):
        for purpose in ("bill", "counter"):
            tell(
                OrderPlaced(number, CITY, purpose, (), "web"),
                OrderCaptured(number, CITY, "alipay", 100, purpose),
            )
    relay(counted)
    page = Client().get(f"/c/{CITY}/use?month=2026-11").content.decode()
    assert "12 笔网上缴费" in page
    assert "24" in page


def test_the_api_tells_what_the_page_tells(regions):
    fill(a=40, b=12, c=3)
    browser = Client()
    address = f"/api/v1/regions/{CITY}/use?month=2026-11&dimension=service"
    assert browser.get(address).json()["shares"] == [{"key": "a", "times": 40}, {"key": "", "times": 15}]
    page = browser.get(f"/c/{CITY}/use?month=2026-11").content.decode()
    assert "indicators_public_use(&#x27;430100&#x27;, &#x27;2026-11-01&#x27;" in page
    assert browser.get(f"/c/{CITY}/use?month=2026-99").status_code == 404
    assert browser.get("/c/999999/use").status_code == 404
    assert browser.get("/desk/use").status_code in (302, 401)
    assert browser.get(address.replace("2026-11", "2026-99")).status_code == 422
