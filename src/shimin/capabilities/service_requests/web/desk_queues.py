"""The desk's queues of requests, one for each role, as addresses ``/desk/requests/<key>``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from shimin.capabilities.service_requests.public import (
    DISPATCHER,
    OFFICER,
    OPEN_STATES,
    REVIEWER,
    SUPERVISOR,
    Matter,
    QueueFilter,
    RequestState,
    count_news,
    count_queue,
    list_proposed,
)
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue

_AT_OFFICER = (RequestState.DISPATCHED, RequestState.IN_PROGRESS, RequestState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class RequestQueue:
    """A queue: who opens it, what it holds, which states its chips offer, whether it shows what has ended too."""

    key: str
    title: str
    icon: str
    role: str
    wanted: QueueFilter
    chips: tuple[RequestState, ...] = ()
    has_history: bool = False

    @property
    def url(self) -> str:
        return f"/desk/requests/{self.key}"


QUEUES = {
    queue.key: queue
    for queue in (
        RequestQueue("emergency", "紧急诉求", "siren", DISPATCHER, QueueFilter(is_emergency=True)),
        RequestQueue(
            "abroad", "境外求助（24小时）", "globe", DISPATCHER, QueueFilter(matter=Matter.ABROAD), OPEN_STATES
        ),
        RequestQueue(
            "dispatch", "待派单", "send", DISPATCHER, QueueFilter(states=(RequestState.FILED, RequestState.RETURNED)),
            (RequestState.FILED, RequestState.RETURNED),
        ),
        RequestQueue("handle", "待办诉求", "inbox", OFFICER, QueueFilter(states=_AT_OFFICER), _AT_OFFICER, True),
        RequestQueue(
            "consumer", "12315 投诉举报", "store", OFFICER, QueueFilter(states=_AT_OFFICER, matter=Matter.CONSUMER),
            _AT_OFFICER,
        ),
        RequestQueue("supervised", "督查件", "bell-ring", OFFICER, QueueFilter(rung_from=1), _AT_OFFICER),
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


for _queue in QUEUES.values():
    register_queue(
        Queue(
            key=f"service_requests.{_queue.key}", title=_queue.title, icon=_queue.icon, url=_queue.url,
            role=_queue.role, count=partial(_count, _queue),
        )
    )  # fmt: skip


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
