"""Pages of the service requests."""
