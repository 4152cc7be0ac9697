"""Calls to the servers of systems that sign people in: telling them of sign-outs."""

from shimin.adapters.sign_on_calls.logout import connect

__all__ = ["connect"]
