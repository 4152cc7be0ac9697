"""What can go wrong at a gateway: with notifies, with answers, with bills."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .books import Row

RETRY_SECONDS = (0.0, 2.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong; all off by default."""

    drop_notify: bool = False
    delay_notify_ms: int = 0
    duplicate_notify: bool = False
    forge_notify: bool = False  # a second notify, with another amount and no good signature
    silent_answers: bool = False  # what is asked is done, the answer never comes
    wrong_signature: bool = False
    short_of_money: bool = False  # what is taken under an agreement is refused for want of money
    # Bills that do not say what happened; `/injected?day=` tells what was done to the last one.
    bill_missing: int = 0  # so many lines are left out
    bill_extra: int = 0  # so many lines of trades that nobody made
    bill_wrong: int = 0  # so many lines with a fen too much
    bill_doubled: int = 0  # so many lines stand there twice
    bill_broken: bool = False  # one line cannot be read


def parse_faults(document: Mapping[str, Any]) -> Faults:
    """Read switches.

    Raises:
        ValueError: one is unknown.
    """
    unknown = set(document) - {field.name for field in fields(Faults)}
    if unknown:
        raise ValueError(f"no such switch: {', '.join(sorted(unknown))}")
    return Faults(**document)


def inject(rows: list[Row], faults: Faults, day: str) -> tuple[list[Row], list[dict[str, Any]]]:
    """Give the lines as the bill shall tell them, and what was done to them."""
    told, done = [dict(row) for row in rows], []
    for _ in range(min(faults.bill_missing, len(told))):
        done.append({"fault": "missing", **told.pop(0)})
    for row in told[: faults.bill_wrong]:
        row["fen"] += 1
        done.append({"fault": "wrong", **row})
    doubled = told[faults.bill_wrong : faults.bill_wrong + faults.bill_doubled]
    done += [{"fault": "doubled", **row} for row in doubled]
    told += [dict(row) for row in doubled]
    for number in range(faults.bill_extra):
        row = {
            "trade_no": f"{day.replace('-', '')}22009{number:015d}", "out_trade_no": f"430100{9 * 10**17 + number}01",
            "refund_no": "", "fen": 100 + number, "at": f"{day} 12:00:00", "subject": "",
        }  # fmt: skip
        told.append(row)
        done.append({"fault": "extra", **row})
    return told, done
