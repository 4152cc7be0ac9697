"""Reads of automatic payment."""
