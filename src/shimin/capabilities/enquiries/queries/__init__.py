"""Reads: what an item offers, what a person's access log says, what waits at the desk."""
