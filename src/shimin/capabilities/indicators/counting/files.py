"""The files of a matrix, as Parquet or CSV (CSV is read into memory: for some millions of rows).

events: ``account_id``, ``kind``, ``reader_id`` (may be empty), ``happened_at`` (Beijing time, no zone), ``amount``.
accounts: ``account_id``, ``region_code`` (six digits; empty: no place), ``level``. spam: ``reader_id``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import ibis.expr.types as ir
import pyarrow
from pyarrow import compute, csv, parquet

from shimin.capabilities.indicators.counting.engines import Engine
from shimin.capabilities.indicators.counting.rules import LEVELS
from shimin.capabilities.indicators.index.errors import IndexFault

EVENTS = {
    "account_id": "int64", "kind": "string", "reader_id": "int64", "happened_at": "timestamp(6)", "amount": "int64",
}  # fmt: skip
ACCOUNTS = {"account_id": "int64", "region_code": "string", "level": "string"}
SPAM = {"reader_id": "int64"}
_ARROW = {"int64": pyarrow.int64(), "string": pyarrow.string(), "timestamp(6)": pyarrow.timestamp("us")}


def open_events(engine: Engine, path: Path) -> ir.Table:
    """Open the events in the engine.

    Raises:
        IndexFault: unreadable, a column missing, or of a type that cannot be meant.
    """
    if path.suffix == ".csv":
        table = _read(path, EVENTS)
        return engine.take("events", table)
    schema = _schema(path)
    _refuse_missing(path, schema.names, EVENTS)
    moment = schema.field("happened_at").type
    if not pyarrow.types.is_timestamp(moment) or moment.tz is not None:
        raise IndexFault(f"{path}: happened_at is {moment}. Mend: write Beijing time as a timestamp without a zone.")
    for name in ("account_id", "reader_id", "amount"):
        if not pyarrow.types.is_integer(schema.field(name).type):
            raise IndexFault(f"{path}: {name} is {schema.field(name).type}. Mend: write whole numbers.")
    return engine.read_parquet(path)


def read_accounts(path: Path, levels: frozenset[str], area_of: Mapping[str, str]) -> tuple[pyarrow.Table, set[str]]:
    """Return the accounts and the areas of those that count.

    Raises:
        IndexFault: an account stands twice (its events would count twice), or a level is unknown.
    """
    table = _read(path, ACCOUNTS)
    times = table.group_by("account_id").aggregate([("account_id", "count")])
    twice = times.filter(compute.greater(times["account_id_count"], 1))["account_id"].to_pylist()
    faults = [f"{path}: account {account} stands more than once. Mend: keep one." for account in twice[:20]]
    unknown = sorted({str(level) for level in table["level"].unique().to_pylist()} - LEVELS)
    if unknown:
        faults.append(f"{path}: levels {', '.join(unknown)}. Mend: use {', '.join(sorted(LEVELS))}.")
    if faults:
        raise IndexFault(*faults)
    pairs = table.group_by(["region_code", "level"]).aggregate([]).to_pylist()
    codes = {pair["region_code"] for pair in pairs if pair["level"] in levels}
    return table, {area_of[code] for code in codes if code in area_of}


def read_spam(path: Path | None) -> pyarrow.Table:
    """Return the readers that do not count."""
    if path is None:
        return pyarrow.table({"reader_id": pyarrow.array([], pyarrow.int64())})
    return _read(path, SPAM)


def _read(path: Path, types: Mapping[str, str]) -> pyarrow.Table:
    wanted = {name: _ARROW[kind] for name, kind in types.items()}
    try:
        if path.suffix != ".csv":
            _refuse_missing(path, _schema(path).names, types)
            return parquet.read_table(path, columns=list(types)).cast(pyarrow.schema(wanted))
        options = csv.ConvertOptions(
            column_types=wanted, include_columns=list(types), strings_can_be_null=True, null_values=[""]
        )
        return csv.read_csv(path, convert_options=options)
    except (OSError, KeyError, pyarrow.ArrowException) as error:
        first = str(error).splitlines()[0][:200]
        raise IndexFault(f"{path}: {first}. Mend: Parquet or CSV in UTF-8 with {', '.join(types)}.") from None


def _schema(path: Path) -> pyarrow.Schema:
    try:
        return parquet.read_schema(path)
    except (OSError, pyarrow.ArrowException) as error:
        first = str(error).splitlines()[0][:200]
        raise IndexFault(f"{path}: {first}. Mend: name a Parquet file (or one that ends in .csv).") from None


def _refuse_missing(path: Path, names: list[str], types: Mapping[str, str]) -> None:
    missing = [name for name in types if name not in names]
    if missing:
        raise IndexFault(f"{path}: no column {', '.join(missing)}. Mend: it needs {', '.join(types)}.")
