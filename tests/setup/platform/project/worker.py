"""A worker that does nothing, and fails once when it finds the file ``fail-once``."""

import os
import pathlib
import sys
import time

switch = pathlib.Path(os.environ["SHIMIN_DATA_DIR"], "fail-once")
print("worker", os.environ["SHIMIN_PROCESS"], flush=True)
while True:
    if switch.exists():
        switch.unlink()
        sys.exit("worker fails as told")
    time.sleep(0.05)
