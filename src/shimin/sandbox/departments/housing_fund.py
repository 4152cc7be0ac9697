"""Housing fund (公积金): account, monthly ledger and loan, worked out from spells of employment."""

from typing import Any, NamedTuple

from ..archive import Row
from ..department import YEAR, Department, Field, Param, Record, person_reader
from ..enquiry import Enquiry
from ..lives.careers import Spell
from ..lives.masking import mask_number
from ..lives.timeline import AS_OF, LAST_BOOKED_MONTH, month_number, month_of, month_text

INTEREST_PERMILLE = 15
INTEREST_MONTH = 6
RENT_MONTH = 11
RENT_LIMIT_FEN = 1_920_000
DUE_DAY = 20


class Entry(NamedTuple):
    """A movement on an account; what flows out is negative, so the amounts add up to the balance."""

    month: int
    kind: str
    amount_fen: int
    balance_fen: int


def ledger(dossier: Row) -> list[Entry]:
    """Work out every movement of an account, in order of time."""
    spells = tuple(Spell.from_row(row) for row in dossier["spells"])
    closed = dossier["closed_month"] and month_number(dossier["closed_month"])
    deposits = {month: spell for spell in spells for month in range(spell.from_month, spell.last_month + 1)}
    entries: list[Entry] = []
    balance = 0
    for month in range(spells[0].from_month, (closed or LAST_BOOKED_MONTH) + 1):
        for kind, amount_fen in _movements(dossier, month, balance, deposits.get(month), is_last=month == closed):
            balance += amount_fen
            entries.append(Entry(month, kind, amount_fen, balance))
    return entries


