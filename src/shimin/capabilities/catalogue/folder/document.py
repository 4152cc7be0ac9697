"""Turn a checked folder into the document that is published: complete, files inlined, agency and city filled in."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import Any

import orjson

from shimin.capabilities.catalogue.blocks import registered_blocks
from shimin.capabilities.catalogue.domain import parse_limit, task_code_of
from shimin.capabilities.catalogue.folder.texts import is_translated
from shimin.capabilities.catalogue.folder.tree import AgencyFolder, RegionFolder, ServiceFolder

FROM_AGENCY = ("places", "hotlines", "remedies")


def document_of(folder: ServiceFolder, agency: AgencyFolder, region: RegionFolder) -> dict[str, Any]:
    """Return the published form of a folder that has passed its checks.

    Beside the keys of service.yaml: every default is written out, limits are {amount, unit} or None, channels are
    mappings, ``fees`` is a list and ``result`` a mapping or None, and each block's part stands under its key.
    """
    doc: dict[str, Any] = _with_files(dict(folder.data), folder)
    for key in FROM_AGENCY:
        doc.setdefault(key, agency.data[key])
    doc["agency"] = {key: agency.data.get(key) for key in ("name", "short_name", "uscc", "nature")}
    doc["city_hotline"] = region.data["hotline"]
    doc["task_code"] = task_code_of(agency.data["uscc"], doc["power_level"], doc["catalog_code"])
    doc["limits"] = {
        **doc["limits"],
        "legal": _limit(doc["limits"]["legal"]),
        "promised": _limit(doc["limits"]["promised"]),
    }
    doc["channels"] = {name: _channel(way) for name, way in doc["channels"].items()}
    doc["fees"] = [] if doc["fees"] == "none" else doc["fees"]
    doc["result"] = None if doc["result"] == "none" else doc["result"]
    doc["materials"] = {
        key: {"need": "required", "copies": 1, **about} for key, about in doc.get("materials", {}).items()
    }
    doc["steps"] = [{**step, "limit": _limit(step.get("limit", "none"))} for step in doc.get("steps", [])]
    doc["special_procedures"] = [{**each, "limit": _limit(each["limit"])} for each in doc.get("special_procedures", [])]
    for key, default in _DEFAULTS.items():
        doc.setdefault(key, default)
    for key in registered_blocks():
        part = folder.part(key)
        if part is not None:
            doc[key] = part
    return doc


_DEFAULTS: dict[str, Any] = {
    "status": "running", "demo": False, "power_source": "statutory", "commitment": False, "situations": {},
    "faq": [], "related": [], "co_agencies": [],
}  # fmt: skip


def content_hash(doc: dict[str, Any]) -> bytes:
    """Return the SHA-256 of a document's JSON: the same content in the same order has the same hash."""
    return hashlib.sha256(orjson.dumps(doc)).digest()


def _limit(text: str) -> dict[str, Any] | None:
    limit = parse_limit(text)
    return None if limit is None else {"amount": limit.amount, "unit": limit.unit, "words": limit.words}


def _channel(way: Any) -> dict[str, Any]:
    result = {"how": way} if isinstance(way, str) or is_translated(way) else dict(way)
    if "limit" in result:
        result["limit"] = _limit(result["limit"])
    return result


def _with_files(value: Any, folder: ServiceFolder) -> Any:
    """Return ``value`` with {file: …} replaced by the file's text, and by its translations beside it."""
    if isinstance(value, dict):
        if set(value) == {"file"}:
            return _file_text(value["file"], folder)
        return {key: _with_files(child, folder) for key, child in value.items()}
    if isinstance(value, list):
        return [_with_files(child, folder) for child in value]
    return value


def _file_text(name: str, folder: ServiceFolder) -> Any:
    text = folder.files[name].read_text(encoding="utf-8")
    path = PurePosixPath(name)
    texts = {"zh": text}
    for other, file in folder.files.items():
        twin = PurePosixPath(other)
        if twin.parent == path.parent and twin.stem.startswith(f"{path.stem}.") and twin.suffix == path.suffix:
            texts[twin.stem.rpartition(".")[2]] = file.read_text(encoding="utf-8")
    return texts if len(texts) > 1 else text
