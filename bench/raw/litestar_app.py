"""The peer of the item JSON: Litestar and asyncpg, nothing around them, the same SELECT, the same JSON.

No session, no safety headers, no log, no counting: what a quick service of its own would be.
``BENCH_READ_CACHE=1`` keeps answers in the process until the catalogue's stamp moves, looked at once a second, as the
platform does. DATABASE_URL is the web's login.
"""

from __future__ import annotations

import asyncio
import os
import time
from datetime import date
from typing import Any

import asyncpg
import orjson
from litestar import Litestar, Response, get
from litestar.exceptions import NotFoundException

SELECT = """
    SELECT i.id, i.region_code, a.slug, i.slug, v.name, v.summary, coalesce(a.short_name, a.name), v.icon, v.tab,
        v.assurance_level, v.stars, v.status::text, v.audience, v.service_class, v.online, v.is_demo,
        v.id, v.number, v.doc::text
    FROM catalogue_service_version v
    JOIN catalogue_service_item i ON i.id = v.item_id
    JOIN catalogue_agency a ON a.id = i.agency_id
    WHERE i.slug = $1 AND i.region_code = ANY ($2::text[])
      AND v.effective_from <= now() AND (v.effective_to IS NULL OR v.effective_to > now())
    ORDER BY array_position($2::text[], i.region_code::text) LIMIT 1
"""
CACHED = os.environ.get("BENCH_READ_CACHE") == "1"
CONNECTIONS = 8


class Store:
    """The pool, and the kept answers of this process."""

    def __init__(self) -> None:
        self.pool: asyncpg.Pool | None = None
        self.kept: dict[tuple[str, str, date], bytes] = {}
        self.stamp, self.looked_at = -1, float("-inf")
        self.lock = asyncio.Lock()

    async def open(self) -> None:
        self.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS)

    async def close(self) -> None:
        if self.pool is not None:
            await self.pool.close()

    async def body(self, region_code: str, slug: str) -> bytes:
        if not CACHED:
            return await self.load(region_code, slug)
        if time.monotonic() - self.looked_at >= 1.0:
            await self.look()
        key = (region_code, slug, date.today())  # noqa: DTZ011 - the peer runs in the city's own time
        body = self.kept.get(key)
        if body is None:
            body = self.kept[key] = await self.load(region_code, slug)
        return body

    async def look(self) -> None:
        async with self.lock:
            if time.monotonic() - self.looked_at >= 1.0:
                assert self.pool is not None
                stamp = await self.pool.fetchval("SELECT number FROM catalogue_stamp WHERE id = 1")
                if stamp != self.stamp:
                    self.kept.clear()
                self.stamp, self.looked_at = stamp, time.monotonic()

    async def load(self, region_code: str, slug: str) -> bytes:
        assert self.pool is not None
        chain = [region_code, f"{region_code[:2]}0000", "100000"]
        row = await self.pool.fetchrow(SELECT, slug, chain)
        if row is None:
            raise NotFoundException
        return orjson.dumps(item(row))


def item(row: asyncpg.Record) -> dict[str, Any]:
    """Return the item as the platform's API shows it."""
    state, words = status(orjson.loads(row[11]))
    return {
        "item_id": str(row[0]), "region_code": row[1], "slug": row[3], "name": row[4], "summary": row[5],
        "agency": row[2], "agency_name": row[6], "icon": row[7], "tab": row[8], "service_class": row[13],
        "audience": row[12], "assurance_level": row[9], "online": row[14], "stars": row[10], "status": state,
        "status_words": words, "demo": row[15], "version_id": str(row[16]), "version": row[17],
        "service": orjson.Fragment(row[18]),
    }  # fmt: skip


def status(declared: Any) -> tuple[str, str]:
    """Return what a declared status means today: an item is open unless it says since when it is not."""
    if not isinstance(declared, dict):
        return "running", ""
    today = date.today().isoformat()  # noqa: DTZ011
    if declared["state"] == "seasonal":
        opens, closes, day = declared["season"]["from"], declared["season"]["until"], today[5:]
        is_open = opens <= day < closes if opens <= closes else day >= opens or day < closes
    else:
        is_open = today < declared.get("from", "") or declared.get("until", "9") <= today
    return ("running", "") if is_open else (declared["state"], declared["words"])


store = Store()


@get("/api/v1/regions/{region_code:str}/items/{slug:str}")
async def get_item(region_code: str, slug: str) -> Response[bytes]:
    """Answer with one item."""
    return Response(await store.body(region_code, slug), media_type="application/json")


app = Litestar([get_item], on_startup=[store.open], on_shutdown=[store.close], openapi_config=None, logging_config=None)
