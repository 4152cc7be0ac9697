"""Let uv ask the same package index as pip: uv reads neither pip.conf nor PIP_* variables."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

UNREACHABLE = (
    "The Python package index cannot be reached: check the network and proxy,"
    " or name a mirror with PIP_INDEX_URL=https://…/simple, then run the same command again."
)

_UV_NAME = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}


def uv_settings(pip_config: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the UV_* variables that say what ``pip config list`` printed.

    What the user set for uv stays. With a second index the best version of all indexes is taken, as pip does;
    that is safe here because every file must have a listed hash.
    """
    found: dict[str, str] = {}
    for option, value in _options(pip_config.splitlines()):
        name = _UV_NAME.get(option)
        if name and name not in environ:
            found[name] = ",".join(value.split()) if name == "UV_FIND_LINKS" else value
    if "UV_INDEX" in found:
        found.setdefault("UV_INDEX_STRATEGY", environ.get("UV_INDEX_STRATEGY", "unsafe-best-match"))
    return found


def _options(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Yield the options of lines such as ``global.index-url='https://…'``, files first and environment last."""
    found: list[tuple[str, str]] = []
    for line in lines:
        key, separator, value = line.partition("=")
        if separator:
            pair = (key.rpartition(".")[2], str(ast.literal_eval(value)))
            found.append(pair) if key.startswith(":env:") else found.insert(0, pair)
    return found
