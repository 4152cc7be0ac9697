"""The fields that each of the desk's buttons asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from shimin.capabilities.catalogue.public import list_agencies, served_regions
from shimin.capabilities.service_requests.public import KIND_WORDS, STEP_WORDS, Action, DeskRequest
from shimin.capabilities.service_requests.web.uploads import PhotosField

_WORDS = {
    Action.DISPATCH: "派单意见",
    Action.ARBITRATE: "裁定的依据",
    Action.DECLINE: "为什么不能受理，该去哪里办（市民会看到）",
    Action.RETURN: "为什么不归本部门（派单员会看到）",
    Action.INTERIM_REPLY: "办理进展（市民会看到）",
    Action.ASK_EXTENSION: "为什么要延期（批准后市民会看到）",
    Action.REFUSE_EXTENSION: "为什么不同意",
    Action.SUSPEND: "为什么现在办不了，打算怎么办（市民会看到）",
    Action.REPLY: "答复（市民会看到）",
    Action.DRAFT_REPLY: "答复，先送审",
    Action.REDRAFT: "哪里要改",
    Action.PUBLISH: "公开的问与答（不写姓名、电话、住址；写了的号码、车牌、门牌会遮住）",
    Action.SPLIT: "另一件是什么事",
    Action.HAND_OVER: "为什么转外地",
    Action.TAKE_BACK: "为什么收回",
    Action.TAKE_UP: "怎么调解、要带什么（投诉人会看到）",
    Action.REFUSE: "为什么不受理，该去哪里（投诉人会看到）",
    Action.CONCLUDE: "经过和结果（反映人会看到）",
    Action.URGE: "催什么（承办部门会看到）",
    Action.ORDER: "督办要求（承办部门会看到，市民只知道已督办）",
    Action.SUMMON: "约谈谁、何时何地、为什么（承办部门会看到）",
}
_OPTIONAL = {Action.DISPATCH, Action.TAKE_UP}
_PHOTOS = {Action.INTERIM_REPLY, Action.REPLY, Action.DRAFT_REPLY, Action.CONCLUDE}
_AGENCY = {Action.DISPATCH, Action.ARBITRATE}


class ActForm(forms.Form):
    """The fields of one action on one request."""

    use_required_attribute = False

    def __init__(self, action: Action, shown: DeskRequest, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"{action}_%s")
        self.title = STEP_WORDS[action] if action is not Action.DRAFT_REPLY else "答复送审"
        city = shown.line.city_code
        if action in _AGENCY:
            agencies = [(str(each.id), each.name) for each in list_agencies() if each.region_code[:4] == city[:4]]
            self.fields["agency"] = forms.ChoiceField(
                label="牵头部门", choices=[("", "请选择"), *agencies], error_messages={"required": "请选择部门。"}
            )
        if action is Action.ASK_EXTENSION:
            self.fields["amount"] = forms.IntegerField(
                label="延长多少（与原期限同单位）", min_value=1, max_value=999, error_messages={"required": "请填写。"}
            )
        if action is Action.SUSPEND:
            self.fields["look_again_date"] = forms.DateField(
                label="哪天再看", widget=forms.DateInput(attrs={"type": "date"}),
                error_messages={"required": "请选日期。", "invalid": "请选日期。"},
            )  # fmt: skip
        if action is Action.ORDER:
            self.fields["answer_by"] = forms.DateField(
                label="哪天之前报结果", widget=forms.DateInput(attrs={"type": "date"}),
                error_messages={"required": "请选日期。", "invalid": "请选日期。"},
            )  # fmt: skip
        if action is Action.HAND_OVER:
            cities = [(each.code, each.name) for each in served_regions() if each.level == "city" and each.code != city]
            self.fields["city_code"] = forms.CharField(
                label="转到哪个城市（6位行政区划代码）", max_length=6,
                help_text="、".join(f"{name} {code}" for code, name in cities[:5]) or "例如：湘潭 430300",
                error_messages={"required": "请填写。"},
            )  # fmt: skip
        if action is Action.MERGE:
            self.fields["into"] = forms.CharField(
                label="并入哪一件（编号）", max_length=60, error_messages={"required": "请填写编号。"}
            )
        if action is Action.CLASSIFY:
            categories = [(each.category_code, each.category_code) for each in shown.choices]
            self.fields["category"] = forms.ChoiceField(
                label="类别", required=False, choices=[("", "不改"), *categories]
            )
            self.fields["kind"] = forms.ChoiceField(
                label="类型", required=False,
                choices=[("", "不改"), *((str(kind), words) for kind, words in KIND_WORDS.items())],
            )  # fmt: skip
        if action is Action.CONCLUDE:
            self.fields["outcome"] = forms.ChoiceField(
                label="结果", choices=[("", "请选择"), *(shown.matter.outcomes if shown.matter else ())],
                error_messages={"required": "请选处理结果。", "invalid_choice": "请选处理结果。"},
            )  # fmt: skip
        self._add_words_and_photos(action, shown)

    def _add_words_and_photos(self, action: Action, shown: DeskRequest) -> None:
        if action in _WORDS:
            initial = shown.draft if action in (Action.DRAFT_REPLY, Action.REPLY) else ""
            self.fields["words"] = forms.CharField(
                label=_WORDS[action], required=action not in _OPTIONAL, max_length=20_000, initial=initial,
                widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"required": "请写明。", "null_characters_not_allowed": "有不能保存的字符。"},
            )  # fmt: skip
        pickable = [photo for photo in shown.photos if photo.by_staff and photo.is_shown]
        if action is Action.PUBLISH and pickable:
            self.fields["publish_photos"] = forms.MultipleChoiceField(
                label="公开哪些照片", required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(str(photo.photo_id), f"答复的照片，第 {at} 张") for at, photo in enumerate(pickable, 1)],
                initial=[str(photo.photo_id) for photo in pickable if photo.is_published],
                help_text="不勾选就不公开。请先点开大图看清：人脸、车牌、门牌、证件和屏幕上的个人信息都不能有，平台认不出这些。",
                error_messages={"invalid_choice": "只能公开答复里的照片，请重新勾选。"},
            )  # fmt: skip
        if action in _PHOTOS:
            self.fields["photos"] = PhotosField("照片（市民会看到）")
