"""A look for malware before anything else reads a file. A scanner that is set and silent refuses: fail closed."""

from __future__ import annotations

import socket
import struct
import time
from typing import Protocol

import structlog
from django.conf import settings

from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import InvalidInput, Unavailable

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096
log = structlog.get_logger("shimin.files")


class FileInfected(InvalidInput):
    """The scanner knows the file as malware."""

    code = "file_infected"
    message = "这个文件没有通过安全检查，没有保存。"
    mend = "请用安全软件检查您的设备，换一个文件再传。"


class ScannerUnavailable(Unavailable):
    """The scanner does not answer, so nothing is accepted unseen."""

    code = "scanner_unavailable"
    message = "现在不能检查文件，照片和录音暂时传不了。"
    mend = "请先提交文字，照片和录音稍后再补充。"


class Scanner(Protocol):
    """Something that looks into files."""

    def check(self, content: bytes) -> None:
        """Return when the content is clean.

        Raises:
            FileInfected: it is not.
            ScannerUnavailable: nobody can tell now.
        """
        ...


class NoScanner:
    """Looks at nothing: no scanner is set. Photos and voices are still kept only as they were made anew."""

    def check(self, content: bytes) -> None:
        return None


class ClamdScanner:
    """ClamAV's daemon over TCP. ``seconds`` is the time for one file, connecting and answer included.

    Source: clamd(8), INSTREAM: ``zINSTREAM\\0``, chunks behind their length (4 bytes, big endian), a length of 0.
    """

    def __init__(self, host: str, port: int, *, seconds: float = 10.0) -> None:
        self._address = (host, port)
        self._seconds = seconds

    def check(self, content: bytes) -> None:
        require_no_transaction()
        try:
            answer = self._ask(content)
        except OSError as error:
            log.warning("files.scanner_unavailable", error=type(error).__name__)
            raise ScannerUnavailable from error
        if answer.endswith(" FOUND"):
            log.warning("files.infected", signature=answer.removesuffix(" FOUND").rpartition(": ")[2][:80])
            raise FileInfected
        if answer != "stream: OK":
            log.warning("files.scanner_answer", answer=answer[:80])
            raise ScannerUnavailable

    def _ask(self, content: bytes) -> str:
        ends_at = time.monotonic() + self._seconds
        with socket.create_connection(self._address, timeout=self._seconds) as line:
            try:
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK):
                    chunk = content[start : start + _CHUNK]
                    line.settimeout(_left(ends_at))
                    line.sendall(struct.pack(">L", len(chunk)) + chunk)
                line.sendall(struct.pack(">L", 0))
            except (BrokenPipeError, ConnectionResetError) as error:  # it may have said why it stopped listening
                log.info("files.scanner_stopped_listening", error=type(error).__name__)
            return _read(line, ends_at)


def get_scanner() -> Scanner:
    """Return the installation's scanner: ``SHIMIN_SCANNER``, or none."""
    if settings.SHIMIN.scanner is None:
        return NoScanner()
    host, port = settings.SHIMIN.scanner
    return ClamdScanner(host, port)


def _read(line: socket.socket, ends_at: float) -> str:
    """Return the answer up to its zero byte; an answer that is cut short counts as none."""
    answer = b""
    while not answer.endswith(b"\0"):
        line.settimeout(_left(ends_at))
        part = line.recv(_LONGEST_ANSWER)
        answer += part
        if not part or len(answer) > _LONGEST_ANSWER:
            raise ConnectionError("no whole answer")
    return answer[:-1].decode("utf-8", "replace").strip()


def _left(ends_at: float) -> float:
    """Return the seconds that are left: one slow byte after the other must not hold a thread for ever."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
