"""Pure rules of reconciliation."""
