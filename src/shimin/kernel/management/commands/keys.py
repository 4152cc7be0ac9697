"""The keys of encrypted fields: which there are, a new one, old ones put away, all of them wrapped by a master key."""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from shimin.kernel import audit, clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.crypto.key_files import KEY_BYTES, StoredKey, is_wrapped, read_key, write_key
from shimin.kernel.crypto.keys import SECRETS, key_check
from shimin.kernel.crypto.ring import FIRST, LOOK_AGAIN, MOST, KeyRing, RingKey, field_ring, index_ring
from shimin.kernel.db import scope
from shimin.kernel.reindexing import IndexedTable, count_under, count_under_others, indexed_tables, reindex
from shimin.kernel.rotation import BATCH, count_left, reseal
from shimin.kernel.sealed import list_sealed_tables

_PASSES = 20
_RETIRED = "retired"


def _is_left(table: IndexedTable, key_id: int) -> bool:
    """Tell whether a row could be moved now."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(table.source, [key_id, 1])
        return cursor.fetchone() is not None


_TICKETS_LIVE = timedelta(days=1)  # sealed texts in browsers live half an hour


class Command(BaseCommand):
    """``keys list | rotate | retire N | rotate-index | retire-index N | wrap``, all while the platform serves."""

    help = (
        "Keys of encrypted fields: list, rotate (goes on after an interruption), retire old ones, wrap by a master key"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("list", help="keys, since when each writes, and how many rows are not under the newest")
        rotate = commands.add_parser("rotate", help="make a new key and write every field anew; finishes one begun")
        rotate.add_argument("--finish", action="store_true", help="only finish what was begun, make no key")
        rotate.add_argument("--suite", choices=["international", "sm"], help="algorithms of the new key")
        rotate.add_argument(
            "--ahead", type=float, default=15.0, metavar="SECONDS",
            help="how long every process has to see the new key before it writes (default 15; longer when you copy the"
            " file to other machines)",
        )  # fmt: skip
        rotate.add_argument("--batch", type=int, default=BATCH, help="rows a transaction")
        index = commands.add_parser(
            "rotate-index", help="make a new key for the blind indexes and move every handle; finishes one begun"
        )  # fmt: skip
        index.add_argument("--finish", action="store_true", help="only finish what was begun, make no key")
        index.add_argument(
            "--ahead", type=float, default=15.0, metavar="SECONDS",
            help="how long every process has to see the new key, as for rotate",
        )  # fmt: skip
        index.add_argument("--batch", type=int, default=BATCH, help="rows a transaction")
        retire = commands.add_parser("retire", help="put a key away that no field is under")
        retire.add_argument("key_id", type=int)
        retire_index = commands.add_parser("retire-index", help="put an index key away that no handle is under")
        retire_index.add_argument("key_id", type=int)
        wrap = commands.add_parser("wrap", help="wrap key files by the master key, or by a new one")
        wrap.add_argument("--new-master", type=Path, help="file of the master key to wrap by from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        ring = field_ring()
        if options["command"] == "wrap":
            return self._wrap(options["new_master"])
        if options["command"] == "rotate-index":
            return self._rotate_index(index_ring(), options)
        if options["command"] == "retire-index":
            return self._retire_index(index_ring(), options["key_id"])
        if ring.path is None or not ring.path.is_file():
            raise CommandError("There is no field_key yet: run `./shimin make_keys`.")
        if options["command"] == "list":
            return self._list(ring)
        if options["command"] == "retire":
            return self._retire(ring, options["key_id"])
        return self._rotate(ring, options)

    def _list(self, ring: KeyRing) -> None:
        newest = ring.newest()
        for key in sorted(ring.keys().values(), key=lambda each: each.id):
            since = f"writes from {key.writes_from:%Y-%m-%d %H:%M:%S} UTC" if key.writes_from else "the first key"
            suite = f", {key.suite}" if key.suite else ""
            self.stdout.write(f"{ring.file_of(key.id).name}  {since}{suite}{'  newest' if key.id == newest.id else ''}")
        self._list_indexes(index_ring())
        for table in list_sealed_tables():
            left = count_left(table, newest.id)
            names = ", ".join(column.name for column in table.columns)
            self.stdout.write(
                f"{table.name} ({names}): {left} rows under older keys" if left else f"{table.name}: done"
            )

    def _list_indexes(self, ring: KeyRing) -> None:
        newest = ring.newest()
        for key in sorted(ring.keys().values(), key=lambda each: each.id):
            since = f"writes from {key.writes_from:%Y-%m-%d %H:%M:%S} UTC" if key.writes_from else "the first key"
            self.stdout.write(f"{ring.file_of(key.id).name}  {since}{'  newest' if key.id == newest.id else ''}")
        for table in indexed_tables():
            self.stdout.write(f"{table.name}: {count_under_others(table, newest.id)} handles under older keys")

    def _rotate(self, ring: KeyRing, options: dict[str, Any]) -> None:
        newest = ring.newest()
        is_begun = any(count_left(table, newest.id) for table in list_sealed_tables()) and newest.id != FIRST
        if not is_begun and not options["finish"]:
            newest = self._make(ring, options["suite"], options["ahead"])
        elif options["suite"] and options["suite"] != newest.suite:
            raise CommandError("A rotation to other algorithms was begun: finish it first with `keys rotate --finish`.")
        self._wait(newest)
        self._reseal_all(newest, options["batch"])

    def _rotate_index(self, ring: KeyRing, options: dict[str, Any]) -> None:
        if ring.path is None or not ring.path.is_file():
            raise CommandError("There is no index_key yet: run `./shimin make_keys`.")
        newest = ring.newest()
        is_begun = newest.id != FIRST and any(_is_left(table, newest.id) for table in indexed_tables())
        if not is_begun and not options["finish"]:
            newest = self._make(ring, None, options["ahead"])
        self._wait(newest)
        began, total, unreadable = time.monotonic(), 0, 0
        for table in indexed_tables():
            moved = None
            for moved in reindex(table, newest.id, batch=options["batch"]):
                self.stdout.write(f"{table.name}: {moved.rows} handles moved")
                self.stdout.flush()
            assert moved is not None
            total, unreadable = total + moved.rows, unreadable + moved.unreadable
            stay = count_under_others(table, newest.id)
            if stay:
                self.stdout.write(f"{table.name}: {stay} handles stay under older keys until their owners sign in")
        self._note("kernel.rotate_index", clock.now(), newest.id, values=total, unreadable=unreadable)
        self.stdout.write(f"{total} handles moved to index key {newest.id} in {time.monotonic() - began:.1f} s")
        if unreadable:
            raise CommandError(f"{unreadable} handles belong to values that no key here opens: look for their key.")

    def _make(self, ring: KeyRing, suite: str | None, ahead: float) -> RingKey:
        used = ring.keys(look=True)
        free = [key_id for key_id in range(1, MOST) if key_id not in used]
        if not free:
            raise CommandError("All 16 ids are in use: put keys away that no field is under (`keys retire`).")
        now = clock.now()
        stored = StoredKey(
            secrets.token_bytes(KEY_BYTES), now + timedelta(seconds=ahead), suite or settings.SHIMIN.crypto_suite
        )  # fmt: skip
        path = ring.file_of(free[0])
        write_key(path, stored, name=f"{ring.name}.{free[0]}", master=settings.SHIMIN.master_key)
        self._note("kernel.make_key", now, free[0])
        self.stdout.write(f"{path} made: keep a copy of it apart from the database's backup")
        return ring.newest()

    def _wait(self, key: RingKey) -> None:
        """Wait until every process has seen the key and writes with it."""
        if key.writes_from is None:
            return
        seconds = (key.writes_from - clock.now()).total_seconds() + LOOK_AGAIN + 1
        if seconds > 0:
            self.stdout.write(f"waiting {seconds:.0f} s until every process writes with the new key")
            self.stdout.flush()
            time.sleep(seconds)

    def _reseal_all(self, key: RingKey, batch: int) -> None:
        began, total, unreadable = time.monotonic(), 0, 0
        for table in list_sealed_tables():
            for _ in range(_PASSES):
                left = count_left(table, key.id)
                if not left:
                    break
                progress = None
                for progress in reseal(table, key.id, batch=batch):
                    self.stdout.write(f"{table.name}: {progress.values} values of {left} rows")
                    self.stdout.flush()
                assert progress is not None
                total += progress.values
                if progress.unreadable and count_left(table, key.id) == len(progress.unreadable):
                    unreadable += len(progress.unreadable)
                    rows = ", ".join(str(each) for each in progress.unreadable[:5])
                    self.stderr.write(f"{table.name}: rows that no key here opens: {rows}")
                    break
            else:
                raise CommandError(f"{table.name}: rows are held all the time; run `keys rotate --finish` again.")
        seconds = time.monotonic() - began
        self._note("kernel.rotate_keys", clock.now(), key.id, values=total, unreadable=unreadable)
        self.stdout.write(f"{total} values written anew under key {key.id} in {seconds:.1f} s")
        if unreadable:
            raise CommandError(f"{unreadable} rows could not be opened and stay as they are: look for their key.")

    def _retire_index(self, ring: KeyRing, key_id: int) -> None:
        self._require_unused(ring, key_id)
        for table in indexed_tables():
            held = count_under(table, key_id)
            if held:
                raise CommandError(
                    f"{table.name}: {held} handles are under this key. Run `keys rotate-index --finish`; what then"
                    " stays moves when its owner signs in (staff names, numbers of people without a phone)."
                )
        self._put_away(ring, key_id, "kernel.retire_index_key")

    def _require_unused(self, ring: KeyRing, key_id: int) -> None:
        """Refuse keys that rotation did not make, that write, or that a process may still write with."""
        key, newest = ring.keys(look=True).get(key_id), ring.newest()
        if key is None or key_id == FIRST:
            raise CommandError("Only keys that rotation made can be put away: see `keys list`.")
        if key.id == newest.id:  # by id: the folder may have been read again in between
            raise CommandError("This is the key that writes.")
        if newest.writes_from is None or newest.writes_from > clock.now() - _TICKETS_LIVE:
            raise CommandError("Wait a day after a rotation: sealed texts in browsers may still be under this key.")

    def _retire(self, ring: KeyRing, key_id: int) -> None:
        self._require_unused(ring, key_id)
        newest = ring.newest()
        for table in list_sealed_tables():
            if count_left(table, newest.id):
                raise CommandError(f"{table.name} has fields under older keys: run `keys rotate --finish`.")
        self._put_away(ring, key_id, "kernel.retire_key")

    def _put_away(self, ring: KeyRing, key_id: int, action: str) -> None:
        """Note it, then move the file in one step: killed in between, the command is run again and notes it twice."""
        path = ring.file_of(key_id)
        folder = path.parent / _RETIRED
        folder.mkdir(mode=0o700, exist_ok=True)
        self._note(action, clock.now(), key_id)
        path.rename(folder / f"{path.name}.{clock.now():%Y%m%dT%H%M%SZ}")
        self.stdout.write(f"{path.name} is in {folder}: backups made before need it")

    def _wrap(self, new_master: Path | None) -> None:
        old = settings.SHIMIN.master_key
        master = read_key(new_master, name="master_key", master=None).secret if new_master else old
        if master is None:
            raise CommandError("Give --new-master FILE: 32 bytes in base64, kept elsewhere than these files.")
        folder, wrapped = settings.SHIMIN.keys_dir, 0
        for name in SECRETS:
            for path in [folder / name, *sorted(folder.glob(f"{name}.[0-9]*"))]:
                if path.is_file():
                    key = read_key(path, name=path.name, master=old)
                    check = key.check if is_wrapped(path) else key_check(path.name, path.read_bytes())
                    stored = StoredKey(key.secret, key.writes_from, key.suite, check)
                    write_key(path, stored, name=path.name, master=master, replace=True)
                    wrapped += 1
        self.stdout.write(f"{wrapped} files wrapped; every start needs SHIMIN_MASTER_KEY_FILE from now on")

    def _note(self, action: str, now: datetime, key_id: int, **details: int) -> None:
        with scope(SYSTEM):
            audit.record(
                actor=SYSTEM, action=action, target="key", target_id=None, now=now, details={"key": key_id, **details}
            )
