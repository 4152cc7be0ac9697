"""A matrix of accounts is counted by the published rules, whatever engine runs."""

from __future__ import annotations

from pathlib import Path
from shutil import which

import pytest
from django.core.management import CommandError, call_command

from shimin.capabilities.indicators.counting.count import Matrix, count_matrix, slices_of
from shimin.capabilities.indicators.counting.engines import has_spark
from shimin.capabilities.indicators.public import IndexFault, compute, load_methodology, read_table

# Ibis calls DuckDB, and pyspark pandas, by names that these replace one day.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

ROOT = Path(__file__).resolve().parents[5]
CISI = load_methodology(ROOT / "methodologies" / "cisi-2015")
assert CISI.counts is not None
RULES = CISI.counts
# Agencies of 长沙 (city), 岳麓 (county), 湖南 (province), 杭州; one central, one abroad, one of 香港.
ACCOUNTS = """account_id,region_code,level
1,430100,city
2,430104,county
3,430000,province
4,330100,city
5,110000,central
6,,city
7,810000,city
"""
HEADER = "account_id,kind,reader_id,happened_at,amount\n"


@pytest.fixture
def matrix(tmp_path):
    def make(events, *, accounts=ACCOUNTS, spam="", population=""):
        for name, text in {"events": HEADER + events, "accounts": accounts, "spam": "reader_id\n" + spam}.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        people = None
        if population:
            (tmp_path / "population.csv").write_text("region,population\n" + population, encoding="utf-8")
            people = read_table(tmp_path / "population.csv")
        return Matrix(tmp_path / "events.csv", tmp_path / "accounts.csv", tmp_path / "spam.csv", people)

    return make


def counted(matrix, key, level="province", **options):
    column = count_matrix(CISI, matrix, level=level, **options).columns[key]
    return {region: int(number) for region, number in column.items()}


def at(account, kind, reader="", when="2015-03-01 10:00:00", amount=1):
    return f"{account},{kind},{reader},{when},{amount}\n"


def test_amounts_of_reads_add_up_and_no_other_kind(matrix):
    given = matrix(at(1, "read", amount=300) + at(1, "read", amount=12) + at(1, "original_post"))
    assert counted(given, "posts_read") == {"湖南": 312, "浙江": 0}


def test_forwarding_posts_are_posts_but_not_original(matrix):
    given = matrix(at(1, "original_post") + at(1, "forwarding_post"))
    assert counted(given, "posts")["湖南"] == 2
    assert counted(given, "original_posts")["湖南"] == 1


def test_messages_by_hand_people_reached_and_keywords_are_private_messages(matrix):
    given = matrix(at(1, "message_by_hand") + at(1, "person_reached_by_hand", amount=40) + at(1, "keyword_hit"))
    assert counted(given, "private_messages")["湖南"] == 42


def test_a_reader_counts_once_for_an_account_and_day(matrix):
    given = matrix(
        at(1, "like", 9)
        + at(1, "like", 9, "2015-03-01 23:59:59")
        + at(1, "like", 9, "2015-03-02 00:00:00")  # another day
        + at(2, "like", 9)  # another account of the province
        + at(1, "forward", 9)  # another kind
    )
    assert counted(given, "likes")["湖南"] == 3
    assert counted(given, "forwards")["湖南"] == 1


def test_spam_and_unknown_readers_do_not_interact(matrix):
    given = matrix(at(1, "comment", 9) + at(1, "comment", 8) + at(1, "comment"), spam="8\n")
    assert counted(given, "comments")["湖南"] == 1


def test_accounts_count_where_their_level_allows(matrix):
    events = "".join(at(account, "original_post") for account in range(1, 9))  # 8 is no account
    assert counted(matrix(events), "posts") == {"湖南": 3, "浙江": 1}
    assert counted(matrix(events), "posts", level="city") == {"长沙市": 2, "杭州市": 1}


def test_the_period_ends_before_its_last_day(matrix):
    days = ["2014-12-31 23:59:59", "2015-01-01 00:00:00", "2015-06-30 23:59:59", "2015-07-01 00:00:00"]
    assert counted(matrix("".join(at(1, "original_post", when=day) for day in days)), "posts")["湖南"] == 2


def test_slices_of_the_period_meet_and_never_are_empty():
    starts_on, ends_on = RULES.starts_on, RULES.ends_on
    for parts in (0, 1, 7, 181, 999):
        slices = slices_of(starts_on, ends_on, parts=parts)
        assert slices[0][0] == starts_on
        assert slices[-1][1] == ends_on
        assert all(first < end for first, end in slices)
        assert all(slices[at][1] == slices[at + 1][0] for at in range(len(slices) - 1))


