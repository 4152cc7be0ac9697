"""The gateway of the stand-in."""
