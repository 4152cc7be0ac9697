"""Pure rules of dues."""