def _movements(dossier: Row, month: int, balance: int, spell: Spell | None, *, is_last: bool) -> list[tuple[str, int]]:
    """Work out a month: deposit, interest in June, rent in November, loan offset, or the closing payment."""
    moves: list[tuple[str, int]] = []
    if is_last:
        return [("withdrawal", -balance)] if balance else []
    if spell:
        moves.append(("deposit", 2 * share_fen(dossier, spell, month)))
    if month % 12 == INTEREST_MONTH - 1 and balance > 0:
        moves.append(("interest", balance * INTEREST_PERMILLE // 1000))
    if dossier["rents"] and month % 12 == RENT_MONTH - 1 and balance > RENT_LIMIT_FEN // 4:
        moves.append(("withdrawal", -min(balance // 2, RENT_LIMIT_FEN)))
    loan = dossier["loan"]
    if loan and 0 < month - month_number(loan["start"]) <= loan["term_months"]:
        offset = min(monthly_payment_fen(loan), balance // 3)
        if offset > 0:
            moves.append(("loan_offset", -offset))
    return moves


def share_fen(dossier: Row, spell: Spell, month: int) -> int:
    """Give the personal share of a month, which the employer doubles; whole yuan, as the fund rounds."""
    percent: int = dossier["personal_rate_percent"]
    return (spell.base_in(month // 12) * percent + 5_000) // 10_000 * 100


def monthly_payment_fen(loan: dict[str, Any]) -> int:
    """Give the equal monthly payment of a loan (等额本息)."""
    rate: float = loan["rate_percent"] / 1200
    principal_fen: int = loan["principal_fen"]
    term_months: int = loan["term_months"]
    return round(principal_fen * rate / float(1 - (1 + rate) ** -term_months))


def _account(dossier: Row, _: Enquiry) -> list[Row]:
    entries = ledger(dossier)
    last = Spell.from_row(dossier["spells"][-1])
    in_work = "normal" if last.to_month is None else "sealed"
    status = "closed" if dossier["closed_month"] else in_work
    deposit_months = [entry.month for entry in entries if entry.kind == "deposit"]
    return [
        {
            "account_number_masked": mask_number(dossier["account_number"], 4, 4),
            "employer": last.employer,
            "status": status,
            "balance_fen": entries[-1].balance_fen if entries else 0,
            "monthly_deposit_fen": 2 * share_fen(dossier, last, LAST_BOOKED_MONTH) if status == "normal" else 0,
            "personal_rate_percent": dossier["personal_rate_percent"],
            "base_fen": last.base_in(last.last_month // 12),
            "opened_on": f"{dossier['spells'][0]['from']}-15",
            "last_deposit_month": month_text(deposit_months[-1]) if deposit_months else None,
        }
    ]


def _deposits(dossier: Row, enquiry: Enquiry) -> list[Row]:
    return [
        {
            "month": month_text(entry.month),
            "kind": entry.kind,
            "amount_fen": entry.amount_fen,
            "balance_fen": entry.balance_fen,
        }
        for entry in ledger(dossier)
        if entry.month // 12 == enquiry.params["year"]
    ]


def _loan(dossier: Row, _: Enquiry) -> list[Row]:
    loan = dossier["loan"]
    if loan is None:
        return []
    payment = monthly_payment_fen(loan)
    # The first payment is due in the month after the loan began, on the 20th; this month's is made on that day.
    paid = min(month_of(AS_OF) - month_number(loan["start"]) - (AS_OF.day < DUE_DAY), loan["term_months"])
    remaining = loan["term_months"] - paid
    return [
        {
            "contract_number_masked": mask_number(loan["contract_number"], 4, 4),
            "principal_fen": loan["principal_fen"],
            "remaining_fen": _remaining_fen(loan, paid),
            "monthly_payment_fen": payment,
            "rate_percent": loan["rate_percent"],
            "term_months": loan["term_months"],
            "remaining_months": remaining,
            "next_due_date": f"{month_text(month_number(loan['start']) + paid + 1)}-{DUE_DAY}" if remaining else None,
            "status": "repaying" if remaining else "settled",
        }
    ]


def _remaining_fen(loan: dict[str, Any], paid: int) -> int:
    """Give the principal that is left after a number of equal payments."""
    rate: float = loan["rate_percent"] / 1200
    growth, whole = float((1 + rate) ** paid), float((1 + rate) ** loan["term_months"])
    principal_fen: int = loan["principal_fen"]
    return round(principal_fen * (whole - growth) / (whole - 1))


def _account_check(dossier: Row, enquiry: Enquiry) -> list[Row]:
    return [{"matches": dossier["account_number"] == enquiry.params["account_number"]}]


DEPARTMENT = Department(
    "housing-fund",
    "公积金",
    4,
    (
        Record(
            "account",
            "公积金账户",
            (
                Field("account_number_masked", "string", "个人账号（脱敏）"),
                Field("employer", "string", "缴存单位"),
                Field("status", "string", "账户状态", values=("normal", "sealed", "closed")),
                Field("balance_fen", "integer", "账户余额（分）"),
                Field("monthly_deposit_fen", "integer", "月缴存额（分，个人与单位合计）"),
                Field("personal_rate_percent", "integer", "个人缴存比例（%）"),
                Field("base_fen", "integer", "缴存基数（分）"),
                Field("opened_on", "date", "开户日期"),
                Field("last_deposit_month", "month", "缴至月份", nullable=True),
            ),
            person_reader(_account),
        ),
        Record(
            "deposits",
            "公积金明细",
            (
                Field("month", "month", "月份"),
                Field("kind", "string", "业务类型", values=("deposit", "withdrawal", "interest", "loan_offset")),
                Field("amount_fen", "integer", "发生额（分，支出为负）"),
                Field("balance_fen", "integer", "余额（分）"),
            ),
            person_reader(_deposits),
            (YEAR,),
        ),
        Record(
            "loan",
            "公积金贷款",
            (
                Field("contract_number_masked", "string", "借款合同号（脱敏）"),
                Field("principal_fen", "integer", "贷款金额（分）"),
                Field("remaining_fen", "integer", "剩余本金（分）"),
                Field("monthly_payment_fen", "integer", "月还款额（分）"),
                Field("rate_percent", "number", "年利率（%）"),
                Field("term_months", "integer", "贷款期数（月）"),
                Field("remaining_months", "integer", "剩余期数（月）"),
                Field("next_due_date", "date", "下次还款日", nullable=True),
                Field("status", "string", "贷款状态", values=("repaying", "settled")),
            ),
            person_reader(_loan),
        ),
        Record(
            "fund-account-check",
            "公积金账号核验",
            (Field("matches", "boolean", "账号一致"),),
            person_reader(_account_check),
            (Param("account_number", "十二位个人账号", pattern=r"[0-9]{12}"),),
        ),
    ),
)
