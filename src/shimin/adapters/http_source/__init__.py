"""Departments over signed HTTP: the record source of the look-ups, and the registers that prove a real name.

The protocol is in docs/reference/source-protocol.md; timeouts, breaker, retry budget and bulkhead
are the kernel's client.
"""

from shimin.adapters.http_source.connecting import check_config, connect

__all__ = ["check_config", "connect"]
