"""A stand-in for the platform: just enough for the launcher to set up, start and end."""
