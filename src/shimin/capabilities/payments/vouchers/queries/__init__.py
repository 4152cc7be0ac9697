"""Reads of vouchers."""
