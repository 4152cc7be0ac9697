"""Signed calls to other systems: each behind its own bulkhead, breaker and retry budget."""
