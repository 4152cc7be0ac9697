"""Play a folder in the terminal: the guide as people will read it, each situation's materials, its examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shimin.capabilities.catalogue import codes
from shimin.capabilities.catalogue.blocks import registered_blocks
from shimin.capabilities.catalogue.domain import ItemGuide, StarLevel, materials_for, shared_materials
from shimin.capabilities.catalogue.folder.tree import ServiceFolder


def guide_lines(item: ItemGuide, stars: StarLevel) -> Iterator[str]:
    """Yield the guide, line by line, in the order of the page."""
    doc = item.doc
    yield f"{doc['name']}   {'★' * stars.stars}{'☆' * (5 - stars.stars)}"
    yield doc["summary"]
    yield ""
    yield from _facts(doc)
    for entry in item.entries:
        yield f"【{entry.label}】 {entry.url}（需要实名等级 {entry.level} 级）"
    yield ""
    for question, situation in doc["situations"].items():
        yield f"{situation['ask']}"
        for choice, about in situation["choices"].items():
            yield f"  {question}={choice}  {about['name']}"
    if doc["situations"]:
        yield ""
    for at, step in enumerate(doc["steps"], start=1):
        yield f"{at}. {step['name']}：{step.get('what', '')}"
    for each in doc["faq"]:
        yield f"问：{each['q']}"
        yield f"答：{each['a']}"
    yield ""
    for earned, reason in stars.reasons:
        yield f"{'★' if earned else '☆'} {reason}"


def _facts(doc: Mapping[str, Any]) -> Iterator[str]:
    promised = doc["limits"]["promised"]
    yield f"您会得到：{doc['you_get']}"
    yield f"谁可以办：{'；'.join(doc['conditions'])}"
    yield f"要多久：{promised['words'] if promised else '没有时限'}"
    yield f"收费：{'；'.join(fee['name'] + ' ' + fee['standard'] for fee in doc['fees']) or '不收费'}"
    yield f"跑几次：{doc['visits']['count']} 次"
    for name, way in doc["channels"].items():
        yield f"{codes.CHANNELS[name]}：{way['how']}{' ' + way['url'] if 'url' in way else ''}"


def material_lines(doc: Mapping[str, Any], chosen: Mapping[str, str]) -> Iterator[str]:
    """Yield what a person in this situation has to bring, and what they need not."""
    keys = materials_for(doc, chosen)
    yield "要带的材料：" if keys else "不用带材料。"
    for key in keys:
        about = doc["materials"][key]
        kind, form = codes.MATERIAL_KINDS[about["kind"]], codes.MATERIAL_FORMATS[about["format"]]
        yield f"  {about['name']}（{kind}，{form}，{about['copies']} 份，{codes.MATERIAL_NEEDS[about['need']]}）"
    for key in shared_materials(doc):
        yield f"  不用带：{doc['materials'][key]['name']}（{doc['materials'][key]['shared_by']}）"


def run_examples(folder: ServiceFolder, item: ItemGuide) -> Iterator[tuple[str, bool, str]]:
    """Yield (name, passed, words) of each example in examples.yaml, situations here, others by their block."""
    for example in folder.examples.data if folder.examples else []:
        passed, words = True, ""
        if "situation" in example:
            wanted = materials_for(item.doc, example["situation"])
            if wanted != example["materials"]:
                passed, words = False, f"asks for {wanted}, the example says {example['materials']}"
        for key, block in registered_blocks().items():
            if passed and key in example:
                result = block.run_example(item, example)
                passed, words = result.passed, result.words
        yield example["name"], passed, words
