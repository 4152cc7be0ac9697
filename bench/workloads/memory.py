"""``memory``: what a web process holds after people have used every kind of page."""

from __future__ import annotations

from bench import wrk
from bench.figures import Bound, Figure
from bench.installation import CITY, Installation
from bench.plan import Plan
from bench.usage import pss_mib, workers_of

MOST_MB = 150.0
_MB_PER_MIB = 2**20 / 1e6


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Open each kind of public page for a while, then look at the largest web process."""
    items = ("traffic-violations", "gaokao-score", "housing-fund", "social-insurance")
    paths = [f"/c/{CITY}/", f"/c/{CITY}/search?q=%E7%BD%9A%E5%8D%95", f"/c/{CITY}/for/natural", "/", "/account/sign-in"]
    paths += [f"/c/{CITY}/items/{slug}" for slug in items]
    wrk.rate(installation.base_url, paths, connections=16, seconds=plan.seconds)
    return web_memory("memory", installation)


def web_memory(workload: str, installation: Installation) -> list[Figure]:
    """Return the proportional set size of the largest web process; nothing for a server that runs elsewhere."""
    if installation.supervisor is None:
        return []
    largest = max(pss_mib(pid) for pid in workers_of(installation.pid_of("web")))
    return [Figure(workload, "web_worker_pss", "MB", [largest * _MB_PER_MIB], bound=Bound("<=", MOST_MB))]
