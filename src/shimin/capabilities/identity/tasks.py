"""Subscribers and periodic jobs of identity."""
