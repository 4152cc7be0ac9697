"""What can be read of the indicators."""
