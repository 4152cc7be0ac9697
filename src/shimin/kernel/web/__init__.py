"""What stands around every page and API route: access, errors, safety headers, idempotency, hot reads."""
