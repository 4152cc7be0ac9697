"""Finding items by what people type."""

from __future__ import annotations

import pytest

from shimin.capabilities.catalogue import tally
from shimin.capabilities.catalogue.models import ZeroHit
from shimin.capabilities.catalogue.operations.synonyms import SynonymExists, add_synonym, remove_synonym
from shimin.capabilities.catalogue.public import search_items
from shimin.capabilities.catalogue.search.sounds import fold, initials_of, sound_of, split_pinyin, syllables_of
from shimin.capabilities.catalogue.search.words import normalise, strip_around, terms_of
from shimin.capabilities.catalogue.tests.factories import CITY, NOW, OTHER_CITY
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import count_statements, officer

EDITOR = officer("catalogue.editor")


@pytest.fixture
def city(publish_item, no_blocks):
    """A city with four items."""
    publish_item("430100/bureau/id-card-replacement")
    publish_item(
        "430100/bureau/traffic-violations", name="机动车违法查询", summary="查交通违法记录。",
        keywords=["罚单", "扣分", "违章"], materials=None, situations=None,
    )  # fmt: skip
    publish_item(
        "430100/bureau/housing-fund", name="住房公积金查询", summary="查余额和缴存。",
        keywords=["公积金", "公积金余额"], materials=None, situations=None,
    )  # fmt: skip
    publish_item(
        "430100/bureau/hazard-permit", name="危险化学品经营许可证变更（企业名称）", summary="企业改名后换证。",
        keywords=["危化品"], materials=None, situations=None,
    )  # fmt: skip


def found(text, region=CITY):
    return [card.slug for card in search_items(region, text).cards]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("罚单", "traffic-violations"),
        ("机动车违法查询", "traffic-violations"),
        ("查询机动车违法", "traffic-violations"),
        ("丢了身份证怎么办", "id-card-replacement"),
        ("我想补办身份证", "id-card-replacement"),
        ("长沙公积金", "housing-fund"),
        ("gongjijin", "housing-fund"),
        ("GJJ", "housing-fund"),
        ("ｇｊｊ", "housing-fund"),
        ("工积金", "housing-fund"),
        ("公鸡金余额", "housing-fund"),
        ("fadan", "traffic-violations"),
        ("罚 单", "traffic-violations"),
        ("公积金！！！", "housing-fund"),
    ],
)
def test_finds(city, text, slug):
    assert found(text)[:1] == [slug]


def test_says_how_it_understood_a_homophone(city):
    assert search_items(CITY, "工积金").corrected == "公积金"
    assert search_items(CITY, "公积金").corrected == ""


def test_one_statement(city):
    search_items(CITY, "罚单")
    with count_statements() as seen:
        search_items(CITY, "丢了身份证怎么办")
    assert seen.count == 1


@pytest.mark.parametrize(
    "text", ["", "   ", "！？。", "\x00", "'; DROP TABLE x; --", "\\", "a" * 5000, "😀" * 500, "%_&|!():*"]
)
def test_any_text_is_answered(city, text):
    search_items(CITY, text)


def test_a_request_for_nothing_is_logged_without_its_digits(city):
    assert found("量子纠缠430104199005171234x") == []
    tally.missed.flush()
    row = ZeroHit.objects.get()
    assert (row.region_code, row.request, row.times) == (CITY, "量子纠缠#", 1)


def test_an_item_of_another_city_is_hinted_at(city):
    result = search_items(OTHER_CITY, "罚单")
    assert result.cards == ()
    assert [region.code for region in result.elsewhere] == [CITY]


def test_unknown_region(city):
    with pytest.raises(NotFound):
        search_items("999999", "罚单")


class TestSynonyms:
    def test_are_known_at_once(self, city):
        assert found("小本本") == []
        add_synonym(actor=EDITOR, said="小本本", meant="身份证", now=NOW)
        assert found("小本本")[:1] == ["id-card-replacement"]
        assert search_items(CITY, "我的小本本").synonyms == ("身份证",)

    def test_can_be_removed(self, city):
        synonym_id = add_synonym(actor=EDITOR, said="小本本", meant="身份证", now=NOW)
        remove_synonym(actor=EDITOR, synonym_id=synonym_id, now=NOW)
        assert found("小本本") == []
        with pytest.raises(NotFound):
            remove_synonym(actor=EDITOR, synonym_id=synonym_id, now=NOW)

    def test_only_editors_teach(self, city):
        with pytest.raises(Forbidden):
            add_synonym(actor=officer("enquiries.officer"), said="a", meant="b", now=NOW)

    def test_refuses_the_same_pair_twice(self, city):
        add_synonym(actor=EDITOR, said="小本本", meant="身份证", now=NOW)
        with pytest.raises(SynonymExists):
            add_synonym(actor=EDITOR, said="小本本", meant="身份证", now=NOW)

    @pytest.mark.parametrize(("said", "meant"), [("", "x"), ("x", "  "), ("x" * 31, "y"), ("同", "同"), ("！", "x")])
    def test_refuses_bad_pairs(self, city, said, meant):
        with pytest.raises(InvalidInput):
            add_synonym(actor=EDITOR, said=said, meant=meant, now=NOW)


def test_words_and_pairs():
    assert {"身份证", "补领", "份证"} <= terms_of("居民身份证遗失补领")
    assert "12345" in terms_of("12345 热线")


def test_polite_words_go_unless_nothing_is_left():
    assert strip_around("请问身份证丢了怎么办") == "身份证丢了"
    assert strip_around("怎么办") == "怎么办"


def test_requests_have_one_form():
    assert normalise(" ＧＪＪ\u3000\x00提取 ") == "gjj 提取"


@pytest.mark.parametrize(
    ("typed", "syllables"),
    [
        ("gongjijin", ["gong", "ji", "jin"]),
        ("xian", ["xian"]),
        ("hello", None),
        ("shenfenzheng", ["shen", "fen", "zheng"]),
    ],
)
def test_typed_pinyin_is_split(typed, syllables):
    assert split_pinyin(typed) == syllables


def test_sounds_fold_what_people_mix_up():
    assert fold("zhang") == fold("zan")
    assert fold("nan") == fold("lan")
    assert fold("hua") == fold("fa")
    assert syllables_of("公积金") == ["gong", "ji", "jin"]
    assert sound_of(["gong", "ji", "jin"]) == sound_of(["gong", "ji", "jing"])
    assert syllables_of("𠮷") is None
    assert initials_of(["gong", "ji", "jin"]) == "gjj"
