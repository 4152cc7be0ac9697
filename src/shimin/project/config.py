"""The settings an operator may give, parsed once from the environment; every one is in docs/reference/settings.md."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from shimin.kernel.crypto.key_files import KeyFileUnreadable, read_key

ROOT = Path(__file__).resolve().parents[3]

Network = IPv4Network | IPv6Network


class ConfigError(Exception):
    """A setting is missing or wrong; the text names it and the mend."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one process."""

    process: str  # owner, web, worker: which database login to use
    database_url: str
    database_role_prefix: str
    data_dir: Path
    keys_dir: Path
    rules_dir: Path  # the city's own rules as CSV (dispatch.csv …); without a file the shipped one holds
    secret_key: bytes
    field_key: bytes
    index_key: bytes
    audit_key: bytes
    demo: bool
    debug: bool
    hosts: tuple[str, ...]
    secure_cookies: bool
    sandbox_port_base: int
    collects_static: bool = False  # `collectstatic` itself: it makes the names that serving processes look up
    metrics_token: str = ""  # lets a collector on another machine read /metrics
    crypto_suite: str = "international"  # or "sm": which algorithms encrypt and index new values
    trusted_proxies: tuple[Network, ...] = ()  # whose X-Forwarded-For is believed
    duty_phones: tuple[str, ...] = ()  # who is texted when a request speaks of danger to life
    green_reference: bool = False  # carbon factors that nobody verified count too
    scanner: tuple[str, int] | None = None  # ClamAV's daemon: host and port
    field_key_path: Path | None = None  # further keys that rotation made lie beside it
    index_key_path: Path | None = None  # the same for the keys of blind indexes
    breached_passwords: Path | None = None  # sorted SHA-1 lines; asked of every new password
    master_key: bytes | None = None  # opens key files that are wrapped
    mail_server: str = ""  # smtp://user:password@host:587 or smtps://…; letters wait for it
    mail_from: str = ""
    public_url: str = "http://127.0.0.1:8000"  # how people and other systems reach the site; no slash at the end

    def database_password(self, role: str) -> str:
        """Return the password of a database role, derived so that no further secret has to be kept."""
        return hmac.new(self.secret_key, f"database role {role}".encode(), hashlib.sha256).hexdigest()


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Read and check the environment.

    Raises:
        ConfigError: a value is missing or cannot be understood.
    """
    data_dir = Path(environ.get("SHIMIN_DATA_DIR", str(ROOT / "var")))
    keys_dir = Path(environ.get("SHIMIN_KEYS_DIR", str(data_dir / "keys")))
    process = environ.get("SHIMIN_PROCESS", "owner")
    if process not in ("owner", "web", "worker"):
        raise ConfigError(f"SHIMIN_PROCESS={process!r}: use owner, web or worker.")
    suite = environ.get("SHIMIN_CRYPTO_SUITE", "international")
    if suite not in ("international", "sm"):
        raise ConfigError(f"SHIMIN_CRYPTO_SUITE={suite!r}: use international or sm.")
    port = _integer(environ, "SHIMIN_PORT", 8000)
    master = _master_key(environ)
    return Config(
        process=process,
        database_url=environ.get("DATABASE_URL", ""),
        database_role_prefix=environ.get("SHIMIN_DB_ROLE_PREFIX", "shimin"),
        data_dir=data_dir,
        keys_dir=keys_dir,
        rules_dir=Path(environ.get("SHIMIN_RULES_DIR", str(data_dir / "rules"))),
        secret_key=_key(environ, keys_dir, "secret_key", master),
        field_key=_key(environ, keys_dir, "field_key", master),
        index_key=_key(environ, keys_dir, "index_key", master),
        audit_key=_key(environ, keys_dir, "audit_key", master),
        demo=environ.get("SHIMIN_DEMO", "") == "1",
        debug=environ.get("SHIMIN_DEBUG", "") == "1",
        hosts=tuple(filter(None, environ.get("SHIMIN_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(","))),
        secure_cookies=environ.get("SHIMIN_SECURE_COOKIES", "0") == "1",
        sandbox_port_base=_integer(environ, "SHIMIN_SANDBOX_PORT_BASE", port + 100),
        collects_static=environ.get("SHIMIN_COLLECT_STATIC", "") == "1",
        crypto_suite=suite,
        metrics_token=environ.get("SHIMIN_METRICS_TOKEN", ""),
        trusted_proxies=_networks(environ, "SHIMIN_TRUSTED_PROXIES"),
        duty_phones=_phones(environ),
        green_reference=environ.get("SHIMIN_GREEN_REFERENCE", environ.get("SHIMIN_DEMO", "")) == "1",
        scanner=_address(environ, "SHIMIN_SCANNER"),
        field_key_path=_key_path(environ, keys_dir, "field_key"),
        index_key_path=_key_path(environ, keys_dir, "index_key"),
        breached_passwords=_readable(environ, "SHIMIN_BREACHED_PASSWORDS_FILE"),
        master_key=master,
        mail_server=_mail_server(environ),
        mail_from=_mail_from(environ),
        public_url=_site(environ, f"http://127.0.0.1:{port}"),
    )


def database_settings(config: Config) -> dict[str, object]:
    """Return Django's DATABASES entry for this process's login.

    Raises:
        ConfigError: DATABASE_URL is not a PostgreSQL URL.
    """
    url = urlsplit(config.database_url or "postgresql:///shimin")
    if url.scheme not in ("postgresql", "postgres"):
        raise ConfigError("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    query = {key: values[-1] for key, values in parse_qs(url.query).items()}
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if config.process != "owner":
        user = f"{config.database_role_prefix}_{config.process}"
        password = config.database_password(config.process)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")) or "shimin",
        "USER": user,
        "PASSWORD": password,
        "HOST": query.pop("host", url.hostname or ""),
        "PORT": query.pop("port", str(url.port or "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 2, "connect_timeout": 5, **query},
    }


def process_database_url(config: Config) -> str:
    """Return the libpq URL of this process's login, for tools beside Django (LISTEN, COPY, benchmarks)."""
    entry = database_settings(config)
    login = quote(str(entry["USER"])) + (f":{quote(str(entry['PASSWORD']))}" if entry["PASSWORD"] else "")
    place = f"host={quote(str(entry['HOST']), safe='')}&port={entry['PORT']}"
    return f"postgresql://{login}@/{quote(str(entry['NAME']))}?{place}"


