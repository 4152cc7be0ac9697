"""Open311 GeoReport v2 with FixMyStreet's update extension, JSON and XML. Not under /api: its shapes are not ours."""
