"""Pages of reconciliation, for finance officers of a whole city."""
