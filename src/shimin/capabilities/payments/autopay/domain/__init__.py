"""Pure rules of automatic payment."""
