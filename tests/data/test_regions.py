"""The list of regions is whole, hangs together, and is read as its people read it."""

import csv
import math
from collections import Counter
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "src/shimin/capabilities/catalogue/data/regions.csv"
COLUMNS = ["code", "name", "short_name", "level", "parent_code", "pinyin", "initials", "lng", "lat"]

# Published by 民政部: 34 provinces, 333 cities, 2847 counties. Ours: a city for each of the four municipalities.
PUBLISHED = {"province": 34, "city": 333 + 4, "county": 2847}

HARD_READINGS = {
    "长沙市": "changsha", "重庆市": "chongqing", "厦门市": "xiamen", "长寿区": "changshou", "乐清市": "yueqing",
    "六安市": "luan", "台州市": "taizhou", "丽水市": "lishui", "蚌埠市": "bengbu", "亳州市": "bozhou",
    "铅山县": "yanshan", "东阿县": "donge", "番禺区": "panyu", "洪洞县": "hongtong", "尉犁县": "yuli",
    "涪陵区": "fuling", "长治市": "changzhi", "长子县": "zhangzi", "子长市": "zichang", "大城县": "daicheng",
    "大埔县": "dabu", "黄埔区": "huangpu", "六合区": "luhe", "六盘水市": "liupanshui", "漯河市": "luohe",
    "泌阳县": "biyang", "渑池县": "mianchi", "浚县": "xunxian", "单县": "shanxian", "莘县": "shenxian",
    "歙县": "shexian", "黟县": "yixian", "枞阳县": "zongyang", "涡阳县": "guoyang", "盱眙县": "xuyi",
    "宝坻区": "baodi", "蔚县": "yuxian", "蠡县": "lixian", "乐亭县": "laoting", "乐陵市": "laoling",
    "乐山市": "leshan", "珲春市": "hunchun", "穆棱市": "muling", "闵行区": "minhang", "行唐县": "xingtang",
    "荥阳市": "xingyang", "荥经县": "yingjing", "中牟县": "zhongmu", "都匀市": "duyun", "犍为县": "qianwei",
    "筠连县": "junlian", "郫都区": "pidu", "什邡市": "shifang", "阆中市": "langzhong", "崆峒区": "kongtong",
    "宕昌县": "tanchang", "柞水县": "zhashui", "吴堡县": "wubu", "佛山市": "foshan", "东莞市": "dongguan",
    "龙圩区": "longxu", "百色市": "baise", "儋州市": "danzhou", "喀什市": "kashi", "库尔勒市": "kuerle",
    "吕梁市": "lvliang", "曾都区": "zengdu", "马尾区": "mawei", "吐鲁番市": "tulufan", "朝阳市": "chaoyang",
    "伽师县": "jiashi", "浪卡子县": "langkazi", "会理市": "huili",
}  # fmt: skip

SHORT_NAMES = {
    "内蒙古自治区": "内蒙古", "新疆维吾尔自治区": "新疆", "湘西土家族苗族自治州": "湘西",
    "黔东南苗族侗族自治州": "黔东南", "巴音郭楞蒙古自治州": "巴音郭楞", "锡林郭勒盟": "锡林郭勒",
    "大兴安岭地区": "大兴安岭", "芷江侗族自治县": "芷江", "东乡族自治县": "东乡", "鄂温克族自治旗": "鄂温克",
    "隆林各族自治县": "隆林", "积石山保安族东乡族撒拉族自治县": "积石山", "神农架林区": "神农架",
    "万柏林区": "万柏林", "浦东新区": "浦东", "道县": "道县", "城区": "城区", "市中区": "市中区",
    "井陉矿区": "井陉矿区", "准格尔旗": "准格尔旗", "雨花区": "雨花", "沙县区": "沙县", "梅里斯达斡尔族区": "梅里斯",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


@pytest.fixture(scope="module")
def by_code(rows):
    return {row["code"]: row for row in rows}


def test_counts_what_is_published(rows):
    assert Counter(row["level"] for row in rows) == PUBLISHED


def test_is_sorted_and_codes_are_unique(rows):
    codes = [row["code"] for row in rows]
    assert codes == sorted(set(codes))
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_every_parent_exists_and_is_above(rows, by_code):
    above = {"city": {"province"}, "county": {"city", "province"}}
    for row in rows:
        if row["level"] == "province":
            assert row["parent_code"] == ""
        else:
            parent = by_code[row["parent_code"]]
            assert parent["level"] in above[row["level"]], row
            assert parent["code"][:2] == row["code"][:2], row


def test_gives_municipalities_a_city_of_their_name(by_code):
    for province in ("110000", "120000", "310000", "500000"):
        city = by_code[f"{province[:2]}0100"]
        assert (city["level"], city["parent_code"], city["name"]) == ("city", province, by_code[province]["name"])
    assert by_code["500236"]["parent_code"] == "500100"  # 奉节县: one of the counties whose codes start with 5002


def test_hangs_counties_without_a_city_under_their_province(rows, by_code):
    direct = [row for row in rows if row["level"] == "county" and by_code[row["parent_code"]]["level"] == "province"]
    assert Counter(row["parent_code"] for row in direct) == {"410000": 1, "420000": 4, "460000": 15, "650000": 13}


def test_has_the_counties_of_changsha(rows):
    names = {row["name"] for row in rows if row["parent_code"] == "430100"}
    assert names == {
        "芙蓉区", "天心区", "岳麓区", "开福区", "雨花区", "望城区", "长沙县", "浏阳市", "宁乡市",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "pinyin"), HARD_READINGS.items())
def test_reads_hard_names_as_their_people_do(rows, name, pinyin):
    assert {row["pinyin"] for row in rows if row["name"] == name} == {pinyin}


@pytest.mark.parametrize(("name", "short_name"), SHORT_NAMES.items())
def test_shortens_names_as_people_do(rows, name, short_name):
    assert {row["short_name"] for row in rows if row["name"] == name} == {short_name}


def test_writes_readings_as_people_type_them(rows):
    for row in rows:
        assert row["pinyin"].isascii(), row
        assert row["pinyin"].islower(), row
        assert len(row["initials"]) == len(row["short_name"]), row
        assert row["pinyin"].startswith(row["initials"][0]), row


def test_locates_every_city_and_nearly_every_county_in_china(rows):
    unlocated = [row for row in rows if not row["lng"]]
    assert all(row["level"] == "county" for row in unlocated)
    assert len(unlocated) <= 0.01 * PUBLISHED["county"]
    for row in rows:
        if row["lng"]:
            assert 73 < float(row["lng"]) < 136, row
            assert 3 < float(row["lat"]) < 54, row


def test_puts_cities_near_their_counties(rows, by_code):
    distances = [
        _kilometres(row, city)
        for row in rows
        if row["lng"] and row["level"] == "county" and (city := by_code[row["parent_code"]])["level"] == "city"
    ]
    within = sum(distance < 300 for distance in distances)
    assert within >= 0.99 * len(distances)
    assert max(distances) < 900  # 南沙 from 三沙's seat on 永兴岛; on land 那曲 and 呼伦贝尔 span up to 500


def _kilometres(one: dict[str, str], other: dict[str, str]) -> float:
    lng, lat = float(one["lng"]), float(one["lat"])
    other_lng, other_lat = float(other["lng"]), float(other["lat"])
    eastwards = (lng - other_lng) * math.cos(math.radians((lat + other_lat) / 2))
    return 111.2 * math.hypot(eastwards, lat - other_lat)
