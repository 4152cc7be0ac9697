"""Writes of the service requests."""
