"""Messages about one place and one matter become one topic; strangers stay apart; the hottest comes first."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from shimin.capabilities.service_requests.text.topics.files import read_messages
from shimin.capabilities.service_requests.text.topics.hot import Message, find_topics, heat_of
from shimin.capabilities.service_requests.text.topics.likeness import rarities, read
from shimin.capabilities.service_requests.text.topics.places import names_in
from shimin.capabilities.service_requests.text.topics.splitting import without_strangers

DATA = Path(__file__).resolve().parents[6] / "shared" / "data" / "hotline" / "messages.csv.gz"
START = datetime(2026, 3, 1)  # noqa: DTZ001

# Invented for this test.
NOISE = [
    "枫林花园楼下烧烤店深夜噪音扰民",
    "投诉枫林花园烧烤店噪音和油烟",
    "枫林花园小区烧烤店油烟噪音无人管理",
    "请管管枫林花园烧烤店半夜噪音",
]
OTHERS = [
    "星河湾电梯多次停运没人维修",
    "星河湾电梯停运老人下不了楼",
    "咨询公积金贷款额度怎么计算",
    "长江路路灯坏了一个月",
    "建议在图书馆旁边增加公共厕所",
    "孩子入学需要哪些材料",
    "水费账单金额不对",
    "出租车拒载不打表",
    "希望延长博物馆开放时间",
    "医保卡丢失怎样补办",
]


def message(number, subject, *, days=0, likes=0, person=None):
    return Message(str(number), person or f"p{number}", subject, subject, START + timedelta(days=days), likes)


def texts(topic, messages):
    by_id = {each.message_id: each.subject for each in messages}
    return [by_id[each] for each in topic.message_ids]


def test_same_place_and_matter_is_one_topic_and_strangers_stay_apart():
    messages = [message(number, subject, days=number) for number, subject in enumerate(NOISE + OTHERS)]
    topics = find_topics(messages)
    assert texts(topics[0], messages) == NOISE
    assert topics[0].place == "枫林花园"
    assert "枫林花园" in topics[0].description
    assert [texts(topic, messages) for topic in topics[1:]] == [OTHERS[:2]]
    assert topics[0].starts_at == START
    assert topics[0].ends_at == START + timedelta(days=3)


def test_the_same_matter_years_later_is_another_topic():
    now = [message(number, subject, days=number) for number, subject in enumerate(NOISE)]
    later = [message(100 + number, subject, days=900 + number) for number, subject in enumerate(NOISE)]
    filler = [message(200 + number, subject, days=number) for number, subject in enumerate(OTHERS)]
    topics = find_topics([*now, *later, *filler])
    assert [len(topic.message_ids) for topic in topics[:2]] == [4, 4]


def test_another_matter_of_the_same_place_is_another_topic():
    parking = [
        "枫林花园开发商捆绑销售车位，不买车位不准选房，要求退还定金",
        "投诉枫林花园捆绑销售车位，不买车位不准选房，定金不退还",
        "枫林花园车位捆绑销售，选房先交车位定金",
    ]
    messages = [message(number, subject, days=number) for number, subject in enumerate([*NOISE, *parking, *OTHERS])]
    found = [set(texts(topic, messages)) for topic in find_topics(messages)]
    assert set(NOISE) in found
    assert set(parking) in found


def test_strangers_leave_a_group_alone_or_together():
    noise, parking, lamp = (
        read(text, "") for text in ("枫林花园烧烤店噪音扰民", "枫林花园捆绑销售车位", "枫林花园路灯坏了")
    )
    group = [noise] * 8
    rarity = rarities([*group, parking, parking, lamp, lamp])
    assert without_strangers([noise, parking], rarity) == [[0, 1]]
    assert sorted(without_strangers([*group, lamp], rarity)) == [[0, 1, 2, 3, 4, 5, 6, 7], [8]]
    assert sorted(without_strangers([*group, parking, parking], rarity)) == [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9]]


@pytest.mark.parametrize("text", ["", "😀", "的"])
def test_messages_without_words_are_nobodys_neighbours(text):
    assert sorted(at for part in without_strangers([read(text, "")] * 4, {}) for at in part) == [0, 1, 2, 3]


def test_one_message_that_many_agree_with_is_a_topic():
    messages = [message(number, subject) for number, subject in enumerate(OTHERS)]
    messages[3] = message(3, OTHERS[3], likes=300)
    assert texts(find_topics(messages)[0], messages) == [OTHERS[3]]


def test_one_person_who_writes_ten_times_is_one_voice():
    many = [message(number, NOISE[0]) for number in range(4)]
    one = [message(number, NOISE[0], person="p") for number in range(4)]
    assert heat_of(many) > heat_of(one)


def test_danger_and_growth_add_heat():
    calm = [message(number, "楼道灯坏了", days=number) for number in range(4)]
    danger = [message(number, "燃气泄漏怕爆炸", days=number) for number in range(4)]
    growing = [message(number, "楼道灯坏了", days=days) for number, days in enumerate((0, 9, 9, 10))]
    assert heat_of(danger) == pytest.approx(heat_of(calm) + 5)
    assert heat_of(growing) > heat_of(calm)


def test_nothing_is_no_topic():
    assert find_topics([]) == []
    assert find_topics([message(1, "")]) == []
    assert find_topics([message(1, "😀"), message(2, "😀")]) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A5区劳动东路魅力之城小区一楼", "魅力之城"),
        ("A市经济学院强制实习", "经济学院"),
        ("A6区月亮岛路沿线架设高压电线杆", "月亮岛路"),
    ],
)
def test_names_places_without_masks_and_plain_ends(text, name):
    assert any(name in found for found in names_in(text))


@pytest.mark.skipif(not DATA.exists(), reason="the real messages are not beside this checkout")
def test_finds_what_a_real_city_talked_about():
    messages = read_messages(DATA)
    found = find_topics(messages)
    topics = found[:20]
    subjects = {each.message_id: each.subject + each.body for each in messages}
    titles = {each.message_id: each.subject for each in messages}
    for name, matter, least in (
        ("魅力之城", "夜宵|烧烤|油烟|餐馆|商铺|门面|底层门店", 20), ("经济学院", "实习|打工|工厂|社会实践", 9),
        ("伊景园", "", 57), ("丽发新城", "搅拌", 45),
    ):  # fmt: skip
        about = {number for number, said in subjects.items() if name in said and re.search(matter, titles[number])}
        best = max(topics, key=lambda topic: len(about & set(topic.message_ids)))
        assert len(about & set(best.message_ids)) >= least
    shown = {each for topic in found[:40] for each in topic.message_ids}
    liked = sorted(messages, key=lambda each: -each.likes)[:5]
    assert all(each.message_id in shown for each in liked)


HEAD = "id,user,subject,body,posted_at,likes\n"


@pytest.fixture
def hot(tmp_path, capsys):
    def run(text, *options):
        file = tmp_path / "in.csv"
        file.write_text(text, encoding="utf-8")
        call_command("ask", "hot", "--input", str(file), *options)
        return capsys.readouterr().out

    return run


def rows(subjects):
    return HEAD + "".join(
        f"{at},u{at},{text},{text},2026-03-{at + 1:02} 08:00:00,{at}\n" for at, text in enumerate(subjects)
    )


def test_prints_one_object_a_line(hot):
    lines = [json.loads(line) for line in hot(rows(NOISE + OTHERS), "--json", "--top", "1").splitlines()]
    assert [list(line) for line in lines] == [["rank", "heat", "from", "to", "place", "description", "message_ids"]]
    assert lines[0]["from"] == "2026-03-01 08:00:00"
    assert lines[0]["message_ids"] == ["0", "1", "2", "3"]


def test_prints_lines_for_people(hot):
    assert "枫林花园" in hot(rows(NOISE + OTHERS))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "1,u,a,b,yesterday,0\n", "line 2: posted_at 'yesterday' is no time"),
        (HEAD + "1,u,a,b,2026-03-01,many\n", "likes 'many' is no whole number"),
        (HEAD + "1,u,a,b,2026-03-01,0\n1,u,a,b,2026-03-01,0\n", "the id 1 stands in line 2 already"),
        ("id,subject\n1,a\n", "has no column body, posted_at"),
    ],
)
def test_names_what_is_wrong_with_the_file(hot, text, words):
    with pytest.raises(CommandError, match=words):
        hot(text)
