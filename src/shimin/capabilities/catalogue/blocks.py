"""How a capability plugs into a service: it registers one block, and the catalogue walks the registry.

The catalogue knows no other capability. A block brings the JSON Schema of its part of service.yaml, its checks, its
entry on the item page, a way to run an example, and its evidence for the star level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from shimin.capabilities.catalogue.folder.findings import Finding

if TYPE_CHECKING:
    from shimin.capabilities.catalogue.domain import ItemGuide
    from shimin.capabilities.catalogue.folder.tree import ServiceFolder


@dataclass(frozen=True, slots=True)
class Entry:
    """A button of the item page: its words, address, and the assurance level it needs."""

    label: str
    url: str
    level: int
    block: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is live of an item, shown by a block: the star level is computed from it, never declared."""

    unified_login: bool = False
    online_filing: bool = False
    online_lookup: bool = False
    trust_first: bool = False
    zero_visits: bool = False

    def __or__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.unified_login or other.unified_login,
            self.online_filing or other.online_filing,
            self.online_lookup or other.online_lookup,
            self.trust_first or other.trust_first,
            self.zero_visits or other.zero_visits,
        )


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How an example of examples.yaml went. ``words`` tells the difference when it failed."""

    passed: bool
    words: str = ""


class Block(Protocol):
    """One capability's part of a service folder. Methods must not open sockets or write."""

    @property
    def key(self) -> str:
        """The part's key in service.yaml, and the name of its own file ``<key>.yaml``."""
        ...

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON Schema of the part; may refer to "service.schema.json#/$defs/text" and its neighbours."""
        ...

    def check(self, part: Mapping[str, Any], folder: ServiceFolder) -> Iterable[Finding]:
        """Yield what the schema cannot see; place findings with ``folder.block_fault(key, place, …)``."""
        ...

    def entry(self, item: ItemGuide) -> Entry:
        """Return the button of the item page."""
        ...

    def run_example(self, item: ItemGuide, example: Mapping[str, Any]) -> ExampleResult:
        """Run an example that carries the block's key."""
        ...

    def evidence(self, item: ItemGuide) -> Evidence:
        """Return what this block makes live for the item."""
        ...


_blocks: dict[str, Block] = {}


def register_block(block: Block) -> None:
    """Add a capability's block, once, when its app starts.

    Raises:
        ValueError: the key is taken.
    """
    if block.key in _blocks:
        raise ValueError(f"the block {block.key!r} is registered twice")
    _blocks[block.key] = block


def registered_blocks() -> Mapping[str, Block]:
    """Return the blocks by key."""
    return dict(_blocks)