def test_many_slices_give_what_one_gives(matrix, monkeypatch):
    events = "".join(
        at(1 + n % 4, ["like", "read", "forward"][n % 3], n % 5, f"2015-0{1 + n % 6}-1{n % 10} 08:00:00")
        for n in range(300)
    )
    whole = count_matrix(CISI, matrix(events), level="province")
    monkeypatch.setattr("shimin.capabilities.indicators.counting.engines.SLICE", 20)
    assert count_matrix(CISI, matrix(events), level="province") == whole


@pytest.mark.skipif(not (has_spark() and which("java")), reason="pyspark or Java is not installed")
def test_spark_gives_the_same_numbers(matrix):
    events = "".join(
        at(
            1 + n % 7,
            ["like", "read", "forward", "keyword_hit", "comment"][n % 5],
            n % 11,
            f"2015-0{1 + n % 6}-01 23:30:00",
        )
        for n in range(500)
    )
    given = matrix(events, spam="3\n")
    assert count_matrix(CISI, given, level="city", engine="spark") == count_matrix(CISI, given, level="city")


def test_counts_become_scores_with_a_population(matrix):
    events = "".join(at(account, kind, 5, amount=account) for account in (1, 1, 4) for kind in RULES.kinds)
    table = count_matrix(CISI, matrix(events, population="湖南,70\n浙江,60\n北京,20\n"), level="province")
    scores = compute(CISI, table)
    assert set(table.regions) == {"湖南", "浙江"}
    assert scores.values["A1"]["浙江"] == 100
    assert scores.values["A3"]["湖南"] == 100
    assert "A" in scores.values


@pytest.mark.parametrize(
    ("events", "accounts", "words"),
    [
        (at(1, "dislike"), ACCOUNTS, "kinds that the methodology does not know"),
        (at(1, "read", amount=-1), ACCOUNTS, "negative or empty amounts"),
        (at(1, "read", amount=""), ACCOUNTS, "negative or empty amounts"),
        (at(1, "read", amount="many"), ACCOUNTS, "Mend: Parquet or CSV"),
        (at(1, "read", when="yesterday"), ACCOUNTS, "Mend: Parquet or CSV"),
        (at(1, "read"), ACCOUNTS + "1,430100,city\n", "account 1 stands more than once"),
        (at(1, "read"), ACCOUNTS + "8,430100,village\n", "levels village"),
        (at(1, "read"), "account_id,level\n1,city\n", "region_code"),
        (at(1, "read"), "account_id,region_code,level\n1,999999,city\n", "no account of a province counts"),
    ],
)
def test_names_what_may_not_be(matrix, events, accounts, words):
    with pytest.raises(IndexFault, match=words):
        count_matrix(CISI, matrix(events, accounts=accounts), level="province")


def test_refuses_files_that_are_not_there_and_times_with_a_zone(matrix, tmp_path):
    import pyarrow
    from pyarrow import parquet

    given = matrix(at(1, "read"))
    with pytest.raises(IndexFault, match="Mend: name a Parquet file"):
        count_matrix(CISI, Matrix(tmp_path / "none.parquet", given.accounts), level="province")
    moments = pyarrow.array([0], pyarrow.timestamp("us", tz="UTC"))
    columns = {"account_id": [1], "kind": ["read"], "reader_id": [1], "happened_at": moments, "amount": [1]}
    parquet.write_table(pyarrow.table(columns), tmp_path / "zoned.parquet")
    with pytest.raises(IndexFault, match="write Beijing time"):
        count_matrix(CISI, Matrix(tmp_path / "zoned.parquet", given.accounts), level="province")


def test_the_command_writes_a_table_that_compute_reads(matrix, tmp_path):
    given = matrix(at(1, "read", amount=5) + at(4, "read", amount=9))
    out = tmp_path / "counts.csv"
    files = ["--events", str(given.events), "--accounts", str(given.accounts)]
    call_command("index", "count", "--methodology", "cisi-2015", *files, "--output", str(out))
    assert out.read_text(encoding="utf-8").splitlines()[:2] == [
        "region,posts_read,posts,original_posts,active_comments,private_messages,forwards,comments,likes",
        "浙江,9,0,0,0,0,0,0,0",
    ]
    with pytest.raises(CommandError, match="add that column"):  # per million people, so it wants the population
        call_command("index", "compute", "--methodology", "cisi-2015", "--input", str(out))
