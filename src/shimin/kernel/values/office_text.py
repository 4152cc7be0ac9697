"""Text files as offices save them: UTF-8 with or without BOM, UTF-16 with BOM, or GBK."""

from __future__ import annotations

import codecs


def decode_office_text(content: bytes) -> str:
    """Return the text of a file whose encoding nobody wrote down.

    Raises:
        UnicodeDecodeError: it is none of the encodings; ``start`` is the first byte that does not fit GBK.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")
