"""Static files that are not in the tree: the icon sprite, and the few files used of the packages in node_modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

from shimin.ui.sprite import build_sprite, named_icons

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ROOT / "node_modules"
SPRITE = "ui/icons.svg"

# Address under /static/ → file or folder in node_modules. Everything else in there stays unserved.
VENDOR = {
    "vendor/htmx.js": "htmx.org/dist/htmx.min.js",
    "vendor/leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet/leaflet.js.map": "leaflet/dist/leaflet.js.map",  # named by leaflet.js, so it must be there
    "vendor/leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "vendor/leaflet/images": "leaflet/dist/images",
}


class FrontEndFinder(BaseFinder):
    """Finds the sprite (made when its sources are newer) and the named files of front-end packages."""

    def find(self, path: str, find_all: bool = False, **_: Any) -> str | list[str]:  # type: ignore[override]
        found = self._find(path)
        if find_all:
            return [str(found)] if found else []
        return str(found) if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for address in (SPRITE, *self._vendor_addresses()):
            found = self._find(address)
            if found is not None:
                yield address, _OneFile(address, found)

    def _find(self, address: str) -> Path | None:
        if address == SPRITE:
            return sprite_file() if (PACKAGES / "lucide-static").exists() else None
        for served, source in VENDOR.items():
            if address == served or address.startswith(f"{served}/"):
                path = PACKAGES / source / address.removeprefix(served).lstrip("/")
                return path if path.is_file() and ".." not in Path(address).parts else None
        return None

    def _vendor_addresses(self) -> Iterator[str]:
        for served, source in VENDOR.items():
            path = PACKAGES / source
            if path.is_dir():
                yield from (f"{served}/{file.relative_to(path)}" for file in sorted(path.rglob("*")) if file.is_file())
            elif path.is_file():
                yield served


class _OneFile(FileSystemStorage):
    """A storage that holds one file under the address it is served at (collectstatic asks for a storage)."""

    def __init__(self, address: str, file: Path) -> None:
        super().__init__(location=str(file.parent))
        self._address, self._file = address, file

    def path(self, name: str) -> str:
        return str(self._file) if name == self._address else super().path(name)


def sprite_file() -> Path:
    """Return the sprite's file under the data folder, made anew when a source is newer."""
    target = Path(settings.SHIMIN.data_dir) / "front-end" / "icons.svg"
    sources = list(_sources())
    newest = max(path.stat().st_mtime for path in sources)
    if not target.exists() or target.stat().st_mtime < newest:
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as draft:
            draft.write(build_sprite(named_icons(sources), PACKAGES / "lucide-static" / "icons"))
        Path(draft.name).replace(target)  # at once: another process may be reading
    return target


def _sources() -> Iterator[Path]:
    yield from (ROOT / "src" / "shimin").rglob("templates/**/*.html")
    yield from (path for path in (ROOT / "src" / "shimin").rglob("*.py") if "tests" not in path.parts)
    yield from (ROOT / "services").rglob("*.yaml")
    for name in ("notices", "billers"):
        yield from (ROOT / "src" / "shimin").rglob(f"data/{name}.yaml")
