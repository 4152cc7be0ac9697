"""What others may follow of requests: a filing, and each later step."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("service_requests.request_filed")
class RequestFiled(DomainEvent):
    """A request was filed and waits to be classified and dispatched; ``region_code``: its district, "" if not said."""

    request_id: int
    city_code: str
    request_kind: str
    is_emergency: bool
    channel: str = ""
    region_code: str = ""


@event("service_requests.request_moved")
class RequestMoved(DomainEvent):
    """A step was taken; ``before`` and ``after`` are states, equal when the step changes none."""

    request_id: int
    city_code: str
    step_id: int
    action: str
    before: str
    after: str
    agency_id: int | None


@event("service_requests.request_joined")
class RequestJoined(DomainEvent):
    """Somebody joined another's request."""

    request_id: int
    city_code: str
    account_id: int


@event("service_requests.article_reviewed")
class ArticleReviewed(DomainEvent):
    """An answer entered the knowledge base (``is_open``), or was taken out of it."""

    article_id: int
    city_code: str
    is_open: bool
