"""Forgetting the inbox of a closed account."""

from __future__ import annotations

from shimin.capabilities.notices.models import Notice


def erase_notices(*, account_id: int) -> int:
    """Delete all notices of an account, in the worker's scope, and return how many."""
    return int(Notice.objects.filter(account_id=account_id).delete()[0])
