"""Forms: tell a problem, follow it by number and code, add, rate, reopen. The operations decide what is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from shimin.capabilities.service_requests.public import KIND_WORDS, LONGEST_ADDRESS, LONGEST_WORDS, RATING_WORDS
from shimin.capabilities.service_requests.web.uploads import PhotosField
from shimin.capabilities.service_requests.web.voice_uploads import VoicesField

_NULLS = {"null_characters_not_allowed": "内容里有不能保存的字符，请删掉后再提交。"}


class AskForm(forms.Form):
    """说说您的问题: one box; the rest may stay as it is."""

    use_required_attribute = False

    words = forms.CharField(
        label="是什么事，在哪里，希望怎么办", strip=False, max_length=LONGEST_WORDS * 20,
        widget=forms.Textarea(attrs={"rows": 7, "autocomplete": "off", "data-count": str(LONGEST_WORDS)}),
        help_text="例如：桐梓坡路口的路灯坏了半个月，晚上过马路很危险，希望尽快修好。",
        error_messages={**_NULLS, "required": "请用文字说说是什么事、在哪里、希望怎么办。"},
    )  # fmt: skip
    address = forms.CharField(
        label="地点", required=False, max_length=LONGEST_ADDRESS * 4,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        help_text="路名、门牌、小区或附近的标志都可以；没有地点就空着。", error_messages=_NULLS,
    )  # fmt: skip
    region_code = forms.ChoiceField(label="区县", required=False)
    kind = forms.ChoiceField(
        label="这是", required=False,
        choices=[("", "由平台判断"), *((str(k), words) for k, words in KIND_WORDS.items())],
    )  # fmt: skip
    contact_phone = forms.CharField(
        label="联系电话", required=False, max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text="部门可能要打电话问清楚。可以不留。", error_messages=_NULLS,
    )  # fmt: skip
    is_confidential = forms.BooleanField(
        label="请保密：不让承办部门知道我是谁，也不给别人看到这件事的标题", required=False
    )
    photos = PhotosField()
    uses_photo_position = forms.BooleanField(
        label="照片里如果有拍摄位置，用它作为这件事的地点（不勾选就不读取）", required=False
    )
    voices = VoicesField()
    is_emergency = forms.BooleanField(label="有人现在有生命危险，请值班台马上处置", required=False)
    lng = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    accuracy_metres = forms.FloatField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        districts: Sequence[tuple[str, str]],
        data: Mapping[str, Any] | None = None,
        *,
        begun: Mapping[str, Any] | None = None,
    ) -> None:
        """``districts``: (code, name) of the city's districts. ``begun``: what stands in the boxes, not sent yet."""
        super().__init__(data, initial=dict(begun or {}))
        self.fields["region_code"].choices = [("", "不清楚"), *districts]  # type: ignore[attr-defined]


class LookUpForm(forms.Form):
    """Number and query code, as the receipt says."""

    use_required_attribute = False

    number = forms.CharField(
        label="编号", max_length=60, help_text="19位，写在回执上。", error_messages={"required": "请填写编号。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    code = forms.CharField(
        label="查询码", max_length=40, help_text="8位数字，提交时和编号一起给您的。",
        error_messages={"required": "请填写查询码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )  # fmt: skip


class WordsForm(forms.Form):
    """One box of words, for a step that says something."""

    use_required_attribute = False

    words = forms.CharField(
        required=False, max_length=LONGEST_WORDS * 20, widget=forms.Textarea(attrs={"rows": 4}), error_messages=_NULLS
    )

    def __init__(
        self,
        label: str,
        example: str,
        data: Mapping[str, Any] | None = None,
        *,
        prefix: str,
        with_files: bool = False,
    ) -> None:
        """``prefix`` keeps the ids of several boxes on a page apart."""
        super().__init__(data, auto_id=f"{prefix}_%s")
        self.fields["words"].label, self.fields["words"].help_text = label, example
        if with_files:
            self.fields["photos"] = PhotosField()
            self.fields["voices"] = VoicesField()


class RateForm(forms.Form):
    """Five levels; the bottom two may ask for a call."""

    use_required_attribute = False

    rating = forms.ChoiceField(
        label="您对答复满意吗", choices=[(str(k), words) for k, words in RATING_WORDS.items()],
        widget=forms.RadioSelect, error_messages={"required": "请选一个评价。", "invalid_choice": "请选一个评价。"},
    )  # fmt: skip
    words = forms.CharField(
        label="说一说", required=False, max_length=LONGEST_WORDS * 4, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=_NULLS,
    )  # fmt: skip
    wants_contact = forms.BooleanField(label="不满意的话，请工作人员联系我", required=False)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="rate_%s")
