"""Writes of dues."""
