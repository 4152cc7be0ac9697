"""What is wrong with a methodology or a table, where, and how to mend it."""

from __future__ import annotations


class IndexFault(ValueError):
    """One or more faults; each line says where, what and how to mend."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
