"""Find the folders below ``services/`` and read them; symbolic links and paths that leave the folder are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shimin.capabilities.catalogue.folder.findings import Finding, FolderFault
from shimin.capabilities.catalogue.folder.loader import Place, Source, load

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
REGION = re.compile(r"^[0-9]{6}$")
NOT_REGIONS = frozenset({"schema"})  # services/schema/ holds the published JSON Schemas


@dataclass(slots=True)
class ServiceFolder:
    """One item's folder. ``block_files`` holds the parts written beside service.yaml."""

    path: Path
    shown_as: str
    region_code: str
    agency_slug: str
    slug: str
    service: Source | None = None
    examples: Source | None = None
    block_files: dict[str, Source] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.region_code}/{self.agency_slug}/{self.slug}"

    @property
    def data(self) -> Mapping[str, Any]:
        """service.yaml as a mapping (empty when it could not be read as one)."""
        return self.service.data if self.service and isinstance(self.service.data, dict) else {}

    def part(self, block_key: str) -> Any:
        """Return a block's part, from its own file or from service.yaml; None when there is none."""
        if block_key in self.block_files:
            return self.block_files[block_key].data
        return self.data.get(block_key)

    def fault(self, place: Place, what: str, mend: str) -> Finding:
        """Return a finding at ``place`` of service.yaml."""
        if self.service is None:
            return Finding(f"{self.shown_as}/service.yaml", 1, what, mend)
        return self.service.finding(place, what, mend)

    def block_fault(self, block_key: str, place: Place, what: str, mend: str) -> Finding:
        """Return a finding at ``place`` of a block's part, wherever it is written."""
        if block_key in self.block_files:
            return self.block_files[block_key].finding(place, what, mend)
        return self.fault((block_key, *place), what, mend)

    def file(self, name: str) -> Path | None:
        """Return a file of the folder by its relative name, or None: never one outside."""
        return self.files.get(name)


@dataclass(slots=True)
class AgencyFolder:
    """One agency's folder: agency.yaml and its items."""

    path: Path
    shown_as: str
    region_code: str
    slug: str
    agency: Source | None = None
    items: list[ServiceFolder] = field(default_factory=list)

    @property
    def data(self) -> Mapping[str, Any]:
        return self.agency.data if self.agency and isinstance(self.agency.data, dict) else {}


@dataclass(slots=True)
class RegionFolder:
    """One region's folder: city.yaml and its agencies."""

    path: Path
    shown_as: str
    code: str
    city: Source | None = None
    agencies: list[AgencyFolder] = field(default_factory=list)

    @property
    def data(self) -> Mapping[str, Any]:
        return self.city.data if self.city and isinstance(self.city.data, dict) else {}


@dataclass(slots=True)
class Tree:
    """All that was read, and what could not be."""

    root: Path
    regions: list[RegionFolder] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def agencies(self) -> Iterator[AgencyFolder]:
        for region in self.regions:
            yield from region.agencies

    def items(self) -> Iterator[ServiceFolder]:
        for agency in self.agencies():
            yield from agency.items

    def find(self, address: str) -> list[ServiceFolder]:
        """Return the items at or below ``address`` ("430100", "430100/agency", "430100/agency/item")."""
        wanted = address.strip("/").split("/")
        return [item for item in self.items() if item.address.split("/")[: len(wanted)] == wanted]


def read_tree(root: Path, block_keys: frozenset[str]) -> Tree:
    """Read every folder below ``root``. Faults are collected, never raised; nothing is executed."""
    tree = Tree(root)
    for path in _folders(root, "", tree):
        if path.name in NOT_REGIONS:
            continue
        if not REGION.match(path.name):
            tree.findings.append(_misnamed(path.name, "the 6-digit 区划代码, e.g. 430100"))
            continue
        region = RegionFolder(path, path.name, path.name)
        region.city = _read(path / "city.yaml", f"{path.name}/city.yaml", tree, needed=True)
        region.agencies = [_read_agency(child, region, tree, block_keys) for child in _folders(path, path.name, tree)]
        tree.regions.append(region)
    return tree


def _read_agency(path: Path, region: RegionFolder, tree: Tree, block_keys: frozenset[str]) -> AgencyFolder:
    agency = AgencyFolder(path, f"{region.shown_as}/{path.name}", region.code, path.name)
    agency.agency = _read(path / "agency.yaml", f"{agency.shown_as}/agency.yaml", tree, needed=True)
    for child in _folders(path, agency.shown_as, tree):
        shown_as = f"{agency.shown_as}/{child.name}"
        if not SLUG.match(child.name):
            tree.findings.append(_misnamed(shown_as, "lower-case English words joined by -"))
        agency.items.append(
            _read_item(ServiceFolder(child, shown_as, region.code, agency.slug, child.name), tree, block_keys)
        )
    return agency


def _read_item(folder: ServiceFolder, tree: Tree, block_keys: frozenset[str]) -> ServiceFolder:
    for file in sorted(folder.path.rglob("*")):
        name = file.relative_to(folder.path).as_posix()
        if _is_link(file, f"{folder.shown_as}/{name}", tree) or not file.is_file():
            continue
        folder.files[name] = file
    folder.service = _read(folder.path / "service.yaml", f"{folder.shown_as}/service.yaml", tree, needed=True)
    folder.examples = _read(folder.path / "examples.yaml", f"{folder.shown_as}/examples.yaml", tree)
    for key in sorted(block_keys):
        part = _read(folder.path / f"{key}.yaml", f"{folder.shown_as}/{key}.yaml", tree)
        if part is not None:
            folder.block_files[key] = part
    return folder


def _read(file: Path, shown_as: str, tree: Tree, *, needed: bool = False) -> Source | None:
    if file.is_symlink() or not file.is_file():
        if needed:
            tree.findings.append(
                Finding(shown_as, 1, "the file is missing", "write it; see docs/howto/publish-a-service.md.")
            )
        return None
    try:
        return load(file, shown_as)
    except FolderFault as fault:
        tree.findings.append(fault.finding)
        return None


def _folders(path: Path, shown_as: str, tree: Tree) -> Iterator[Path]:
    for child in sorted(path.iterdir()):
        name = f"{shown_as}/{child.name}".lstrip("/")
        if child.name.startswith(".") or _is_link(child, name, tree):
            continue
        if child.is_dir():
            yield child


def _is_link(path: Path, shown_as: str, tree: Tree) -> bool:
    if path.is_symlink():
        tree.findings.append(Finding(shown_as, 1, "symbolic links are not followed", "put the file itself here."))
        return True
    return False


def _misnamed(shown_as: str, wanted: str) -> Finding:
    return Finding(shown_as, 1, f"the folder name {shown_as.rpartition('/')[2]!r} does not fit", f"use {wanted}.")
