"""The pairwise measure of hot topics: weights by stratum, odd files, and the figures of the real set where it lies."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from shimin.capabilities.service_requests.text.topics.files import read_messages
from shimin.capabilities.service_requests.text.topics.hot import Topic, find_topics
from shimin.capabilities.service_requests.text.topics.pairs import (
    LABELS,
    LabelledPair,
    PairsUnreadable,
    measure,
    read_pairs,
)

DATA = Path(__file__).resolve().parents[6] / "shared" / "data" / "hotline" / "messages.csv.gz"
DAY = datetime(2026, 3, 1)  # noqa: DTZ001
HEAD = "stratum,population,one,other,same\n"


def topic(*ids: str) -> Topic:
    return Topic(1.0, DAY, DAY, "", "", ids)


def pair(one: str, other: str, is_same: bool, weight: float = 1.0, stratum: str = "s") -> LabelledPair:
    return LabelledPair(stratum, one, other, is_same, weight)


def test_each_pair_counts_for_as_many_as_it_stands_for():
    pairs = [
        pair("1", "2", True, 3), pair("1", "3", False, 1), pair("4", "5", True, 6, "t"), pair("6", "7", False, 99, "t"),
    ]  # fmt: skip
    found = measure([topic("1", "2", "3")], pairs, frozenset("1234567"))
    assert (found.precision, found.recall) == (3 / 4, 3 / 9)
    assert found.strata == {"s": (2, 1, 2, 1), "t": (2, 1, 0, 0)}
    assert found.precision_range[0] <= found.precision <= found.precision_range[1]


def test_two_messages_without_a_topic_are_apart_and_unknown_ones_are_missing():
    found = measure([], [pair("1", "2", True), pair("1", "9", True)], frozenset("12"))
    assert (found.recall, found.precision, found.missing) == (0.0, 1.0, 1)
    with pytest.raises(PairsUnreadable):
        measure([], [pair("8", "9", True)], frozenset("12"))


@pytest.mark.parametrize("rows", ["s,10,1,2,yes\n", "s,many,1,2,1\n", "s,10,1,2\n"])
def test_an_odd_file_is_refused_with_its_line(tmp_path, rows):
    file = tmp_path / "pairs.csv"
    file.write_text(HEAD + "s,10,3,4,1\n" + rows, "utf-8")
    with pytest.raises(PairsUnreadable, match="line 3"):
        read_pairs(file)


def test_what_ships_are_six_hundred_pairs_without_words():
    pairs = read_pairs()
    assert len(pairs) == 600
    assert len({(each.one, each.other) for each in pairs}) == 600
    assert all(each.one.isdigit() and each.other.isdigit() for each in pairs)
    assert LABELS.stat().st_size < 40_000


def test_the_command_prints_the_figures(tmp_path, capsys):
    messages = tmp_path / "messages.csv"
    words = {"1": "枫林花园烧烤店深夜噪音扰民", "2": "投诉枫林花园烧烤店噪音扰民", "3": "长江路路灯坏了一个月"}
    lines = [f"{number},{text},{text},2026-03-0{number} 10:00:00" for number, text in words.items()]
    messages.write_text("id,subject,body,posted_at\n" + "\n".join(lines), "utf-8")
    labels = tmp_path / "pairs.csv"
    labels.write_text(HEAD + "a,4,1,2,1\na,4,1,3,0\n", "utf-8")
    call_command("ask", "pairs", "--input", str(messages), "--pairs", str(labels))
    said = capsys.readouterr().out
    assert "precision  1.000" in said
    assert "recall     1.000" in said
    with pytest.raises(CommandError, match="none of the labelled pairs"):
        call_command("ask", "pairs", "--input", str(messages))


@pytest.mark.skipif(not DATA.exists(), reason="the hotline set does not lie here")
def test_on_the_real_set_no_worse_than_when_it_was_measured():
    messages = read_messages(DATA)
    found = measure(find_topics(messages), read_pairs(), frozenset(each.message_id for each in messages))
    assert found.missing == 0
    assert found.precision >= 0.70
    assert found.recall >= 0.84
