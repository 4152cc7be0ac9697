"""Writes of reconciliation."""
