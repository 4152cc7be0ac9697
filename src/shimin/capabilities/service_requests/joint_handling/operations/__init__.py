"""What is done in joint handling."""
