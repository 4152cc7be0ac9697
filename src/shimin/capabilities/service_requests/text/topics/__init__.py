"""Finds hot topics: requests about the same place or people and the same matter within a window. Pure."""
