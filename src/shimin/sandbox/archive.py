"""Each department's own SQLite file: written once, then only read.

A folder of files is built beside its final place and renamed into it, so a killed start leaves nothing half made.
The folder's name carries a hash of the generator's source: a changed generator never meets old data.
"""

import fcntl
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson

from .books import Books
from .lives.businesses import businesses
from .lives.car_parks import car_parks
from .lives.dossiers import Dossier, dossiers
from .lives.foreigners import PAPERS, TravelPaper
from .lives.foreigners import cards as foreign_cards
from .lives.taxis import taxis

BATCH = 2_000
DEPARTMENTS = (
    "population", "traffic-police", "human-resources", "housing-fund", "education", "transport", "market-regulation",
    "bank-cards", "utility-billers",
)  # fmt: skip

Row = dict[str, Any]

_TABLES = """
CREATE TABLE dossier (id_number TEXT PRIMARY KEY, serial INTEGER NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL)
    WITHOUT ROWID;
CREATE INDEX dossier_serial ON dossier (serial);
"""
_TRANSPORT_TABLES = """
CREATE TABLE taxi (plate TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE car_park (lot_number TEXT PRIMARY KEY, district TEXT NOT NULL, content BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX car_park_district ON car_park (district, lot_number);
"""
_PAPER_TABLES = """
CREATE TABLE travel_paper (document TEXT, number TEXT, issuer TEXT, name TEXT NOT NULL, birth_date TEXT NOT NULL,
    valid_until TEXT NOT NULL, status TEXT NOT NULL, PRIMARY KEY (document, issuer, number)) WITHOUT ROWID;
"""
_REGISTER_TABLES = """
CREATE TABLE business (credit_code TEXT PRIMARY KEY, name TEXT NOT NULL, content BLOB NOT NULL) WITHOUT ROWID;
"""


def ensure_archives(data_dir: Path, residents: int, rush_candidates: int) -> Path:
    """Give the folder with the departments' files, building it when it is not there yet."""
    kind = f"residents-{residents}-rush-{rush_candidates}"
    folder = data_dir / f"{kind}-{_generator_fingerprint()}"
    if not folder.is_dir():
        data_dir.mkdir(parents=True, exist_ok=True)
        with _alone(data_dir):
            if not folder.is_dir():
                _build_in_place(folder, residents, rush_candidates)
                _remove_outdated(folder, kind)
    return folder


