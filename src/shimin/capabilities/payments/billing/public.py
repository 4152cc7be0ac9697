"""What pages, the API and tasks may use of billing."""

__all__: list[str] = []
