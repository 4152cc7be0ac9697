"""How often items were opened and searches found nothing: sums for whoever reports on use."""

from __future__ import annotations

from datetime import date

from django.db.models import Sum

from shimin.capabilities.catalogue.models import UsageCount, ZeroHit


def count_opened(region_code: str, *, since: date, until: date) -> dict[int, int]:
    """Return by item how often its page was opened in the region on the days ``[since, until)``; robots count too."""
    rows = UsageCount.objects.filter(region_code=region_code, day__gte=since, day__lt=until)
    return {row["item_id"]: int(row["sum"]) for row in rows.values("item_id").annotate(sum=Sum("times"))}


def count_missed(region_code: str, *, since: date, until: date) -> int:
    """Return how many searches of the region found nothing on the days ``[since, until)``; kept for 90 days."""
    found = ZeroHit.objects.filter(region_code=region_code, day__gte=since, day__lt=until).aggregate(sum=Sum("times"))
    return int(found["sum"] or 0)
