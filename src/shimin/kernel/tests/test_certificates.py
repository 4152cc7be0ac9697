from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from cryptography import x509

from shimin.kernel.crypto.certificates import ensure_document_keys

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_makes_an_authority_and_a_signer_once_even_at_once(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: ensure_document_keys(tmp_path, NOW), range(4)))
    assert len(set(made)) == 1
    assert sorted(path.name for path in (tmp_path / "documents").iterdir()) == [
        "ca.crt.pem", "ca.pem", "signer.crt.pem", "signer.pem",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["documents"]
    root, signer = (
        x509.load_pem_x509_certificate(path.read_bytes())
        for path in (made[0].authority_certificate, made[0].signer_certificate)
    )
    signer.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    assert not signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    for name in ("ca.pem", "signer.pem"):
        assert stat.S_IMODE((tmp_path / "documents" / name).stat().st_mode) == 0o600


def test_does_not_mend_what_an_operator_has_half_put_there(tmp_path):
    (tmp_path / "documents").mkdir()
    with pytest.raises(OSError, match="signer"):
        ensure_document_keys(tmp_path, NOW)
