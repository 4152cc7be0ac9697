"""Pages of automatic payment."""
