"""Reads of sign-on."""
