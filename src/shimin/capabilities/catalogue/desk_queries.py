"""Reads of the editors' desk, within the regions of the officer's grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Max, Q, QuerySet, Sum

from shimin.capabilities.catalogue.domain import ItemCard
from shimin.capabilities.catalogue.models import Feedback, FeedbackStatus, Synonym, UsageCount, ZeroHit
from shimin.capabilities.catalogue.operations.feedback import EDITOR, FAULTS
from shimin.capabilities.catalogue.queries import list_region_items
from shimin.capabilities.catalogue.regions import get_region
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.errors import NotFound

T = TypeVar("T")
PAGE = 50
DAYS = 30


@dataclass(frozen=True, slots=True)
class DeskPage(Generic[T]):
    """One page of a list; ``next`` is where the following one begins, None at the end."""

    rows: list[T]
    next: int | None

    @property
    def next_text(self) -> str:
        return str(self.next or "")


@dataclass(frozen=True, slots=True)
class DeskItem:
    """An item as an editor sees it."""

    card: ItemCard
    region_name: str
    times: int


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """A finding with its words."""

    feedback: Feedback
    fault: str
    status: str
    region_name: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A request that found nothing."""

    request: str
    times: int
    last_day: str


def regions_of(actor: Actor) -> list[str] | None:
    """Return the regions of the actor's editor grants; None when one of them is not limited."""
    codes = [grant.region_code for grant in actor.grants if grant.role == EDITOR]
    return None if None in codes else [code for code in codes if code is not None]


def list_desk_items(*, actor: Actor, after: int | None, now: datetime) -> DeskPage[DeskItem]:
    """Return the effective items of the actor's regions by id, with how often they were opened in 30 days."""
    cards = list_region_items(regions_of(actor), after=after, limit=PAGE + 1, now=now)
    since = clock.local_date(now) - timedelta(days=DAYS)
    used = UsageCount.objects.filter(day__gt=since, item_id__in=[card.item_id for card in cards])
    times = dict(used.values_list("item_id").annotate(Sum("times")))
    rows = [DeskItem(card, get_region(card.region_code).short_name, times.get(card.item_id, 0)) for card in cards]
    return DeskPage(rows[:PAGE], rows[PAGE - 1].card.item_id if len(rows) > PAGE else None)


def list_feedback(*, actor: Actor, status: str, before: int | None) -> DeskPage[FeedbackView]:
    """Return findings, the newest first. Row-level security keeps those of other agencies and regions away."""
    rows: QuerySet[Feedback] = Feedback.objects.order_by("-id")
    if status in FeedbackStatus.values:
        rows = rows.filter(status=status)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = [_view(row) for row in rows[: PAGE + 1]]
    return DeskPage(found[:PAGE], found[PAGE - 1].feedback.id if len(found) > PAGE else None)


def get_feedback(*, actor: Actor, feedback_id: int) -> FeedbackView:
    """Return one finding.

    Raises:
        NotFound: it is not the actor's to see, or does not exist.
    """
    row = Feedback.objects.filter(id=feedback_id).first()
    if row is None or not actor.has_role(EDITOR):
        raise NotFound
    return _view(row)


def count_new_feedback(actor: Actor) -> int:
    """Return how many findings wait; the desk's queue shows it."""
    return Feedback.objects.filter(status=FeedbackStatus.NEW).count()


def list_synonyms(*, text: str = "", limit: int = 500) -> list[Synonym]:
    """Return the pairs that contain ``text`` on either side, the desk's own first."""
    rows = Synonym.objects.order_by("origin", "said", "meant")
    return list(rows.filter(Q(said__contains=text) | Q(meant__contains=text))[:limit])


def list_missed(*, actor: Actor, now: datetime, limit: int = 200) -> list[Missed]:
    """Return the requests of the last 30 days that found nothing, the most frequent first."""
    rows = ZeroHit.objects.filter(day__gt=clock.local_date(now) - timedelta(days=DAYS))
    regions = regions_of(actor)
    if regions is not None:
        rows = rows.filter(region_code__in=regions)
    counted = rows.values("request").annotate(total=Sum("times"), last=Max("day")).order_by("-total", "request")
    return [Missed(row["request"], row["total"], row["last"].isoformat()) for row in counted[:limit]]


def _view(row: Feedback) -> FeedbackView:
    return FeedbackView(
        row, FAULTS.get(row.fault, row.fault), FeedbackStatus(row.status).label, get_region(row.city_code).short_name
    )
