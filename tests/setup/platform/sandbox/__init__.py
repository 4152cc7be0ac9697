"""The departments of the stand-in."""
