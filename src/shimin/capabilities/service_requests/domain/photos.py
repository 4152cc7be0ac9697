"""How many photos a request takes, and how long one waits to be used."""

from __future__ import annotations

from datetime import timedelta

MOST_AT_ONCE = 12
MOST_ON_A_REQUEST = 48
# From the first look at a form to its filing; afterwards the photo is deleted.
KEPT_UNUSED = timedelta(days=1)
PHOTO_FACTS = "补充了照片。"
