"""Sign a PDF so that any change of it shows. It says who wrote it, not when: there is no time stamp authority."""

from __future__ import annotations

import io
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from shimin.kernel.crypto.certificates import DocumentKeys, ensure_document_keys

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

FIELD = "Shimin"


def sign_pdf(content: bytes, *, reason: str, now: datetime) -> bytes:
    """Return the file with a certifying signature (PAdES, SHA-256) that allows no later change.

    Raises:
        OSError, ValueError: the keys cannot be read.
    """
    # Only the first paper needs these: they would cost every process some 25 MB.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    keys = ensure_document_keys(settings.SHIMIN.keys_dir, now)
    signer = _signer(keys, keys.signer_key.stat().st_mtime_ns)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", reason=reason, subfilter=SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )  # fmt: skip
    signed = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signers.sign_pdf(writer, metadata, signer=signer, output=signed)
    return signed.getvalue()


@lru_cache(maxsize=1)
def _signer(keys: DocumentKeys, stamp: int) -> Signer:
    """Read the keys, again when their file changes: it saves a tenth of a second a paper."""
    from pyhanko.sign.signers import SimpleSigner

    signer: Signer | None = SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(keys.signer_key), str(keys.signer_certificate), ca_chain_files=(str(keys.authority_certificate),)
    )
    if signer is None:
        raise ValueError(f"{keys.signer_key} or its certificate cannot be read")
    return signer