def _generator_fingerprint() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for source in sorted((Path(__file__).parent / "lives").glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Let one process build at a time; the lock goes with the process, however it ends."""
    with (data_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build_in_place(folder: Path, residents: int, rush_candidates: int) -> None:
    building = folder.with_name(".building")
    shutil.rmtree(building, ignore_errors=True)  # left by a start that was killed
    building.mkdir()
    _build(building, residents, rush_candidates)
    building.rename(folder)


def _remove_outdated(folder: Path, kind: str) -> None:
    """Remove what an earlier generator made: nobody asks for it any more."""
    for earlier in folder.parent.glob(f"{kind}-*"):
        if earlier != folder:
            shutil.rmtree(earlier)


def _build(folder: Path, residents: int, rush_candidates: int) -> None:
    connections = {name: _create(folder / f"{name}.sqlite3") for name in DEPARTMENTS}
    transport = connections["transport"]
    transport.executescript(_TRANSPORT_TABLES)
    transport.executemany("INSERT INTO taxi VALUES (?, ?)", ((row["plate"], orjson.dumps(row)) for row in taxis()))
    transport.executemany(
        "INSERT INTO car_park VALUES (?, ?, ?)",
        ((row["lot_number"], row["district"], orjson.dumps(row)) for row in car_parks()),
    )
    register = connections["market-regulation"]
    register.executescript(_REGISTER_TABLES)
    register.executemany(
        "INSERT INTO business VALUES (?, ?, ?)",
        ((row["credit_code"], row["name"], orjson.dumps(row)) for row in businesses()),
    )
    population = connections["population"]
    population.executescript(_PAPER_TABLES)
    population.executemany("INSERT INTO travel_paper VALUES (?, ?, ?, ?, ?, ?, ?)", (paper for _, paper in PAPERS))
    _insert(connections["human-resources"], [(*row[:3], orjson.dumps(row[3])) for row in foreign_cards()])
    _file_dossiers(connections, dossiers(residents, rush_candidates))
    for connection in connections.values():
        connection.commit()
        connection.close()


def _create(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(_TABLES)
    return connection


def _file_dossiers(connections: dict[str, sqlite3.Connection], stream: Iterator[Dossier]) -> None:
    waiting: dict[str, list[tuple[str, int, str, bytes]]] = {name: [] for name in connections}
    for dossier in stream:
        person, rows = dossier.person, waiting[dossier.department]
        rows.append((person.id_number, person.serial, person.name, orjson.dumps(dossier.content)))
        if len(rows) >= BATCH:
            _insert(connections[dossier.department], rows)
            rows.clear()
    for name, rows in waiting.items():
        _insert(connections[name], rows)


def _insert(connection: sqlite3.Connection, rows: list[tuple[str, int, str, bytes]]) -> None:
    connection.executemany("INSERT INTO dossier VALUES (?, ?, ?, ?)", rows)


class Archive:
    """One department's file, open for reading; open it after a fork, not before. Its books are what it writes."""

    def __init__(self, folder: Path, department: str) -> None:
        path = folder / f"{department}.sqlite3"
        self._connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self.books = Books(folder.parent / "books" / f"{department}.sqlite3")

    def close(self) -> None:
        """Close the files."""
        self._connection.close()
        self.books.close()

    def find_dossier(self, id_number: str) -> tuple[str, Row] | None:
        """Find a person's name and dossier by citizen number."""
        row = self._connection.execute("SELECT name, content FROM dossier WHERE id_number = ?", (id_number,)).fetchone()
        return row and (row[0], orjson.loads(row[1]))

    def find_travel_paper(self, document: str, issuer: str, number: str) -> TravelPaper | None:
        """Find a paper of the exit-entry police."""
        row = self._connection.execute(
            "SELECT * FROM travel_paper WHERE document = ? AND issuer = ? AND number = ?", (document, issuer, number)
        ).fetchone()
        return row and TravelPaper(*row)

    def list_dossiers(self, first_serial: int, limit: int) -> list[tuple[int, str, str, Row]]:
        """List (serial, citizen number, name, dossier) from a serial on, in the order of serials."""
        with closing(
            self._connection.execute(
                "SELECT serial, id_number, name, content FROM dossier WHERE serial >= ? ORDER BY serial LIMIT ?",
                (first_serial, limit),
            )
        ) as cursor:
            return [(serial, number, name, orjson.loads(content)) for serial, number, name, content in cursor]

    def find_taxi(self, plate: str) -> Row | None:
        """Find a taxi by its plate; only transport keeps taxis."""
        row = self._connection.execute("SELECT content FROM taxi WHERE plate = ?", (plate,)).fetchone()
        taxi: Row | None = row and orjson.loads(row[0])
        return taxi

    def list_car_parks(self, district: str, after: str, limit: int) -> list[Row]:
        """List car parks of a district whose numbers come after a number; only transport keeps car parks."""
        rows = self._connection.execute(
            "SELECT content FROM car_park WHERE district = ? AND lot_number > ? ORDER BY lot_number LIMIT ?",
            (district, after, limit),
        )
        return [orjson.loads(content) for (content,) in rows]

    def find_businesses(self, text: str, limit: int) -> list[Row]:
        """Find businesses by credit code or by a part of their name; only market regulation keeps them."""
        rows = self._connection.execute(
            "SELECT content FROM business WHERE credit_code = ?1 OR instr(name, ?1) > 0 ORDER BY name LIMIT ?2",
            (text, limit),
        )
        return [orjson.loads(content) for (content,) in rows]
