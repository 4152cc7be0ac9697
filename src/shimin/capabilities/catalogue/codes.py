"""The code lists of the 实施清单 (GB/T 39046 Annex A) as words, their national codes, and how people read them."""

from __future__ import annotations

from collections.abc import Mapping

COUNTRY = "100000"
"""The region of items that every city shows."""

TABS: Mapping[str, str] = {
    "driver": "车主", "health": "医疗", "government": "政务", "travel": "交通", "general": "综合",
}  # fmt: skip

CLASSES: Mapping[str, str] = {
    "social-security": "社会保障", "traffic": "交通", "police": "警务", "civil-affairs": "民政", "tourism": "旅游",
    "tax": "税务", "weather-environment": "气象环保", "livelihood": "综合民生",
}  # fmt: skip

AUDIENCES: Mapping[str, str] = {"natural": "个人", "legal": "法人", "both": "个人和法人"}

# 事项类型: word -> (national code, Chinese)
ITEM_TYPES: Mapping[str, tuple[str, str]] = {
    "permit": ("01", "行政许可"), "punishment": ("02", "行政处罚"), "coercion": ("03", "行政强制"),
    "levy": ("04", "行政征收"), "payment": ("05", "行政给付"), "inspection": ("06", "行政检查"),
    "confirmation": ("07", "行政确认"), "reward": ("08", "行政奖励"), "ruling": ("09", "行政裁决"),
    "other-power": ("10", "其他行政权力"), "public-service": ("20", "公共服务"),
}  # fmt: skip

# 行使层级 in the digits of GB/T 39046 (other profiles swap 6 and 7: convert at their adapter)
POWER_LEVELS: Mapping[str, tuple[str, str]] = {
    "nation": ("1", "国家级"), "province": ("2", "省级"), "city": ("3", "市级"), "county": ("4", "县级"),
    "town": ("5", "镇（乡、街道）级"), "village": ("6", "村（社区）级"), "shared": ("7", "分级管理"),
}  # fmt: skip

POWER_SOURCES: Mapping[str, str] = {
    "statutory": "法定本级行使", "delegated-down": "上级下放", "authorised-above": "上级授权",
    "authorised-same": "同级授权", "entrusted-above": "上级委托", "entrusted-same": "同级委托",
}  # fmt: skip

AGENCY_NATURES: Mapping[str, str] = {
    "statutory": "法定机关", "authorised": "授权组织", "entrusted": "受委托组织", "other": "其他",
}  # fmt: skip

CASE_KINDS: Mapping[str, str] = {"immediate": "即办件", "promised": "承诺件", "other": "其他"}
AREAS: Mapping[str, str] = {"nation": "全国", "province": "全省", "city": "全市", "county": "全县", "town": "全镇"}
ONLINE_DEPTHS: Mapping[str, str] = {
    "guide": "Ⅰ级：看指南", "appointment": "Ⅱ级：网上预约、预审", "one-visit": "Ⅲ级：网上受理，最多跑一次",
    "full": "Ⅳ级：全程网上办",
}  # fmt: skip
CHANNELS: Mapping[str, str] = {
    "web": "网上", "app": "手机应用", "wechat": "微信", "alipay": "支付宝", "weibo": "微博", "taobao": "手机淘宝",
    "window": "窗口", "terminal": "自助终端", "phone": "电话", "mail": "邮寄",
}  # fmt: skip
ONLINE_CHANNELS = frozenset({"web", "app", "wechat", "alipay", "weibo", "taobao"})
MATERIAL_KINDS: Mapping[str, str] = {"original": "原件", "copy": "复印件", "both": "原件和复印件"}
MATERIAL_FORMATS: Mapping[str, str] = {"paper": "纸质", "electronic": "电子", "either": "纸质或电子"}
MATERIAL_NEEDS: Mapping[str, str] = {"required": "必要", "deferrable": "可以后补", "optional": "非必要"}
MATERIAL_SOURCES: Mapping[str, str] = {
    "government": "政府部门核发", "applicant": "自己准备", "third-party": "其他机构出具",
}  # fmt: skip
STAGES: Mapping[str, str] = {
    "apply": "申请", "accept": "受理", "review": "审核", "approve": "审批", "finish": "办结", "deliver": "送达",
}  # fmt: skip
RESULT_TYPES: Mapping[str, str] = {"licence": "证照", "document": "批文", "other": "其他"}
DELIVERIES: Mapping[str, str] = {"online": "网上查看或下载", "pick-up": "现场领取", "mail": "邮寄"}
UNITS: Mapping[str, str] = {"working_day": "个工作日", "calendar_day": "个自然日", "hour": "小时"}

NATURAL_THEMES: Mapping[str, str] = {
    "005": "生育收养", "010": "户籍办理", "015": "民族宗教", "020": "教育科研", "025": "入伍服役", "030": "就业创业",
    "035": "设立变更", "040": "准营准办", "045": "抵押质押", "050": "职业资格", "055": "行政缴费", "060": "婚姻登记",
    "065": "优待抚恤", "070": "规划建设", "075": "住房保障", "085": "社会保障", "090": "证件办理", "095": "交通出行",
    "100": "旅游观光", "105": "出境入境", "110": "消费维权", "115": "公共安全", "120": "司法公证", "125": "知识产权",
    "130": "环保绿化", "135": "文化体育", "140": "公用事业", "145": "医疗卫生", "150": "离职退休", "155": "死亡殡葬",
    "998": "地方特色", "999": "其他",
}  # fmt: skip
LEGAL_THEMES: Mapping[str, str] = {
    "005": "设立变更", "010": "准营准办", "015": "资质认证", "020": "年检年审", "025": "税收财务", "030": "人力资源",
    "035": "社会保障", "040": "投资审批", "045": "融资信贷", "050": "抵押质押", "055": "商务贸易", "060": "招标拍卖",
    "065": "海关口岸", "070": "涉外服务", "075": "农林牧渔", "085": "国土和规划建设", "090": "交通运输",
    "095": "环保绿化", "100": "应对气候变化", "105": "水务气象", "110": "医疗卫生", "115": "科技创新",
    "120": "文体教育", "125": "知识产权", "130": "民族宗教", "135": "质量技术", "140": "检验检疫", "145": "安全生产",
    "150": "公安消防", "155": "司法公证", "160": "公用事业", "165": "法人注销", "170": "档案文物", "998": "地方特色",
    "999": "其他",
}  # fmt: skip
THEMES: Mapping[str, Mapping[str, str]] = {"natural": NATURAL_THEMES, "legal": LEGAL_THEMES}
