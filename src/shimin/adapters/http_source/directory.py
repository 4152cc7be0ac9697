"""Where a department's system listens and which key signs its answers: the operator's word goes before the folder's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shimin.capabilities.enquiries.ports import SourceSystem

# Registers that the platform itself needs, though no service folder may name them.
REGISTERS: Mapping[str, SourceSystem] = {
    name: SourceSystem(name=name, title=title, demo_port=port)
    for name, title, port in (
        ("population", "人口基础信息库", 1),
        ("traffic-police", "交通管理业务系统", 2),
        ("human-resources", "人社业务系统", 3),
        ("housing-fund", "住房公积金业务系统", 4),
        ("market-regulation", "市场主体登记系统", 7),
        ("bank-cards", "银行卡核验服务", 8),
        ("utility-billers", "公用事业收费系统", 9),
    )
}


@dataclass(frozen=True, slots=True)
class Address:
    """A system's base address and the file of its public key."""

    base_url: str
    key_file: Path


class NotConfigured(LookupError):
    """Nothing says where the system listens; the text names the setting."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Finds addresses. ``sandbox_port_base`` is None outside the demo."""

    keys_dir: Path
    environ: Mapping[str, str]
    sandbox_port_base: int | None

    def find(self, system: SourceSystem) -> Address:
        """Return the address: SHIMIN_SOURCE_<NAME>_URL, else the folder's ``url``, else (demo) the sandbox's port.

        Raises:
            NotConfigured: none of them is there.
        """
        setting = setting_of(system.name)
        base_url = self.environ.get(setting) or system.url
        if not base_url and self.sandbox_port_base is not None and system.demo_port is not None:
            base_url = f"http://127.0.0.1:{self.sandbox_port_base + system.demo_port}"
        if not base_url:
            raise NotConfigured(f"{system.name}: set {setting}, or url in agency.yaml")
        return Address(base_url, self.keys_dir / "sources" / (system.key or f"{system.name}.pub.pem"))


def setting_of(system: str) -> str:
    """Return the name of the setting that overrides a system's address."""
    return f"SHIMIN_SOURCE_{system.upper().replace('-', '_')}_URL"
