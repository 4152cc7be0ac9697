"""Pure rules of the indicators' counts."""
