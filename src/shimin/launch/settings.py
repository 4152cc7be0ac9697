"""What the environment says to the launcher, parsed once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shimin.launch.faults import Fault

ROOT = Path(__file__).resolve().parents[3]
SANDBOX_DEPARTMENTS = 9
SANDBOX_WECHAT_PAY = 43
SANDBOX_ALIPAY = 41  # its port counted from the base; departments have those below
SANDBOX_ENTRANCES = 42  # the stand-ins for other platforms' logins
KEY_NAMES = ("secret_key", "field_key", "index_key", "audit_key", "platform_signing.pem")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where this installation lives and how it is reached."""

    root: Path
    data_dir: Path
    keys_dir: Path
    host: str
    port: int
    database_url: str  # empty: run an own cluster in the data directory
    postgres_from: str  # system, wheel, or empty for whichever is there
    node_from: str
    web_workers: int
    web_threads: int
    role_prefix: str
    environ: Mapping[str, str]

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def requirements(self) -> Path:
        return self.root / "requirements"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "log"

    @property
    def run_dir(self) -> Path:
        """Locks, sockets and marks of what runs now; nothing in it needs a backup."""
        return self.data_dir / "run"

    @property
    def url(self) -> str:
        return f"http://{self.local_host}:{self.port}"

    @property
    def local_host(self) -> str:
        """The host by which this machine reaches the web server."""
        return "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104

    @property
    def sandbox_port_base(self) -> int:
        return self.port + 100

    @property
    def sandbox_ports(self) -> range:
        return range(self.sandbox_port_base + 1, self.sandbox_port_base + 1 + SANDBOX_DEPARTMENTS)

    @property
    def sandbox_alipay_port(self) -> int:
        return self.sandbox_port_base + SANDBOX_ALIPAY

    @property
    def sandbox_wechat_pay_port(self) -> int:
        return self.sandbox_port_base + SANDBOX_WECHAT_PAY

    @property
    def sandbox_entrances_port(self) -> int:
        return self.sandbox_port_base + SANDBOX_ENTRANCES

    def key_path(self, name: str) -> Path:
        """Return the file of a key: SHIMIN_<NAME>_FILE, else the file of that name in the keys folder."""
        return Path(self.environ.get(f"SHIMIN_{name.upper().replace('.', '_')}_FILE", str(self.keys_dir / name)))


def load_settings(environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> Settings:
    """Read the environment.

    Raises:
        Fault: a value cannot be understood.
    """
    data_dir = Path(environ.get("SHIMIN_DATA_DIR") or root / "var").absolute()
    return Settings(
        root=root,
        data_dir=data_dir,
        keys_dir=Path(environ.get("SHIMIN_KEYS_DIR") or data_dir / "keys").absolute(),
        host=environ.get("SHIMIN_HOST") or "127.0.0.1",
        port=_number(environ, "SHIMIN_PORT", 8000, 1, 65535 - 100 - SANDBOX_ENTRANCES),
        database_url=_database_url(environ.get("DATABASE_URL", "")),
        postgres_from=_choice(environ, "SHIMIN_POSTGRES"),
        node_from=_choice(environ, "SHIMIN_NODE"),
        web_workers=_number(environ, "SHIMIN_WEB_WORKERS", min((os.cpu_count() or 1) + 1, 5), 1, 256),
        web_threads=_number(environ, "SHIMIN_WEB_THREADS", 16, 1, 512),
        role_prefix=environ.get("SHIMIN_DB_ROLE_PREFIX") or "shimin",
        environ=environ,
    )


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Fault(f"{name}={text} is not a number from {least} to {most}", f"for example {name}={default}.")
    return int(text)


def _choice(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "")
    if text not in ("", "system", "wheel"):
        raise Fault(f"{name}={text} is not known", "use system or wheel, or leave it out.")
    return text


def _database_url(text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise Fault(
            "DATABASE_URL is not a PostgreSQL address",
            "write it as postgresql://user:password@host:5432/name, or leave it out to run an own database.",
        )
    return text
