"""How the names of places are shortened and read.

pypinyin reads words, and place names are not words: it makes 长治 `zhangzhi` and 漯河 `tahe`. What is said here wins.
"""

import re

from pypinyin import lazy_pinyin

_PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|"
    "傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|"
    "普米族|塔吉克|怒族|鄂温克族|保安族|裕固族|独龙族|各族"
)
_PROVINCE_ENDING = re.compile(r"(?:维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$")
_PREFECTURE_ENDING = re.compile(r"市$|地区$|盟$|自治州$")
_COUNTY_ENDING = re.compile(r"自治[县旗]$|新区$|特区$|(?<=神农架)林区$|(?<!矿)区$|[市县]$")
_PEOPLES_ENDING = re.compile(rf"(?:{_PEOPLES})+$")
# Shortened by the rule these would no longer be heard as places.
_KEPT_WHOLE = frozenset({"市中区", "回民区"})

# The reading a character has in the names of places, wherever no exception below says otherwise.
_CHARACTERS = {
    "阿": "a", "柏": "bai", "蚌": "beng", "埔": "pu", "长": "chang", "朝": "chao", "大": "da", "都": "du", "佛": "fo",
    "盖": "gai", "会": "hui", "伽": "jia", "卡": "ka", "乐": "le", "勒": "le", "六": "liu", "宿": "su", "什": "shi",
    "色": "se", "台": "tai", "尾": "wei", "厦": "xia", "曾": "zeng", "扎": "zha", "那": "na",
}  # fmt: skip

# Whole short names, syllable by syllable. Source: 现代汉语词典, 中国地名录 and the places' own romanised names.
_NAMES = {
    "宝坻": "bao di", "北碚": "bei bei", "泊头": "bo tou", "亳州": "bo zhou", "称多": "chen duo", "茌平": "chi ping",
    "大城": "dai cheng", "大埔": "da bu", "砀山": "dang shan", "儋州": "dan zhou", "东阿": "dong e",
    "东莞": "dong guan", "番禺": "pan yu", "繁峙": "fan shi", "涪陵": "fu ling", "高淳": "gao chun",
    "珙县": "gong xian", "红寺堡": "hong si bu", "洪洞": "hong tong", "鄠邑": "hu yi", "桦甸": "hua dian",
    "黄陂": "huang pi", "珲春": "hun chun", "获嘉": "huo jia", "井陉": "jing xing", "句容": "ju rong",
    "鄄城": "juan cheng", "筠连": "jun lian", "崆峒": "kong tong", "阆中": "lang zhong", "乐陵": "lao ling",
    "乐亭": "lao ting", "乐清": "yue qing", "耒阳": "lei yang", "丽水": "li shui", "蠡县": "li xian",
    "临朐": "lin qu", "六安": "lu an", "六合": "lu he", "龙圩": "long xu", "漯河": "luo he", "泌阳": "bi yang",
    "渑池": "mian chi", "闵行": "min hang", "牟定": "mou ding", "牟平": "mu ping", "穆棱": "mu ling",
    "邳州": "pi zhou", "郫都": "pi du", "鄱阳": "po yang", "綦江": "qi jiang", "犍为": "qian wei", "铅山": "yan shan",
    "覃塘": "qin tang", "任城": "ren cheng", "任丘": "ren qiu", "任泽": "ren ze", "单县": "shan xian",
    "歙县": "she xian", "召陵": "shao ling", "莘县": "shen xian", "嵊泗": "sheng si", "嵊州": "sheng zhou",
    "莎车": "sha che", "睢县": "sui xian", "绥棱": "sui leng", "宕昌": "tan chang", "调兵山": "diao bing shan",
    "尉犁": "yu li", "尉氏": "wei shi", "蔚县": "yu xian", "涡阳": "guo yang", "吴堡": "wu bu", "隰县": "xi xian",
    "盱眙": "xu yi", "浚县": "xun xian", "荥经": "ying jing", "荥阳": "xing yang", "兖州": "yan zhou",
    "黟县": "yi xian", "中牟": "zhong mu", "柞水": "zha shui", "枞阳": "zong yang", "长子": "zhang zi",
    "芝罘": "zhi fu", "吐鲁番": "tu lu fan", "重庆": "chong qing",
}  # fmt: skip


def shorten_province(name: str) -> str:
    """Return a province's name without its kind: 内蒙古自治区 → 内蒙古."""
    return _PROVINCE_ENDING.sub("", name)


def shorten_prefecture(name: str) -> str:
    """Return a prefecture's name without kind and peoples: 湘西土家族苗族自治州 → 湘西."""
    bare = _PREFECTURE_ENDING.sub("", name)
    return _PEOPLES_ENDING.sub("", bare) if name.endswith("自治州") else bare


def shorten_county(name: str) -> str:
    """Return a county's name without kind and peoples: 芷江侗族自治县 → 芷江; two characters stay whole: 道县."""
    if name in _KEPT_WHOLE:
        return name
    bare = _COUNTY_ENDING.sub("", name)
    bare = _PEOPLES_ENDING.sub("", bare) or re.sub("族$", "", bare)  # 东乡族自治县 is named after its people
    return bare if len(bare) >= 2 else name


def read_place(short_name: str) -> list[str]:
    """Return the syllables of a short name, without tones, ü written as v, the way people type them."""
    if known := _NAMES.get(short_name):
        return known.split()
    guessed = lazy_pinyin(short_name)
    return [_CHARACTERS.get(character, guess) for character, guess in zip(short_name, guessed, strict=True)]
