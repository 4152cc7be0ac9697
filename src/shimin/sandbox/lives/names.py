"""Names of invented people: mostly Han, some with a middle dot, a few with characters outside the common plane."""

from random import Random

SURNAMES: tuple[str, ...] = (
    *"李王张刘陈杨黄周吴徐罗唐彭谭曾邓何易胡谢肖龙贺熊蒋文汤欧戴郭袁姚夏范廖田向石苏余钟邹阳尹冯毛朱林高马孙任梁宋",
    "欧阳",
    "司马",
    "上官",
    "皇甫",
)
FEMALE_GIVEN = tuple("敏静丽娟艳芳霞玲燕红梅兰英萍婷雪慧琳洁颖倩琪瑶欣怡妍悦涵蕾晴")
MALE_GIVEN = tuple("伟强军勇杰涛磊明超刚平辉鹏斌波浩宇轩晨泽铭睿博恒毅凯翔峰志远")
FIRST_GIVEN = tuple("晓建国文志小春秋海永新思雨子佳一嘉若德光立云家安如玉")
RARE_GIVEN = ("𠮷", "𣲘", "𤩽", "𦭜", "𧿹")
"""CJK Extension B: four bytes in UTF-8, two units in UTF-16; systems that count wrongly lose these people."""

DOTTED_FEMALE = ("阿依古丽", "迪丽娜尔", "古丽娜尔", "阿依夏木", "帕提古丽")
DOTTED_MALE = ("买买提", "艾力", "热合曼", "阿不都拉", "吐尔逊")


def surname(rng: Random) -> str:
    """Draw a surname; the first ones of the list are the most common."""
    place = int(float(rng.random() ** 1.7) * len(SURNAMES))
    return SURNAMES[min(place, len(SURNAMES) - 1)]


def given_name(rng: Random, female: bool) -> str:
    """Draw a given name of one or two characters, in one of eighty with a rare character."""
    last = rng.choice(RARE_GIVEN) if rng.random() < 0.0125 else rng.choice(FEMALE_GIVEN if female else MALE_GIVEN)
    return last if rng.random() < 0.2 else rng.choice(FIRST_GIVEN) + last


def dotted_name(rng: Random, female: bool) -> str:
    """Draw a name of the form own name · father's name."""
    return f"{rng.choice(DOTTED_FEMALE if female else DOTTED_MALE)}·{rng.choice(DOTTED_MALE)}"
