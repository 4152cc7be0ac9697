"""The audit: ``record`` writes rows, ``sealing`` chains them in batches, ``verification`` proves them."""

from shimin.kernel.audit.rows import COUNTRY, INSERT, Outcome, mac_of, record, record_refusal, row

__all__ = ["COUNTRY", "INSERT", "Outcome", "mac_of", "record", "record_refusal", "row"]
