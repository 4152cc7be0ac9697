"""Forgetting the inbox of a closed account."""

from __future__ import annotations

from shimin.capabilities.notices.models import Forwarding, Notice


def erase_notices(*, account_id: int) -> int:
    """Delete all notices of an account, and how it wanted to be told, in the worker's scope, and return how many."""
    Forwarding.objects.filter(account_id=account_id).delete()
    return int(Notice.objects.filter(account_id=account_id).delete()[0])
