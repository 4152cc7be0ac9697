"""Reference pages made from code are up to date."""

from __future__ import annotations

import pytest

from shimin.project.management.commands import openapi, reference


@pytest.mark.parametrize("name", ["events.md", "tables.md", "errors.md", "request-states.md"])
def test_reference_page_is_what_the_code_says(name):
    assert (reference.FOLDER / name).read_text() == reference.pages()[name], "run ./shimin reference"


def test_openapi_is_the_snapshot():
    assert openapi.SNAPSHOT.read_text() == openapi.document(), "run ./shimin openapi"
