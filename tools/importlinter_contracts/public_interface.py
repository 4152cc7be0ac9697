"""Import contract: outsiders use a capability, or a room of it that is an app of its own, only through public modules.

``extra_public`` widens that for a named outsider, one per line: ``shimin.adapters: ports``. Tests are exempt: they may
use a sibling's factories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


class PublicInterfaceContract(Contract):
    """Each child package of ``parent`` shows others its ``public_modules`` and nothing else."""

    type_name = "public_interface"
    parent = fields.StringField()
    public_modules = fields.ListField(subfield=fields.StringField())
    extra_public = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect every import that goes past a public module."""
        broken = sorted(
            (importer, imported)
            for package in graph.find_children(str(self.parent))
            for importer, imported in self._arrivals(graph, package)
            if not self._is_shown(imported.removeprefix(package).lstrip("."), self._allowed(importer))
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import to mend."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} reaches into {imported}: use the public module.")

    def _arrivals(self, graph: ImportGraph, package: str) -> Iterator[tuple[str, str]]:
        for imported in graph.find_descendants(package) | {package}:
            for importer in graph.find_modules_that_directly_import(imported):
                if not _is_within(importer, package) and "tests" not in importer.split("."):
                    yield importer, imported

    def _allowed(self, importer: str) -> set[str]:
        allowed = set(self.public_modules)
        for outsider, names in self._widened().items():
            if _is_within(importer, outsider):
                allowed |= names
        return allowed

    def _widened(self) -> Mapping[str, set[str]]:
        pairs = (line.partition(":") for line in self.extra_public or [])
        return {outsider.strip(): set(names.split()) for outsider, _, names in pairs}

    def _is_shown(self, inside: str, allowed: set[str]) -> bool:
        """Tell whether a module, named from its package on, is an entrance of the package or of one of its rooms."""
        first, _, rest = inside.partition(".")
        return first in allowed or rest in self.public_modules
