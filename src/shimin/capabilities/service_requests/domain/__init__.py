"""Pure rules of service requests."""
