from datetime import date

import pytest

from shimin.capabilities.enquiries.domain.params import WrongParam, are_complete, parse_params, read_params

TODAY = date(2026, 11, 22)
PARAMS = parse_params(
    {
        "year": {"title": "年份", "type": "year", "from": 2021, "starts": "06-23"},
        "kind": {
            "title": "险种",
            "type": "choice",
            "choices": {"pension": "养老", "medical": "医疗"},
            "default": "pension",
        },
    }
)
PLATE = parse_params({"plate": {"title": "车牌号", "type": "plate", "private": True}})
TEXT = parse_params({"word": {"title": "词", "type": "text"}})


def test_fills_in_defaults():
    assert read_params(PARAMS, {}, TODAY) == {"year": 2026, "kind": "pension"}
    assert are_complete(PARAMS, {}, TODAY)


def test_takes_what_was_chosen():
    assert read_params(PARAMS, {"year": "2024", "kind": "medical"}, TODAY) == {"year": 2024, "kind": "medical"}
    assert read_params(PARAMS, {"year": 2024}, TODAY)["year"] == 2024


@pytest.mark.parametrize(("day", "latest"), [(date(2026, 6, 22), 2025), (date(2026, 6, 23), 2026)])
def test_the_year_begins_when_its_results_come(day, latest):
    assert read_params(PARAMS, {}, day)["year"] == latest
    assert max(PARAMS[0].options(day)) == str(latest)


@pytest.mark.parametrize(
    "given", [{"year": "2020"}, {"year": "2027"}, {"year": "x"}, {"kind": "ufo"}, {"year": "２０２０"}]
)
def test_refuses_what_is_not_among_the_choices(given):
    with pytest.raises(WrongParam) as wrong:
        read_params(PARAMS, given, TODAY)
    assert list(wrong.value.fields) == list(given)


def test_names_all_faults_at_once():
    with pytest.raises(WrongParam) as wrong:
        read_params(PARAMS, {"year": "1", "kind": "2", "id_number": "430104199005179006"}, TODAY)
    assert set(wrong.value.fields) == {"year", "kind", "id_number"}


@pytest.mark.parametrize(
    ("typed", "plate"),
    [("湘at0001", "湘AT0001"), (" 湘A·T0001 ", "湘AT0001"), ("湘AD12345", "湘AD12345"), ("湘Ａ１２３４５", "湘A12345")],
)
def test_reads_a_plate_as_people_type_it(typed, plate):
    assert read_params(PLATE, {"plate": typed}, TODAY) == {"plate": plate}


@pytest.mark.parametrize(
    "typed", ["", "A12345", "湘A1234", "湘AI2345", "湘A12345678", "湘A'; DROP", "😀A12345", "湘A" + "1" * 20_000]
)
def test_refuses_what_is_no_plate(typed):
    with pytest.raises(WrongParam):
        read_params(PLATE, {"plate": typed}, TODAY)
    assert not are_complete(PLATE, {}, TODAY)


@pytest.mark.parametrize("typed", ["a\r\nSet-Cookie: x=1", "\x00", "长" * 61])
def test_refuses_text_that_is_no_line(typed):
    with pytest.raises(WrongParam):
        read_params(TEXT, {"word": typed}, TODAY)
