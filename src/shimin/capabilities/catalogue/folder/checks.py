"""Check service folders: every fault of every file, in the order of the files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from stdnum.cn import uscc as uscc_number
from stdnum.exceptions import ValidationError as NumberFault

from shimin.capabilities.catalogue import codes
from shimin.capabilities.catalogue.blocks import registered_blocks
from shimin.capabilities.catalogue.domain import materials_for
from shimin.capabilities.catalogue.folder.findings import Finding
from shimin.capabilities.catalogue.folder.loader import Place, Source
from shimin.capabilities.catalogue.folder.rules import check_filled_in, check_rules
from shimin.capabilities.catalogue.folder.schema import check_block_schema, check_schema, schema_of
from shimin.capabilities.catalogue.folder.texts import is_translated, text_places
from shimin.capabilities.catalogue.folder.tree import AgencyFolder, RegionFolder, ServiceFolder, Tree, read_tree

OWN_FILES = frozenset({"service.yaml", "examples.yaml"})


def check_tree(
    root: Path, under: Collection[str] = (), known_regions: Collection[str] | None = None
) -> tuple[Tree, list[Finding]]:
    """Read and check the folders below ``root``; return them with all findings, sorted by file and line.

    ``under`` keeps only findings below these addresses. ``known_regions``: codes that exist (None: not checked).
    """
    tree = read_tree(root, frozenset(registered_blocks()))
    findings = list(tree.findings)
    for region in tree.regions:
        findings += _check_region(region, known_regions)
        for agency in region.agencies:
            findings += _check_agency(agency, region)
            for folder in agency.items:
                findings += _check_item(folder, agency, region)
    findings += _check_across(tree)
    wanted = [address.strip("/") for address in under]
    kept = {f for f in findings if not wanted or any(f"{f.path}/".startswith(f"{address}/") for address in wanted)}
    return tree, sorted(kept)


def _check_region(region: RegionFolder, known_regions: Collection[str] | None) -> Iterator[Finding]:
    if region.city is None:
        return
    yield from check_schema(region.city, "city")
    if region.data.get("region") != region.code:
        yield region.city.finding(("region",), "region is not the folder's name", f'write region: "{region.code}".')
    if known_regions is not None and region.code not in known_regions:
        yield region.city.finding(
            ("region",), f"there is no region {region.code}", "use a 区划代码 of the published list."
        )


def _check_agency(agency: AgencyFolder, region: RegionFolder) -> Iterator[Finding]:
    if agency.agency is None:
        return
    faults = list(check_schema(agency.agency, "agency"))
    yield from faults
    if faults:
        return
    yield from check_filled_in(agency.agency)
    yield from _languages(agency.agency, "agency", region)
    yield from _uscc(agency.agency)
    lines = agency.data["hotlines"]
    if lines["consult"] == lines["complain"]:
        yield agency.agency.finding(
            ("hotlines", "complain"), "consult and complain are the same number", "give two numbers."
        )


def _uscc(source: Source) -> Iterator[Finding]:
    try:
        uscc_number.validate(source.data["uscc"])
    except NumberFault:
        right = uscc_number.calc_check_digit(source.data["uscc"][:17])
        yield source.finding(
            ("uscc",),
            "the check character of uscc is wrong",
            f"correct the code; with these digits it ends in {right}.",
        )


def _check_item(folder: ServiceFolder, agency: AgencyFolder, region: RegionFolder) -> Iterator[Finding]:
    if folder.service is None:
        return
    faults = list(check_schema(folder.service, "service"))
    yield from faults
    for key, source in folder.block_files.items():
        block_faults = list(check_block_schema(source, key))
        if key in folder.data:
            block_faults.append(folder.fault((key,), f"{key} is here and in {key}.yaml", "keep one of them."))
        yield from block_faults
        faults += block_faults
    if faults:
        return  # the rules below rely on the shape
    yield from check_filled_in(folder.service)
    yield from check_rules(folder, agency)
    yield from _languages(folder.service, "service", region)
    yield from _check_files(folder)
    for key, block in registered_blocks().items():
        part = folder.part(key)
        if part is not None:
            yield from block.check(part, folder)
    yield from _check_examples(folder)


def _languages(source: Source, schema_name: str, region: RegionFolder) -> Iterator[Finding]:
    """Yield a finding for each text that a declared language lacks."""
    declared = region.data.get("languages", ["zh"])
    others = [language for language in declared if language != "zh"] if isinstance(declared, list) else []
    if not others:
        return
    schema = schema_of(schema_name)
    definitions = schema_of("service")["$defs"]
    for place, value in text_places(source.data, schema, definitions):
        if isinstance(value, dict) and "file" in value:
            continue  # its twin is looked for with the files
        for language in others:
            if not is_translated(value) or language not in value:
                name = ".".join(map(str, place))
                yield source.finding(
                    place, f"missing translation: {name} has no {language}", f"write {{zh: …, {language}: …}}."
                )


def _check_files(folder: ServiceFolder) -> Iterator[Finding]:
    used = {*OWN_FILES, *(f"{key}.yaml" for key in folder.block_files)}
    for place, name in _named_files(folder.data):
        if name not in folder.files:
            escapes = name.startswith("/") or ".." in Path(name).parts
            what = f"{name!r} leaves the folder" if escapes else f"there is no file {name!r}"
            yield folder.fault(place, what, "name a file inside this folder, e.g. texts/sample.md.")
        used.add(name)
        used.update(other for other in folder.files if _is_translation(other, name))
    for name, path in folder.files.items():
        if name.startswith("form") and name.endswith(".json"):
            used.add(name)
            yield from _check_form(folder, name, path)
        if name not in used:
            known = ", ".join(sorted(f"{key}.yaml" for key in registered_blocks()))
            yield Finding(
                f"{folder.shown_as}/{name}", 1, "nothing uses this file",
                f"name it in service.yaml, or delete it (block files: {known or 'no block is installed'}).",
            )  # fmt: skip


def _named_files(data: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield where service.yaml names a file: {file: …}, and form and example of a material."""
    if isinstance(data, dict):
        for key, value in data.items():
            below = (*place, key)
            is_material_file = len(below) == 3 and below[0] == "materials" and key in ("form", "example")
            if isinstance(value, str) and (is_material_file or (key == "file" and len(data) == 1)):
                yield below, value
            else:
                yield from _named_files(value, below)
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _named_files(value, (*place, at))


