"""What others may follow of supervision: cards and their appeals, call-backs, weekly reports."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("service_requests.card_issued")
class CardIssued(DomainEvent):
    """A request got a yellow or red card of supervision; ``agency_id`` None: it waited for dispatch."""

    card_id: int
    request_id: int
    city_code: str
    light: str
    agency_id: int | None


@event("service_requests.card_appealed")
class CardAppealed(DomainEvent):
    """An agency appealed a card."""

    card_id: int
    request_id: int
    city_code: str


@event("service_requests.card_decided")
class CardDecided(DomainEvent):
    """The supervisor decided an appeal: the card was lifted, or stays."""

    card_id: int
    request_id: int
    city_code: str
    is_lifted: bool


@event("service_requests.call_back_noted")
class CallBackNoted(DomainEvent):
    """Somebody was called back; ``wants_redo``: the request is to be done again."""

    call_back_id: int
    request_id: int
    city_code: str
    wants_redo: bool


@event("service_requests.weekly_report_made")
class WeeklyReportMade(DomainEvent):
    """The supervisor's report of a week is there; ``week_starts``: its Monday ("2026-11-23")."""

    report_id: int
    city_code: str
    week_starts: str
