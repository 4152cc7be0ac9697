"""Where the expression runs: DuckDB in this process, or Spark when it is installed (``pip install pyspark``)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import ibis
import pyarrow
from ibis.backends import BaseBackend
from ibis.expr.types import Table

from shimin.capabilities.indicators.index.errors import IndexFault

MEMORY = "1200MB"  # of DuckDB's buffers; what does not fit goes to the temporary folder
# As many events as one query may take on DuckDB: their daily readers then stay in memory.
SLICE = 10_000_000
ENGINES = ("duckdb", "spark")


@dataclass(frozen=True, slots=True)
class Engine:
    """An open engine; ``slice_of`` events go into one query, None: all of them."""

    name: str
    backend: BaseBackend
    slice_of: int | None

    def read_parquet(self, path: Path) -> Table:
        return self.backend.read_parquet(str(path))

    def take(self, name: str, rows: pyarrow.Table) -> Table:
        """Put a table into the engine. DuckDB has to own it: of a borrowed one it does not know the size, and then
        builds its joins on the wrong side (2.4 times slower)."""
        if self.name == "duckdb":
            # Not by Ibis' create_table: of version 12 it writes a statement that DuckDB 2 cannot read.
            self.backend.con.register("shimin_rows", rows)
            self.backend.con.execute(f"CREATE TABLE shimin_{name} AS FROM shimin_rows")
            self.backend.con.unregister("shimin_rows")
            return self.backend.table(f"shimin_{name}")
        return ibis.memtable(rows)


@contextmanager
def open_engine(name: str) -> Iterator[Engine]:
    """Open an engine and close it afterwards.

    Raises:
        IndexFault: no such engine, or it is not installed.
    """
    if name not in _OPENERS:
        raise IndexFault(f"no engine {name}. Mend: use one of {', '.join(ENGINES)}.")
    with tempfile.TemporaryDirectory(prefix="shimin-count-") as folder:
        engine = _OPENERS[name](folder)
        try:
            yield engine
        finally:
            engine.backend.disconnect()


def has_spark() -> bool:
    """Tell whether pyspark is installed here."""
    return find_spec("pyspark") is not None


def _duckdb(folder: str) -> Engine:
    backend = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=folder, preserve_insertion_order=False)
    return Engine("duckdb", backend, SLICE)


def _spark(folder: str) -> Engine:
    if not has_spark():
        raise IndexFault("Spark is not installed. Mend: pip install pyspark (it needs Java 17), or leave --engine out.")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.appName("shimin index count")
        .config("spark.sql.session.timeZone", "UTC")  # times in the files are Beijing time without a zone: left alone
        .config("spark.local.dir", folder)
        .config("spark.sql.warehouse.dir", folder)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    return Engine("spark", ibis.pyspark.connect(session), None)


_OPENERS: dict[str, Callable[[str], Engine]] = {"duckdb": _duckdb, "spark": _spark}