def _is_translation(other: str, name: str) -> bool:
    """Tell whether ``other`` is ``name`` in another language (texts/a.en.md of texts/a.md)."""
    stem, dot, suffix = name.rpartition(".")
    return bool(dot) and other.startswith(f"{stem}.") and other.endswith(f".{suffix}")


def _check_form(folder: ServiceFolder, name: str, path: Path) -> Iterator[Finding]:
    try:
        Draft202012Validator.check_schema(orjson.loads(path.read_bytes()))
    except orjson.JSONDecodeError as error:
        yield Finding(f"{folder.shown_as}/{name}", error.lineno, f"this is not JSON: {error.msg}", "correct it.")
    except SchemaError as error:
        yield Finding(f"{folder.shown_as}/{name}", 1, f"this is no JSON Schema: {error.message}", "correct it.")


def _check_examples(folder: ServiceFolder) -> Iterator[Finding]:
    source = folder.examples
    if source is None:
        if folder.data.get("situations"):
            mend = "show each choice once: name, situation, materials."
            yield Finding(f"{folder.shown_as}/examples.yaml", 1, "there are situations but no examples", mend)
        return
    faults = list(check_schema(source, "examples"))
    yield from faults
    if faults:
        return
    for at, example in enumerate(source.data):
        yield from _check_situation(folder, source, (at,), example)
        for key in registered_blocks():
            if key in example and folder.part(key) is None:
                yield source.finding(
                    (at, key), f"the item has no block {key!r}", "add the block, or remove the example."
                )


def _check_situation(folder: ServiceFolder, source: Source, place: Place, example: dict[str, Any]) -> Iterator[Finding]:
    if "situation" not in example:
        return
    situations, chosen = folder.data.get("situations", {}), example["situation"]
    for group in {**situations, **chosen}:
        choices = situations.get(group, {}).get("choices", {})
        if chosen.get(group) not in choices:
            what = f"{group} is not answered by one of its choices"
            yield source.finding(
                (*place, "situation", group), what, f"use one of: {', '.join(choices) or '(no such question)'}."
            )
            return
    wanted = materials_for(folder.data, chosen)
    if example["materials"] != wanted:
        what = f"example {example['name']!r}: the item asks for {wanted}, the example says {example['materials']}"
        yield source.finding((*place, "materials"), what, "correct the one that is wrong.")


def _check_across(tree: Tree) -> Iterator[Finding]:
    """Yield what only all folders together show: repeated slugs and codes, items that do not exist."""
    slugs: dict[tuple[str, str], ServiceFolder] = {}
    catalog_codes: dict[tuple[str, str, Any], ServiceFolder] = {}
    for folder in tree.items():
        first = slugs.setdefault((folder.region_code, folder.slug), folder)
        if first is not folder:
            yield folder.fault((), f"the slug {folder.slug!r} is taken by {first.address}", "rename the folder.")
        code = folder.data.get("catalog_code")
        if not isinstance(code, str):
            continue
        other = catalog_codes.setdefault((folder.region_code, folder.agency_slug, code), folder)
        if other is not folder:
            yield folder.fault(
                ("catalog_code",),
                f"catalog_code is taken by {other.address}",
                "give it its own main or sub-item number.",
            )
    for folder in tree.items():
        yield from _check_links(folder, slugs)


def _check_links(folder: ServiceFolder, slugs: dict[tuple[str, str], ServiceFolder]) -> Iterator[Finding]:
    related = folder.data.get("related")
    links: list[tuple[Place, Any]] = [
        (("related", at), slug) for at, slug in enumerate(related if isinstance(related, list) else [])
    ]
    status = folder.data.get("status")
    if isinstance(status, dict) and "instead" in status:
        links.append((("status", "instead"), status["instead"]))
    for place, slug in links:
        if not any((region, slug) in slugs for region in (folder.region_code, codes.COUNTRY)):
            yield folder.fault(
                place, f"there is no item {slug!r} in this city or at country level", "name an existing slug."
            )
