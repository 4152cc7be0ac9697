"""Regions, agencies, service items and their versions; search; star level. Knows no other capability."""
