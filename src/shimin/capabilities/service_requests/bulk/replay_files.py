"""What a replay starts from: its messages, and whether the installation is free for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from shimin.capabilities.service_requests.bulk.importing import Columns, Reject, read_all
from shimin.capabilities.service_requests.bulk.replay import Counts, Replay
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

INVENTED = Path(__file__).parents[1] / "data" / "invented_messages.csv"
_BEATS = timedelta(seconds=15)  # three of the worker's


def default_file() -> Path:
    """Return the hotline set beside the checkout where it lies, else 63 invented messages."""
    beside = Path(__file__).parents[5].parent / "shared" / "data" / "hotline" / "messages.csv.gz"
    return beside if beside.exists() else INVENTED


def is_worker_alive(now: datetime) -> bool:
    """Tell whether a worker has given a sign of life lately."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM kernel_heartbeat WHERE beat_at > %s)", [now - _BEATS])
        return bool(cursor.fetchone()[0])


def make_replay(
    path: Path,
    *,
    city_code: str,
    seed: int,
    speed: float | None,
    now: datetime,
    told: Callable[[datetime, Counts], None] = lambda *_: None,
) -> tuple[Replay, list[Reject]]:
    """Return the replay of a file, and the lines that cannot be replayed.

    Raises:
        FileUnreadable: the file as a whole cannot be used.
    """
    source = f"replay-{seed}:{path.name.split('.')[0]}"
    read, rejects = read_all(path, city_code=city_code, source=source, columns=Columns(), now=now)
    replay = Replay(
        [message for message, _ in read], [name for _, name in read], city_code=city_code, seed=seed,
        seconds_per_second=speed, told=told,
    )  # fmt: skip
    return replay, rejects
