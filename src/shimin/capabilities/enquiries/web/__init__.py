"""Pages of the enquiries capability."""
