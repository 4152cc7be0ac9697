"""Writes of billing, and what is asked of billers."""
