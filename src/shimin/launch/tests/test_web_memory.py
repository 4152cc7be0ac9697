"""A rush of sign-ins leaves no memory behind in a web process as the launcher starts it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from shimin.launch.serving import web_memory

# 16 threads hash, at most four at once, and stay: as those of a web process do.
RUSH = """
import threading
from argon2 import PasswordHasher
hasher = PasswordHasher(time_cost=1, memory_cost=19456, parallelism=1)
hasher.hash("warm")
slots, done, end = threading.BoundedSemaphore(4), threading.Semaphore(0), threading.Event()
def held():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) // 1024
def work():
    for _ in range(2):
        with slots:
            hasher.hash("a")
    done.release()
    end.wait()
before = held()
threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads: thread.start()
for _ in threads: done.acquire()
print(held() - before)
end.set()
"""


def grown(environ: dict[str, str]) -> int:
    done = subprocess.run([sys.executable, "-c", RUSH], env=environ, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_hashes_leave_no_memory_behind():
    bare = {name: value for name, value in os.environ.items() if name != "MALLOC_MMAP_THRESHOLD_"}
    assert grown(bare | web_memory(bare)) < 40


def test_an_operators_own_setting_stands():
    assert web_memory({"MALLOC_MMAP_THRESHOLD_": "1"}) == {}
