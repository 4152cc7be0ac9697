"""Without a reader of texts nothing is claimed about a request."""

from shimin.capabilities.service_requests.public import Place, get_text_reader
from shimin.kernel import clock


def test_says_nothing_without_a_reader():
    reader = get_text_reader()
    assert reader.suggest("楼下烧烤油烟太大", city_code="430100").choices is not None
    assert list(reader.find_similar("楼下", Place(), city_code="430100", now=clock.now())) == []
