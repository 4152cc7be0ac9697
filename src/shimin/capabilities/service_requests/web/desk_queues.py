"""The desk's queues of requests, one for each role, as addresses ``/desk/requests/<key>``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from shimin.capabilities.service_requests.public import (
    AT_OFFICER,
    DISPATCHER,
    OFFICER,
    OPEN_STATES,
    REVIEWER,
    SUPERVISOR,
    QueueFilter,
    RequestState,
    count_news,
    count_queue,
    list_proposed,
)
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue, register_roles

register_roles({DISPATCHER: "12345 派单员", OFFICER: "诉求承办人", REVIEWER: "答复审核人", SUPERVISOR: "督查"})


@dataclass(frozen=True, slots=True)
class RequestQueue:
    """A queue: who opens it, what it holds, which states its chips offer, whether it shows what has ended too.

    ``rank`` is its place at the desk's side (``ui.desk.Queue``); ``link``: a page that goes with it, and its words.
    """

    key: str
    title: str
    icon: str
    role: str
    wanted: QueueFilter
    chips: tuple[RequestState, ...] = ()
    has_history: bool = False
    rank: int = 100
    link: tuple[str, str] | None = None

    @property
    def url(self) -> str:
        return f"/desk/requests/{self.key}"


QUEUES = {
    queue.key: queue
    for queue in (
        RequestQueue("emergency", "紧急诉求", "siren", DISPATCHER, QueueFilter(is_emergency=True), rank=1),
        RequestQueue(
            "dispatch", "待派单", "send", DISPATCHER, QueueFilter(states=(RequestState.FILED, RequestState.RETURNED)),
            (RequestState.FILED, RequestState.RETURNED),
        ),
        RequestQueue("handle", "待办诉求", "inbox", OFFICER, QueueFilter(states=AT_OFFICER), AT_OFFICER, True),
        RequestQueue("supervised", "督查件", "bell-ring", OFFICER, QueueFilter(rung_from=1), AT_OFFICER),
        RequestQueue(
            "review", "待审答复", "file-check", REVIEWER, QueueFilter(states=(RequestState.IN_REVIEW,))
        ),
        RequestQueue("extensions", "延期申请", "clock", REVIEWER, QueueFilter(waits_for_approval=True)),
        RequestQueue("watched", "催办督办中", "bell-ring", SUPERVISOR, QueueFilter(rung_from=1), OPEN_STATES),
        RequestQueue("all", "全市诉求", "eye", SUPERVISOR, QueueFilter(), OPEN_STATES, True),
    )
}  # fmt: skip


def _count(queue: RequestQueue, actor: Actor) -> int | None:
    return count_queue(actor, wanted=replace(queue.wanted), roles=(queue.role,)) or None


def register_request_queue(queue: RequestQueue) -> None:
    """Add a queue of requests to the desk; the app that has it does this when it starts."""
    QUEUES[queue.key] = queue
    register_queue(
        Queue(
            key=f"service_requests.{queue.key}", title=queue.title, icon=queue.icon, url=queue.url,
            role=queue.role, count=partial(_count, queue), rank=queue.rank,
        )
    )  # fmt: skip


for _queue in tuple(QUEUES.values()):
    register_request_queue(_queue)


def _news(actor: Actor) -> int | None:
    return count_news(actor) or None


for _key, _role in (("news", OFFICER), ("news_dispatch", DISPATCHER)):
    register_queue(Queue(f"service_requests.{_key}", "催办与重办", "bell-ring", "service_requests:news", _role, _news))


def _uncounted(actor: Actor) -> None:
    """It is read, not worked off."""


def _proposed(actor: Actor) -> int | None:
    return len(list_proposed(actor)) or None


for _key, _role, _counted in (("knowledge", REVIEWER, _proposed), ("knowledge_read", OFFICER, _uncounted)):
    register_queue(
        Queue(f"service_requests.{_key}", "知识库", "book-open", "service_requests:knowledge", _role, _counted)
    )
