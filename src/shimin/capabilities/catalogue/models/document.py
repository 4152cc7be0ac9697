"""Published documents keep the order in which their folder was written; jsonb would sort the keys."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models


class Document(models.JSONField):
    """JSON as text. Materials, choices, views and fields are shown in the author's order, so the order is content."""

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> str:
        return orjson.dumps(value).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else orjson.loads(value)
