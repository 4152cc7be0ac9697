"""What the buttons of joint handling ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.service_requests.joint_handling.public import DAYS, MOST_DAYS, PartAction
from shimin.capabilities.service_requests.web.uploads import PhotosField

_GONE = {"null_characters_not_allowed": "有不能保存的字符。"}
TITLES = {
    PartAction.ACCEPT: "接受协办",
    PartAction.DECLINE: "不协办",
    PartAction.GIVE: "交协办意见",
    PartAction.WAIVE: "不等它的意见",
    PartAction.URGE: "催办",
    PartAction.INSIST: "定由它协办",
    PartAction.DROP: "不要它协办",
    PartAction.SHOW_PHOTOS: "照片给市民看",
}
_WORDS = {
    PartAction.DECLINE: "为什么不归本部门（派单员和牵头部门会看到）",
    PartAction.GIVE: "协办意见：核实的情况、怎么办、办得怎样（只有牵头部门和督查看到，由牵头部门写进答复）",
    PartAction.WAIVE: "为什么不等它（督查会看到）",
    PartAction.URGE: "催什么（协办部门会看到）",
    PartAction.INSIST: "为什么该它协办（两边部门会看到，它不能再推）",
    PartAction.DROP: "为什么不要它协办（两边部门会看到）",
}


class AskForm(forms.Form):
    """Which agencies are asked, what for, and by when."""

    use_required_attribute = False

    def __init__(self, city_code: str, not_these: set[int], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="co_ask_%s")
        self.fields["agencies"] = forms.MultipleChoiceField(
            label="请哪些部门协办", widget=forms.CheckboxSelectMultiple, choices=agency_choices(city_code, not_these),
            error_messages={"required": "请选择协办部门。", "invalid_choice": "请选择本市的部门。"},
        )  # fmt: skip
        self.fields["wish"] = forms.CharField(
            label="请它们做什么（协办部门会看到，市民看不到）", max_length=8_000,
            widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "请写明要它们做什么。", **_GONE},
        )  # fmt: skip
        self.fields["days"] = forms.IntegerField(
            label="几个工作日内交意见", initial=DAYS, min_value=1, max_value=MOST_DAYS,
            help_text="不会晚于这件诉求自己的期限；接受还是不接受，一个工作日内要答复。",
            error_messages={"required": "请填写。", "invalid": "请填数字。"},
        )  # fmt: skip


class PartForm(forms.Form):
    """The words, and photos, of one step of a part."""

    use_required_attribute = False

    def __init__(self, action: PartAction, data: Mapping[str, Any] | None = None, *, key: str = "") -> None:
        super().__init__(data, auto_id=f"{action}{key}_%s")
        self.title = TITLES[action]
        if action in _WORDS:
            self.fields["words"] = forms.CharField(
                label=_WORDS[action], max_length=32_000, widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"required": "请写明。", **_GONE},
            )  # fmt: skip
        if action is PartAction.GIVE:
            self.fields["photos"] = PhotosField("照片（牵头部门可以放给市民看）")


def agency_choices(city_code: str, not_these: set[int]) -> list[tuple[str, str]]:
    """Return the agencies of a city and its districts, without some."""
    return [
        (str(each.id), each.short_name or each.name)
        for each in list_agencies()
        if each.region_code[:4] == city_code[:4] and each.id not in not_these
    ]


def add_faults(form: forms.Form, fields: Mapping[str, str], message: str) -> None:
    """Put what an operation refused beside its fields."""
    for name, words in (fields or {"": message}).items():
        form.add_error(name if name in form.fields else None, words)
