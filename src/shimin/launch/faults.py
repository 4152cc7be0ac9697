"""What can go wrong before the platform runs, each as one sentence with its mend."""

from __future__ import annotations

import errno


class Fault(Exception):
    """Something the operator has to mend; ``str(fault)`` is one sentence: what is wrong, then what to do."""

    def __init__(self, wrong: str, mend: str) -> None:
        super().__init__(f"{wrong}: {mend}")
        self.wrong = wrong
        self.mend = mend


FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})


def disk_full(place: object) -> Fault:
    """Return the fault for a full file system that holds ``place``."""
    return Fault(f"The disk that holds {place} is full", "free some space, then run the same command again.")


def fault_of(error: OSError) -> Fault | None:
    """Return the fault behind an operating-system error, or None when it is not one an operator can mend."""
    if error.errno in FULL_DISK:
        return disk_full(error.filename or "the data")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Fault(
            f"{error.filename} may not be read or written by this user",
            "give the folder to this user (chown), or choose another with SHIMIN_DATA_DIR.",
        )
    return None
