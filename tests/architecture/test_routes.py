"""Every address declares who may use it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from shimin.kernel.web.access import access_of

STATIC_PREFIXES = ("static/",)


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, object]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def test_every_page_declares_its_access():
    forgotten = [
        path
        for path, view in views(get_resolver())
        if not path.startswith(("api/", *STATIC_PREFIXES)) and access_of(view) is None
    ]
    assert forgotten == []


def test_every_api_operation_declares_its_access_and_id():
    from shimin.project.api import api

    operations = [
        (path, operation)
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]
    assert len(operations) > 5
    from ninja.constants import NOT_SET

    assert [path for path, operation in operations if operation.auth_param is NOT_SET] == []
    ids = [operation.operation_id for _, operation in operations]
    assert None not in ids
    assert len(ids) == len(set(ids))
