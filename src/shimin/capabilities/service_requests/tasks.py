"""Periodic jobs of the requests, run by the worker."""

from __future__ import annotations

from shimin.capabilities.service_requests.public import (
    close_unrated,
    forget_filing_keys,
    forget_unused_photos,
    forget_unused_voices,
    resume_due,
)
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(300, "service_requests.close_unrated")
def close_old_answers() -> None:
    """Close what nobody has rated."""
    close_unrated(clock.now())


@every(300, "service_requests.resume_due")
def look_again() -> None:
    """Take suspended requests up again on their day."""
    resume_due(clock.now())


@every(3600, "service_requests.forget_filing_keys")
def forget_keys() -> None:
    """Forget idempotency keys that no page can send again."""
    forget_filing_keys(clock.now())


@every(3600, "service_requests.forget_unused_photos")
def forget_photos() -> None:
    """Delete photos that no request uses, with their files."""
    forget_unused_photos(clock.now())


@every(3600, "service_requests.forget_unused_voices")
def forget_voices() -> None:
    """Delete recordings that no request uses, with their files."""
    forget_unused_voices(clock.now())
