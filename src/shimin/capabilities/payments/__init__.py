"""Payments: one desk for bills, fines and public money."""
