"""Invented residents and their coherent lives: the same seed gives the same people on every machine."""
