"""Periodic jobs of joint handling, run by the worker."""

from __future__ import annotations

from shimin.capabilities.service_requests.joint_handling.public import urge_late_parts
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(60, "joint_handling.urge_late_parts")
def urge() -> None:
    """Urge co-handlers that are late."""
    urge_late_parts(clock.now())
