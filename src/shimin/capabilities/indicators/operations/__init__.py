"""What changes the tables of the indicators."""
