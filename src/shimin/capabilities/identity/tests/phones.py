"""Reading the phone: the latest text, and the code in it."""

from __future__ import annotations

import re

from shimin.capabilities.notices.queries import list_demo_texts


def latest_text() -> str:
    return list_demo_texts(1)[0].text


def latest_code() -> str:
    found = re.search(r"\d{6}", latest_text())
    assert found, latest_text()
    return found.group()
