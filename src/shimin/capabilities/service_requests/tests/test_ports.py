"""What reads texts is a port: the shipped reader stands behind it, and without one nothing is claimed."""

import pytest

from shimin.capabilities.service_requests.public import Place, get_text_reader, set_text_reader
from shimin.capabilities.service_requests.text.reader import ShippedReader
from shimin.kernel import clock


@pytest.fixture
def no_reader():
    """No reader is connected."""
    before = get_text_reader()
    set_text_reader(None)
    yield
    set_text_reader(before)


def test_says_nothing_without_a_reader(no_reader):
    reader = get_text_reader()
    assert reader.suggest("楼下烧烤油烟太大", city_code="430100").choices == ()
    assert list(reader.find_similar("楼下", Place(), city_code="430100", now=clock.now())) == []


def test_the_shipped_reader_is_connected_and_proposes_three_at_most():
    assert isinstance(get_text_reader(), ShippedReader)
    choices = get_text_reader().suggest("楼下烧烤油烟太大，晚上睡不着", city_code="430100").choices
    assert 1 <= len(choices) <= 3
    assert choices[0].probability == max(choice.probability for choice in choices)


@pytest.mark.parametrize("text", ["", "😀", "。"])
def test_the_shipped_reader_says_nothing_of_nothing(text):
    assert get_text_reader().suggest(text, city_code="430100").choices == ()
