"""Jobs of notices."""
