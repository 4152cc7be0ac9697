"""Make a new service folder: everything that is needed, with 【…】 where the author has to write."""

from __future__ import annotations

from pathlib import Path

from stdnum.cn import uscc

from shimin.capabilities.catalogue import codes
from shimin.capabilities.catalogue.folder.tree import REGION, SLUG, Tree

_CITY = """\
region: "{region}"
languages: [zh]
hotline: "12345"
"""

_AGENCY = """\
name: 【部门全称】
short_name: 【部门简称，不超过 10 个字】
uscc: {uscc}    # 【换成本部门的统一社会信用代码；演示用的留着这个，并保留下一行】
demo: true
nature: statutory

hotlines:
  consult: "12345"
  complain: "12388"

places:
  - name: 【大厅名称】
    address: 【地址】
    hours: 工作日 9:00–12:00，13:30–17:00
    point: [112.97, 28.2]

remedies:
  review:
    name: 【行政复议机构】
  litigation:
    name: 有管辖权的人民法院
"""

_SERVICE = """\
# yaml-language-server: $schema=../../../schema/service.schema.json
name: 【事项名称】
summary: 【一句话：这件事能帮我做什么，不超过 80 个字】
you_get: 【办完手里有什么】
class: livelihood
tab: government
icon: file-text
keywords: [【老百姓怎么叫它】]
audience: natural
themes:
  natural: ["999"]
assurance_level: 2

type: public-service
catalog_code: "{catalog_code}"
power_level: {power_level}
case_kind: promised
online: guide

basis:
  - law: 【依据的法律、法规或文件，写全称】

conditions:
  - 【谁可以办】

limits:
  legal: 20 working days
  promised: 10 working days

visits:
  count: 1
  reason: 【为什么要到现场】

channels:
  window: 【到哪个窗口，带什么，怎么办】

fees: none

materials:
  id-card:
    name: 居民身份证
    kind: original
    format: either
    source: government
    source_note: 公安机关

steps:
  - stage: apply
    name: 申请
    what: 【先做什么】
  - stage: finish
    name: 办结
    what: 【最后怎样】

result:
  type: document
  name: 【办完拿到的东西】
  sample: 【它长什么样】
  delivery: [pick-up]

faq:
  - q: 【问得最多的问题】
    a: 【回答】
"""


class ScaffoldRefused(Exception):
    """The address does not fit, or the folder exists; the text says which."""


def make_folder(tree: Tree, address: str) -> list[Path]:
    """Make REGION/AGENCY/ITEM below the tree, with city.yaml and agency.yaml where they lack; return the new files.

    Raises:
        ScaffoldRefused: the address has no three good parts, or the item is there.
    """
    parts = address.strip("/").split("/")
    if len(parts) != 3 or not REGION.match(parts[0]) or not all(SLUG.match(part) for part in parts[1:]):
        raise ScaffoldRefused(f"{address!r} is not REGION/AGENCY/ITEM, e.g. 430100/traffic-police/study-credit.")
    region, agency, slug = parts
    folder = tree.root / region / agency / slug
    if folder.exists():
        raise ScaffoldRefused(f"{folder} exists: edit it, or choose another name.")
    texts = {
        tree.root / region / "city.yaml": _CITY.format(region=region),
        tree.root / region / agency / "agency.yaml": _AGENCY.format(
            uscc=invented_uscc(region, _agencies(tree, region))
        ),
        folder / "service.yaml": _SERVICE.format(
            catalog_code=_next_catalog_code(tree, region, agency), power_level=_power_level(region)
        ),
    }
    folder.mkdir(parents=True)
    made = [path for path in texts if not path.exists()]
    for path in made:
        path.write_text(texts[path], encoding="utf-8")
    return made


def invented_uscc(region_code: str, number: int) -> str:
    """Return an invented 统一社会信用代码 with a right check character, for demo agencies (11 = 机关)."""
    return complete_uscc(f"11{region_code}{number:09d}")


def complete_uscc(first_17: str) -> str:
    """Return the 17 characters with their check character."""
    return f"{first_17}{uscc.calc_check_digit(first_17)}"


def _agencies(tree: Tree, region_code: str) -> int:
    return 1 + sum(1 for agency in tree.agencies() if agency.region_code == region_code)


def _next_catalog_code(tree: Tree, region_code: str, agency_slug: str) -> str:
    """Return the next free main item number of the agency, as a public service of its province."""
    prefix = f"{region_code[:2] if region_code != codes.COUNTRY else '00'}2000"
    taken = [
        int(str(item.data["catalog_code"])[6:9])
        for item in tree.find(f"{region_code}/{agency_slug}")
        if str(item.data.get("catalog_code", "")).isdigit()
    ]
    return f"{prefix}{max(taken, default=0) + 1:03d}000"


def _power_level(region_code: str) -> str:
    if region_code == codes.COUNTRY:
        return "nation"
    if region_code.endswith("0000"):
        return "province"
    return "city" if region_code.endswith("00") else "county"
