"""Writes of invitations."""
