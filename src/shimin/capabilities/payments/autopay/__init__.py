"""Automatic payment (自动缴费): bills and cards paid by themselves under an agreement; above payments and billing."""
