"""Numbers, plates, homes and names of people in words: their writer is warned, others read them blotted out.

Patterns find what has a form; a name without a word that announces it, or a face in a photo, is for people to see.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def _but_two(found: re.Match[str]) -> str:
    return found[0][:2] + "*" * (len(found[0]) - 2)


def _second_part(found: re.Match[str]) -> str:
    return found[1] + "*" * len(found[2])


# What it is called, its form, and how others read it; None: only its writer is warned, because offices' own look alike.
_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str] | None], ...] = (
    ("手机号码", re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), _but_two),
    ("身份证号码", re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), _but_two),
    ("银行卡号", re.compile(r"(?<!\d)62\d{14,17}(?!\d)"), _but_two),
    (
        "车牌号",
        re.compile(rf"[{_PLATES}][A-HJ-NP-Z][·\s]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Za-z0-9])"),
        _but_two,
    ),
    (
        "门牌号",
        re.compile(
            r"(\d{1,3}\s?(?:栋|幢|座|号楼)\s?(?:[一二三四五六七八九十\d]{1,2}\s?单元)?\s?)(\d{3,4})(?!\d|元|平|人|户|家|米|万|多)"
        ),
        _second_part,
    ),
    (
        "姓名",
        re.compile(rf"((?:我叫|名叫|名字叫|姓名是?|联系人)[:：]?\s?[{_SURNAMES}])([\u4e00-\u9fff]{{1,2}})"),
        _second_part,
    ),
    (
        "微信号或QQ号",
        re.compile(r"((?:微信|QQ|qq)号?[:：]?\s?)([A-Za-z][-\w]{5,19}|\d{5,11})(?!\d)", re.ASCII),
        _second_part,
    ),
    ("固定电话", re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"), None),
)


def personal_data_in(words: str) -> tuple[str, ...]:
    """Return what of people stands in the words ("手机号码", "姓名" …): their writer is warned."""
    return tuple(name for name, form, _ in _KINDS if form.search(words))


def mask_personal_data(words: str) -> str:
    """Return the words with what belongs to people blotted out, for others to read."""
    for _, form, blot in _KINDS:
        if blot is not None:
            words = form.sub(blot, words)
    return words
