"""Papers: forms by kind, one way of writing each, and what two papers of one person have in common."""

from datetime import date

import pytest

from shimin.kernel.values.countries import COUNTRIES, CountryInvalid, normalise_country
from shimin.kernel.values.id_numbers import IdNumberCheckDigit, IdNumberForeign, IdNumberInvalid
from shimin.kernel.values.masking import mask_paper_number
from shimin.kernel.values.papers import (
    BirthDateInvalid,
    PaperKind,
    PaperNumberInvalid,
    likeness,
    normalise_name_on,
    read_paper,
    reopen_paper,
)

TODAY, BORN = date(2026, 11, 22), date(1987, 4, 12)
CARD, RESIDENT = "943840198704120021", "430104199005179006"


def read(kind, number, *, birth_date=BORN, issuer=""):
    return read_paper(kind, number, birth_date=birth_date, issuer=issuer, today=TODAY)


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "text"),
    [
        (PaperKind.ID_CARD, "４３０１０４１９９００５１７９００６", RESIDENT, RESIDENT),
        (PaperKind.RESIDENCE_CARD, "943840 19870412 0021", CARD, CARD),
        (PaperKind.RESIDENCE_CARD, "usa110087041201", "USA110087041201", "residence_card//USA110087041201"),
        (PaperKind.PASSPORT, " ｅ12-345 678", "E12345678", "passport/USA/E12345678"),
        (PaperKind.HKM_PERMIT, "h01234567", "H01234567", "hkm_permit//H01234567"),
        (PaperKind.HKM_PERMIT, "M0123456702", "M01234567", "hkm_permit//M01234567"),
        (PaperKind.TAIWAN_PERMIT, "0681234501", "06812345", "taiwan_permit//06812345"),
    ],
)
def test_a_paper_is_written_in_one_way(kind, typed, stored, text):
    paper = read(kind, typed, issuer="usa" if kind is PaperKind.PASSPORT else "")
    assert (paper.number, paper.text) == (stored, text)
    assert reopen_paper(text, paper.birth_date) == paper


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (PaperKind.PASSPORT, ""),
        (PaperKind.PASSPORT, "E123"),
        (PaperKind.PASSPORT, "ABCDEFGH"),
        (PaperKind.PASSPORT, "E123456789"),
        (PaperKind.PASSPORT, "Е12345678"),  # a Cyrillic Е
        (PaperKind.PASSPORT, "E12345\u200b678"),
        (PaperKind.PASSPORT, "٣12345678"),
        (PaperKind.PASSPORT, "E1234'--"),
        (PaperKind.PASSPORT, "E1/USA/23"),
        (PaperKind.PASSPORT, "E1234567\0"),
        (PaperKind.PASSPORT, "1" * 20_000),
        (PaperKind.HKM_PERMIT, "HO1234567"),  # the letter O
        (PaperKind.HKM_PERMIT, "K01234567"),
        (PaperKind.HKM_PERMIT, "Η01234567"),  # a Greek Η
        (PaperKind.HKM_PERMIT, "H0123456"),
        (PaperKind.TAIWAN_PERMIT, "T1234567"),
        (PaperKind.TAIWAN_PERMIT, "123456789"),
        (PaperKind.RESIDENCE_CARD, "ZZZ110087041201"),  # no such country
        (PaperKind.RESIDENCE_CARD, "USA11008704120"),
        (PaperKind.RESIDENCE_CARD, RESIDENT),
    ],
)
def test_refuses_what_cannot_be_a_number_of_the_kind(kind, number):
    with pytest.raises(PaperNumberInvalid) as refused:
        read(kind, number, issuer="USA")
    assert "id_number" in refused.value.fields


def test_numbers_with_a_check_digit_are_checked():
    with pytest.raises(IdNumberCheckDigit):
        read(PaperKind.RESIDENCE_CARD, CARD[:-1] + "3")
    with pytest.raises(IdNumberInvalid):
        read(PaperKind.ID_CARD, "E12345678")
    with pytest.raises(IdNumberForeign):
        read(PaperKind.ID_CARD, CARD)


@pytest.mark.parametrize("born", [None, date(1849, 12, 31), date(2026, 11, 23)])
def test_asks_for_a_day_of_birth_that_can_be(born):
    with pytest.raises(BirthDateInvalid):
        read(PaperKind.PASSPORT, "E12345678", birth_date=born, issuer="USA")


def test_the_number_is_believed_where_it_says_the_birth_date():
    assert read(PaperKind.RESIDENCE_CARD, CARD, birth_date=date(2000, 1, 1)).birth_date == BORN
    assert read(PaperKind.ID_CARD, RESIDENT, birth_date=None).birth_date == date(1990, 5, 17)


@pytest.mark.parametrize("issuer", ["", "ZZZ", "US", "DEU", "ＤＤ", "u" * 5_000])
def test_refuses_who_gives_out_no_passports(issuer):
    with pytest.raises(CountryInvalid):
        read(PaperKind.PASSPORT, "E12345678", issuer=issuer)


def test_the_list_of_issuers():
    assert normalise_country(" ｄ ") == "D"
    assert COUNTRIES["KOR"].chinese == "韩国"
    assert {"HKG", "MAC", "TWN"}.isdisjoint(COUNTRIES)
    assert all(each.chinese and each.english and len(each.code) in (1, 3) for each in COUNTRIES.values())


@pytest.mark.parametrize(
    ("number", "is_citizens"),
    [(RESIDENT, True), ("810000199408230021", False), ("830000198502090014", False)],
)
def test_residence_permits_look_like_identity_cards_and_are_no_citizens(number, is_citizens):
    from shimin.kernel.values.id_numbers import check_digit

    paper = read(PaperKind.ID_CARD, number[:17] + check_digit(number[:17]))
    assert paper.is_citizens is is_citizens


def test_names_are_alike_in_any_order_and_writing():
    first = likeness(normalise_name_on(PaperKind.PASSPORT, "Carter, Emily Anne"), BORN)
    assert first == likeness("EMILY ANNE CARTER", BORN)
    assert first != likeness("EMILY CARTER", BORN)
    assert first != likeness("EMILY ANNE CARTER", date(1987, 4, 13))


def test_short_numbers_show_three_places():
    assert mask_paper_number("E12345678") == "E******78"
    assert mask_paper_number(CARD) == "943***********0021"
