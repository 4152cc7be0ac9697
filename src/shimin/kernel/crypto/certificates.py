"""The installation's own small authority for signed documents, until an operator puts certificates of a real one there.

``documents/`` in the keys folder holds ``ca.pem`` and ``ca.crt.pem`` (the authority), ``signer.pem`` and
``signer.crt.pem`` (who signs). RSA, because readers of PDF know it everywhere.
"""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

FOLDER = "documents"
_KEY_BITS = 3072
_CA_LIFE, _SIGNER_LIFE = timedelta(days=3652), timedelta(days=1095)


@dataclass(frozen=True, slots=True)
class DocumentKeys:
    """Where the signer's key and certificate, and the authority's certificate, are."""

    signer_key: Path
    signer_certificate: Path
    authority_certificate: Path


def ensure_document_keys(keys_dir: Path, now: datetime) -> DocumentKeys:
    """Return the files, making an authority and a signer when there are none. Safe to run twice, also at once.

    Raises:
        OSError: the folder cannot be written, or holds only some of the files.
    """
    folder = keys_dir / FOLDER
    if not folder.exists():
        _make(folder, now)
    keys = DocumentKeys(folder / "signer.pem", folder / "signer.crt.pem", folder / "ca.crt.pem")
    for path in (keys.signer_key, keys.signer_certificate, keys.authority_certificate):
        path.stat()
    return keys


def _make(folder: Path, now: datetime) -> None:
    """Make everything beside the place and move it there at once: of two starts, one folder stands."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700, parents=True)
    authority_key, signer_key = _new_key(), _new_key()
    authority = _authority(authority_key, now)
    signer = _signer(signer_key, authority, authority_key, now)
    _write(draft / "ca.pem", _private_pem(authority_key), 0o600)
    _write(draft / "signer.pem", _private_pem(signer_key), 0o600)
    _write(draft / "ca.crt.pem", authority.public_bytes(serialization.Encoding.PEM), 0o644)
    _write(draft / "signer.crt.pem", signer.public_bytes(serialization.Encoding.PEM), 0o644)
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft)
        if not folder.exists():
            raise


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def _name(text: str) -> x509.Name:
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")
    return x509.Name([country, x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _authority(key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    name = _name("市民之家 文件签名根证书（本机自建）")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        _builder(name, name, key, now, _CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )


def _signer(
    key: rsa.RSAPrivateKey, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey, now: datetime
) -> x509.Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        _builder(_name("市民之家 电子文件"), authority.subject, key, now, _SIGNER_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + life)
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=not is_authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=is_authority, crl_sign=is_authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
