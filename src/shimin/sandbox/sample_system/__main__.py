"""``python -m shimin.sandbox.sample_system``: see docs/howto/connect-a-department-system.md."""

from __future__ import annotations

import os
from pathlib import Path

from .server import Settings, serve

settings = Settings(
    issuer=os.environ.get("SAMPLE_ISSUER", "http://127.0.0.1:8000"),
    client_id=os.environ["SAMPLE_CLIENT_ID"],
    client_secret=Path(os.environ["SAMPLE_SECRET_FILE"]).read_text("ascii").strip(),
    port=int(os.environ.get("SAMPLE_PORT", "9440")),
)
serve(settings)
