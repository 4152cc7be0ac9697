"""Reads of the service requests."""