def _integer(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"{name}={text!r} is not a whole number.") from None


def _site(environ: Mapping[str, str], default: str) -> str:
    """Return the site's own address: scheme, host and port, nothing behind them."""
    text = environ.get("SHIMIN_PUBLIC_URL", default)
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or text != f"{url.scheme}://{url.netloc}":
        raise ConfigError(f"SHIMIN_PUBLIC_URL={text!r}: use https://host[:port] without a path or a slash at the end.")
    return text


def _mail_server(environ: Mapping[str, str]) -> str:
    """Return the address of the mail server, "" for none. The fault repeats no password."""
    text = environ.get("SHIMIN_MAIL_SERVER", "")
    if not text:
        return ""
    try:
        url = urlsplit(text)
        fits = url.scheme in ("smtp", "smtps") and url.hostname and url.port and url.path in ("", "/")
    except ValueError:
        fits = False
    if not fits:
        raise ConfigError(
            "SHIMIN_MAIL_SERVER: use smtp://[user:password@]host:port, or smtps:// for TLS from the start."
        )
    return text


def _mail_from(environ: Mapping[str, str]) -> str:
    """Return who letters come from; needed with a mail server."""
    text = environ.get("SHIMIN_MAIL_FROM", "")
    if text and not re.fullmatch(r"[^@\s<>,]+@[^@\s<>,]+", text):
        raise ConfigError(f"SHIMIN_MAIL_FROM={text!r}: use one address, such as noreply@city.example.cn.")
    if environ.get("SHIMIN_MAIL_SERVER") and not text:
        raise ConfigError("SHIMIN_MAIL_FROM is missing: letters need a sender, such as noreply@city.example.cn.")
    return text


def _address(environ: Mapping[str, str], name: str) -> tuple[str, int] | None:
    """Return host and port of a server, None when none is named."""
    text = environ.get(name, "")
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigError(f"{name}={text!r}: use host:port, such as 127.0.0.1:3310.")
    return host.strip("[]"), int(port)


def _phones(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the phones of the duty desk; the demo has one, whose texts are in its message box."""
    default = "13800000009" if environ.get("SHIMIN_DEMO", "") == "1" else ""
    found = tuple(part.strip() for part in environ.get("SHIMIN_DUTY_PHONES", default).split(",") if part.strip())
    wrong = [each for each in found if not re.fullmatch(r"1[3-9][0-9]{9}", each)]
    if wrong:
        raise ConfigError(f"SHIMIN_DUTY_PHONES: {wrong[0]!r} is no mobile number of 11 digits.")
    return found


def _networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    """Return the addresses or networks of a comma-separated list."""
    try:
        return tuple(ip_network(part.strip()) for part in environ.get(name, "").split(",") if part.strip())
    except ValueError as error:
        raise ConfigError(f"{name}: {error}. Use addresses or networks, e.g. 127.0.0.1,10.0.0.0/8.") from None


def _master_key(environ: Mapping[str, str]) -> bytes | None:
    """Return the key that opens wrapped key files, None when none is named."""
    text = environ.get("SHIMIN_MASTER_KEY_FILE", "")
    if not text:
        return None
    try:
        return read_key(Path(text), name="master_key", master=None).secret
    except (OSError, KeyFileUnreadable) as error:
        raise ConfigError(f"SHIMIN_MASTER_KEY_FILE: {error}") from error


def _readable(environ: Mapping[str, str], name: str) -> Path | None:
    """Return a file that can be read, None when none is named."""
    text = environ.get(name, "")
    if text and not os.access(text, os.R_OK):
        raise ConfigError(f"{name}={text!r} cannot be read.")
    return Path(text) if text else None


def _key_path(environ: Mapping[str, str], keys_dir: Path, name: str) -> Path:
    return Path(environ.get(f"SHIMIN_{name.upper()}_FILE", str(keys_dir / name)))


def _key(environ: Mapping[str, str], keys_dir: Path, name: str, master: bytes | None) -> bytes:
    """Return 32 secret bytes: from SHIMIN_<NAME>_FILE, else the keys folder, else (before set-up) zeroes."""
    path = _key_path(environ, keys_dir, name)
    if not path.exists():
        if environ.get("SHIMIN_PROCESS", "owner") == "owner":
            return bytes(32)  # tests and commands before `make_keys`; serving processes refuse
        raise ConfigError(f"{path} is missing: run `./shimin setup`.")
    try:
        return read_key(path, name=name, master=master).secret
    except KeyFileUnreadable as error:
        raise ConfigError(str(error)) from error
