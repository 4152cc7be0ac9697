"""Publishing: immutable versions on a line of time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from shimin.capabilities.catalogue.models import Agency, SearchEntry, ServiceItem, ServiceVersion
from shimin.capabilities.catalogue.public import get_item, get_version, list_items
from shimin.capabilities.catalogue.tests.factories import AGENCY, CITY, NOW, publish, service, write_item
from shimin.kernel.errors import NotFound

SLUG = "id-card-replacement"
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("places")


def version_now(moment):
    return get_item(CITY, SLUG, now=moment).version_number


def test_publishes_a_complete_document(tmp_path, no_blocks):
    write_item(tmp_path)
    assert [(each.number, each.is_new) for each in publish(tmp_path)] == [(1, True)]
    doc = get_item(CITY, SLUG, now=NOW).doc
    assert doc["task_code"] == "11430100006000001G3432000001000"
    assert doc["limits"]["promised"] == {"amount": 20, "unit": "working_day", "words": "20 个工作日"}
    assert doc["places"] == AGENCY["places"]
    assert doc["materials"]["household"]["need"] == "required"
    assert doc["channels"]["window"] == {"how": "到派出所办理"}


def test_unchanged_content_makes_no_new_version(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    assert [each.is_new for each in publish(tmp_path, now=NOW + DAY)] == [False]
    assert ServiceVersion.objects.count() == 1


def test_a_change_makes_a_version_and_closes_the_one_before(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    write_item(tmp_path, data=service(name="居民身份证丢失补领"))
    publish(tmp_path, now=NOW + DAY)
    assert version_now(NOW) == 1
    assert version_now(NOW + DAY) == 2
    assert get_item(CITY, SLUG, now=NOW + DAY).card.name == "居民身份证丢失补领"


def test_a_version_may_begin_later(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    write_item(tmp_path, data=service(summary="下月起，补证免费。"))
    publish(tmp_path, effective_from=NOW + 10 * DAY)
    assert version_now(NOW + 9 * DAY) == 1
    assert version_now(NOW + 10 * DAY) == 2


def test_a_mend_today_ends_where_the_planned_version_begins(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    write_item(tmp_path, data=service(summary="下月的新规定。"))
    publish(tmp_path, effective_from=NOW + 10 * DAY)
    write_item(tmp_path, data=service(summary="今天改正一个错字。"))
    publish(tmp_path, now=NOW + DAY)
    assert [version_now(NOW + days * DAY) for days in (0, 1, 9, 10, 99)] == [1, 3, 3, 2, 2]


def test_an_item_that_begins_later_is_not_shown_before(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path, effective_from=NOW + DAY)
    with pytest.raises(NotFound):
        get_item(CITY, SLUG, now=NOW)
    assert list_items(CITY, now=NOW) == []
    assert len(list_items(CITY, now=NOW + DAY)) == 1


def test_old_versions_stay_readable_by_id(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    first = get_item(CITY, SLUG, now=NOW).version_id
    write_item(tmp_path, data=service(name="新名字"))
    publish(tmp_path, now=NOW + DAY)
    assert get_version(first).doc["name"] == "居民身份证遗失补领"


def test_the_database_refuses_to_change_or_delete_a_version(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    for statement in (
        "UPDATE catalogue_service_version SET doc = '{}'",
        "UPDATE catalogue_service_version SET name = 'x'",
        "DELETE FROM catalogue_service_version",
    ):
        with pytest.raises(ProgrammingError, match="published version"), transaction.atomic():
            connection.cursor().execute(statement)


def test_the_database_refuses_overlapping_versions(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    version = ServiceVersion.objects.get()
    version.id, version.number = version.id + 1, 2
    with pytest.raises(IntegrityError, match="catalogue_service_version_overlap"), transaction.atomic():
        version.save(force_insert=True)


def test_country_items_show_in_every_city_and_the_citys_own_edition_goes_before(tmp_path, no_blocks):
    write_item(tmp_path, f"100000/ministry/{SLUG}", service(name="全国的", power_level="nation"))
    publish(tmp_path)
    assert get_item("430200", SLUG, now=NOW).card.name == "全国的"
    write_item(tmp_path)
    publish(tmp_path, now=NOW)
    assert get_item(CITY, SLUG, now=NOW).card.region_code == CITY
    assert [card.name for card in list_items(CITY, now=NOW)] == ["居民身份证遗失补领"]
    assert [card.name for card in list_items("430200", now=NOW)] == ["全国的"]
    assert get_item("430104", SLUG, now=NOW).card.region_code == CITY  # a county shows its city's items


def test_agency_is_brought_up_to_date(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    write_item(tmp_path, agency={**AGENCY, "short_name": "新简称"})
    publish(tmp_path, now=NOW + DAY)
    assert Agency.objects.get().short_name == "新简称"
    assert ServiceItem.objects.count() == 1


def test_files_are_inlined(tmp_path, no_blocks):
    folder = write_item(tmp_path, data=service(more={"file": "texts/more.md"}))
    (folder / "texts").mkdir()
    (folder / "texts" / "more.md").write_text("**更多**")
    (folder / "texts" / "more.en.md").write_text("**More**")
    publish(tmp_path)
    assert get_item(CITY, SLUG, now=NOW).doc["more"] == "**更多**"
    assert get_item(CITY, SLUG, language="en", now=NOW).doc["more"] == "**More**"


def test_blocks_give_entries_and_stars(tmp_path, ticket):
    write_item(tmp_path, data=service(online="one-visit", ticket={"word": "a"}))
    publish(tmp_path)
    guide = get_item(CITY, SLUG, now=NOW)
    assert [entry.url for entry in guide.entries] == [f"/ticket/{SLUG}"]
    assert guide.card.stars == 3


def test_a_paused_item_has_no_entries(tmp_path, ticket):
    paused = {"state": "paused", "words": "系统升级", "from": "2026-11-01"}
    write_item(tmp_path, data=service(online="one-visit", ticket={"word": "a"}, status=paused))
    publish(tmp_path)
    guide = get_item(CITY, SLUG, now=NOW)
    assert (guide.entries, guide.card.status, guide.card.status_words) == ((), "paused", "系统升级")


def test_search_follows_the_versions(tmp_path, no_blocks):
    write_item(tmp_path)
    publish(tmp_path)
    write_item(tmp_path, data=service(name="新名字"))
    publish(tmp_path, now=NOW + DAY)
    old, new = SearchEntry.objects.order_by("effective_from")
    assert (old.effective_to, new.effective_to) == (NOW + DAY, None)
