"""One counting of a matrix in a process of its own, for a peak memory of its own: ``python -m bench.counting``."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
import time
from datetime import date
from pathlib import Path

RAW = Path(__file__).parent / "raw" / "matrix.sql"
KINDS = {
    "posts_read": (0,), "posts": (1, 2), "original_posts": (1,), "active_comments": (3,), "private_messages": (4, 5, 6),
    "forwards": (7,), "comments": (8,), "likes": (9,),
}  # fmt: skip


def main(side: str, folder: Path) -> None:
    """Count by one of the sides (ours, raw) and print seconds, peak memory (MiB) and a digest of the counts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
    import django

    django.setup()
    from shimin.capabilities.indicators.counting.count import areas_of
    from shimin.capabilities.indicators.index.methodology import load_methodology

    methodology = load_methodology(Path("methodologies") / "cisi-2015")
    assert methodology.counts is not None
    areas = {code: area.short_name for code, area in areas_of("province", without=methodology.counts.without).items()}
    began = time.monotonic()
    counts = {"ours": _ours, "raw": _raw}[side](folder, methodology, areas)
    seconds = time.monotonic() - began
    digest = hashlib.sha256(json.dumps(counts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak, "digest": digest, "regions": len(counts["posts"])}))


def _ours(folder, methodology, areas):  # type: ignore[no-untyped-def]
    """From the files to A1, A2, A3 (with a population of one million each), as ``index count --scores`` does."""
    from fractions import Fraction

    from shimin.capabilities.indicators.counting.count import POPULATION, Matrix, count_matrix
    from shimin.capabilities.indicators.index.scores import compute
    from shimin.capabilities.indicators.index.table import Table

    names = sorted(set(areas.values()))
    people = Table("population", tuple(names), {POPULATION: dict.fromkeys(names, Fraction(1))})
    files = [folder / f"{name}.parquet" for name in ("events", "accounts", "spam")]
    table = count_matrix(methodology, Matrix(*files, population=people), level="province")
    assert {"A1", "A2", "A3"} <= compute(methodology, table).values.keys()
    return {key: {region: int(n) for region, n in table.columns[key].items()} for key in KINDS}


def _raw(folder, methodology, areas):  # type: ignore[no-untyped-def]
    import duckdb

    from shimin.capabilities.indicators.counting.count import slices_of
    from shimin.capabilities.indicators.counting.engines import MEMORY, SLICE

    config = {"memory_limit": MEMORY, "preserve_insertion_order": "false", "temp_directory": str(folder / "spill")}
    events = str(folder / "events.parquet")
    found: dict[str, dict[str, int]] = {key: {} for key in KINDS}
    with duckdb.connect(config=config) as database:
        for name in ("accounts", "spam"):
            database.execute(f"CREATE TABLE {name} AS FROM read_parquet('{folder / name}.parquet')")
        database.execute(
            "CREATE TABLE areas AS SELECT unnest(?::varchar[]) AS region_code, unnest(?::varchar[]) AS area",
            [list(areas), list(areas.values())],
        )
        (total,) = database.execute("SELECT count(*) FROM read_parquet(?)", [events]).fetchone()
        period: tuple[date, date] = (methodology.counts.starts_on, methodology.counts.ends_on)
        for starts_on, ends_on in slices_of(*period, parts=-(-total // SLICE)):
            given = {"events": events, "starts_on": starts_on, "ends_on": ends_on}
            for area, code, number in database.execute(RAW.read_text(), given).fetchall():
                for key, codes in KINDS.items():
                    if code in codes:
                        found[key][area] = found[key].get(area, 0) + number
    return found


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
