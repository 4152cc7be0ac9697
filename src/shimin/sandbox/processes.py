"""The tree of processes: one parent that prepares everything, and one child for each department.

The parent binds every port before it forks, so a taken port is told in one sentence and nothing is left running.
A child that is killed is started again, one that fails by itself ends the sandbox; children end with the parent, even
when the parent is killed.
"""

import ctypes
import gc
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from .department import Department
from .service import run_department

HOST = "127.0.0.1"
STOP_SECONDS = 3.0
RESTART_PAUSE_SECONDS = 0.2
PR_SET_PDEATHSIG = 1
FAILED = 1
WATCHED = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}


class PortTakenError(Exception):
    """A department's port is in use by another program."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: departments with their bound sockets, and where their files are."""

    listeners: Mapping[Department, socket.socket]
    archive_folder: Path
    keys_dir: Path


def bind(departments: tuple[Department, ...], port_base: int) -> dict[Department, socket.socket]:
    """Bind every department's port; nothing listens yet, so callers are refused rather than kept waiting.

    Raises:
        PortTakenError: naming the port.
    """
    listeners: dict[Department, socket.socket] = {}
    for department in departments:
        port = port_base + department.port_offset
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            for bound in listeners.values():
                bound.close()
            listener.close()
            raise PortTakenError(
                f"Port {port} for {department.name} cannot be used ({error.strerror}): "
                "end the program that has it, or choose another --port-base."
            ) from error
        listeners[department] = listener
    return listeners


def supervise(plan: Plan, *, on_ready: Callable[[], None]) -> int:
    """Run the departments until SIGTERM or SIGINT; give the exit status."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    gc.collect()
    # What is loaded now is shared with the children as long as the collector leaves it alone.
    gc.freeze()
    children = {_fork(department, plan): department for department in plan.listeners}
    on_ready()
    status = 0
    while status == 0 and signal.sigwait(WATCHED) == signal.SIGCHLD:
        for pid, ended_with in _ended(children).items():
            department = children.pop(pid)
            if ended_with == FAILED:
                sys.stderr.write(f"sandbox: {department.name} cannot run, so the sandbox ends\n")
                status = 1
            else:
                sys.stderr.write(f"sandbox: {department.name} was ended, starting it again\n")
                time.sleep(RESTART_PAUSE_SECONDS)
                children[_fork(department, plan)] = department
    _stop(children)
    return status


def _ended(children: Mapping[int, Department]) -> dict[int, int]:
    """Collect the children that ended, with their exit status (negative: the signal that ended them)."""
    waited = (os.waitpid(pid, os.WNOHANG) for pid in children)
    return {pid: os.waitstatus_to_exitcode(status) for pid, status in waited if pid}


def _stop(children: dict[int, Department]) -> None:
    for pid in children:
        os.kill(pid, signal.SIGTERM)
    give_up_at = time.monotonic() + STOP_SECONDS
    while children and time.monotonic() < give_up_at:
        for pid in _ended(children):
            del children[pid]
        time.sleep(0.01)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _fork(department: Department, plan: Plan) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run_child(department, plan, parent)
    return pid


def _run_child(department: Department, plan: Plan, parent: int) -> NoReturn:
    status = FAILED
    try:
        _end_with(parent)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for other, listener in plan.listeners.items():
            if other is not department:
                listener.close()
        run_department(department, plan.listeners[department], plan.archive_folder, plan.keys_dir)
        status = 0
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(status)


def _end_with(parent: int) -> None:
    """Ask the kernel to end this process when the parent dies; elsewhere than on Linux only a clean stop ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(0)
