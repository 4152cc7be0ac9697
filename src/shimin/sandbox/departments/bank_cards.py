"""Bank cards (银行卡核验): the four-element check that a clearing house offers."""

from ..archive import Row
from ..department import Department, Field, Param, Record, person_reader
from ..enquiry import Enquiry


def _check(dossier: Row, enquiry: Enquiry) -> list[Row]:
    """Say whether card and phone are this person's; which of the two is not, stays unsaid."""
    params = enquiry.params
    return [{"matches": params["bank_card"] == dossier["card_number"] and params["phone"] == dossier["phone"]}]


DEPARTMENT = Department(
    "bank-cards",
    "银行卡核验",
    8,
    (
        Record(
            "four-element-check",
            "银行卡四要素核验",
            (Field("matches", "boolean", "姓名、证号、卡号、银行预留手机号一致"),),
            person_reader(_check),
            (
                Param("bank_card", "银行卡号", pattern=r"[0-9]{16,19}"),
                Param("phone", "银行预留手机号", pattern=r"1[0-9]{10}"),
            ),
        ),
    ),
)
