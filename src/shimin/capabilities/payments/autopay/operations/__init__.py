"""Writes of automatic payment."""
