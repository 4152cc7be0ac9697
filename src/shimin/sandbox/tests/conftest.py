"""A small town for the sandbox's tests: 400 residents and 40 rush candidates, all departments up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shimin.sandbox.archive import ensure_archives
from shimin.sandbox.tests.caller import public_pem
from shimin.sandbox.tests.town import Town


@pytest.fixture(scope="session")
def archive_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_archives(tmp_path_factory.mktemp("sandbox-data"), 400, 40)


@pytest.fixture(scope="session")
def platform_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="session")
def _town(
    archive_folder: Path, platform_key: Ed25519PrivateKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    keys_dir = tmp_path_factory.mktemp("sandbox-keys")
    (keys_dir / "platform_signing.pub.pem").write_bytes(public_pem(platform_key))
    town = Town(archive_folder, keys_dir, platform_key)
    yield town
    town.close()


@pytest.fixture
def town(_town: Town) -> Iterator[Town]:
    """The departments with every fault switch off before and after."""
    yield _town
    for department in _town.ports:
        _town.switch(department, "DELETE")
