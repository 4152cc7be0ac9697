"""Regions: find, nearest, chain."""

from __future__ import annotations

import pytest

from shimin.capabilities.catalogue.public import (
    all_cities,
    city_of,
    find_regions,
    get_region,
    list_cities,
    nearest_city,
)
from shimin.capabilities.catalogue.regions import chain_of
from shimin.kernel.errors import NotFound

pytestmark = pytest.mark.usefixtures("places")


@pytest.mark.parametrize("text", ["长沙", "长沙市", "changsha", "Chang Sha", "cs", "CS", "430100", "chang", "长"])
def test_finds_a_city(text):
    assert find_regions(text)[0].code == "430100"


def test_finds_nothing_for_nothing():
    assert find_regions("") == find_regions("  ") == find_regions("火星") == []


@pytest.mark.parametrize(
    ("lng", "lat", "code"), [(112.87, 28.19, "430100"), (113.1, 27.8, "430200"), (112.4, 35.1, "419001")]
)
def test_nearest_city_counts_by_districts(lng, lat, code):
    assert nearest_city(lng, lat) == get_region(code)


def test_city_of_a_county():
    assert city_of("430104").code == "430100"
    assert city_of("430100").code == "430100"
    assert city_of("419001").code == "419001"  # governed by its province
    for code in ("430000", "100000", "999999"):
        with pytest.raises(NotFound):
            city_of(code)


def test_divisions():
    assert [region.code for region in list_cities()] == ["410000", "430000"]
    assert [region.code for region in list_cities("430100")] == ["430104", "430105"]
    assert [region.code for region in all_cities()] == ["430100", "419001", "430200"]


def test_chain():
    assert chain_of("430104") == ["430104", "430100", "430000", "100000"]
    assert chain_of("100000") == ["100000"]


def test_unknown_region():
    with pytest.raises(NotFound):
        get_region("000000")
