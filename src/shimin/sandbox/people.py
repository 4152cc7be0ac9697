"""Residents to try: the numbers a person would know, gathered from the departments' files for demonstrations only."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from .archive import DEPARTMENTS, Archive
from .lives import transit_cards
from .lives.schooling import LAST_YEAR

PAGE = 1_000

Resident = dict[str, Any]


def list_residents(folder: Path, *, having: str | None, limit: int) -> list[Resident]:
    """List residents in the order they were made, only those who have something of a record if one is named."""
    people = _residents(folder)
    chosen = (person for person in people if having is None or person["counts"].get(having))
    return [person for person, _ in zip(chosen, range(limit), strict=False)]


def export_people(folder: Path, limit: int) -> Iterator[Resident]:
    """Yield up to limit people with a gaokao score of this year."""
    found = 0
    with closing(Archive(folder, "education")) as education, closing(Archive(folder, "population")) as population:
        for _, id_number, name, dossier in _every_dossier(education):
            registered = population.find_dossier(id_number)
            for score in dossier["scores"]:
                if score["year"] == LAST_YEAR and registered and registered[1]["status"] == "normal":
                    if found == limit:
                        return
                    found += 1
                    phone = registered[1]["phone"]
                    yield {"name": name, "id_number": id_number, "phone": phone, "score": score["total"]}


def _residents(folder: Path) -> Iterator[Resident]:
    with ExitStack() as stack:
        archives = {name: stack.enter_context(closing(Archive(folder, name))) for name in DEPARTMENTS}
        for _, id_number, name, entry in _every_dossier(archives["population"]):
            known = {
                department: found[1]
                for department, archive in archives.items()
                if (found := archive.find_dossier(id_number)) is not None
            }
            yield {"name": name, "id_number": id_number, "phone": entry["phone"], **_numbers(known)}


def _every_dossier(archive: Archive) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    first = 0
    while page := archive.list_dossiers(first, PAGE):
        yield from page
        first = page[-1][0] + 1


def _numbers(known: dict[str, dict[str, Any]]) -> Resident:
    """Gather one's numbers, and how many rows of each kind there are to see."""
    police = known.get("traffic-police") or {"licence": None, "vehicles": [], "violations": [], "tests": []}
    fund = known.get("housing-fund") or {"account_number": None, "loan": None}
    card = known["human-resources"]
    return {
        "status": known["population"]["status"],
        "birth_date": known["population"]["birth_date"],
        "social_card_number": card["card_number"],
        "licence_file_number": police["licence"] and police["licence"]["file_number"],
        "fund_account_number": fund["account_number"],
        "bank_card_number": (known.get("bank-cards") or {"card_number": None})["card_number"],
        "utility_accounts": _accounts(known),
        "campus_card": (known.get("utility-billers") or {"card": None})["card"],
        "transit_card": _transit_card(known),
        "company_credit_codes": [
            each["credit_code"] for each in (known.get("market-regulation") or {"companies": []})["companies"]
        ],
        "counts": {
            "violations": len(police["violations"]),
            "unpaid-fines": sum(each["status"] == "handled_unpaid" for each in police["violations"]),
            "driving-licence": int(police["licence"] is not None),
            "utility-accounts": len(_accounts(known)),
            "campus-card": int((known.get("utility-billers") or {"card": None})["card"] is not None),
            "vehicles": len(police["vehicles"]),
            "driving-test": len(police["tests"]),
            "social-insurance": len(card["spells"]),
            "account": int(fund["account_number"] is not None),
            "loan": int(fund["loan"] is not None),
            "gaokao-score": len((known.get("education") or {"scores": []})["scores"]),
            "plate-lottery": len((known.get("transport") or {"applications": []})["applications"]),
            "family": len(known["population"]["family"]),
        },
    }


def _transit_card(known: dict[str, dict[str, Any]]) -> str | None:
    """Who keeps a home has a transit card, whose number is made of the same serial."""
    accounts = _accounts(known)
    return transit_cards.card_number(int(accounts[0][1:9])) if accounts else None


def _accounts(known: dict[str, dict[str, Any]]) -> list[str]:
    home = (known.get("utility-billers") or {"home": None})["home"]
    accounts: list[str] = home["accounts"] if home else []
    return accounts
