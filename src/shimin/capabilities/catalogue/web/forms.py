"""Forms of the catalogue's pages."""

from __future__ import annotations

from django import forms

from shimin.capabilities.catalogue.operations.feedback import FAULTS, LONGEST_TEXT


class FeedbackForm(forms.Form):
    """大家来找茬."""

    fault = forms.ChoiceField(
        label="哪里不对", choices=list(FAULTS.items()), widget=forms.RadioSelect,
        error_messages={"required": "请选择哪里不对。", "invalid_choice": "请选择哪里不对。"},
    )  # fmt: skip
    text = forms.CharField(
        label="说一说", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="例如：材料里写要户口簿，窗口说不用了。请不要写身份证号、手机号。",
        error_messages={
            "required": "请写一句哪里不对。", "max_length": f"请写短一点，最多 {LONGEST_TEXT} 字。",
            "null_characters_not_allowed": "内容里有不能保存的字符，请删掉后再提交。",
        },
    )  # fmt: skip


class AnswerForm(forms.Form):
    """How a finding was settled."""

    status = forms.ChoiceField(
        label="处理结果", choices=[("mended", "已改正"), ("declined", "不改，说明原因")], widget=forms.RadioSelect,
        error_messages={"required": "请选择处理结果。"},
    )  # fmt: skip
    answer = forms.CharField(
        label="说明", required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如：已按 2026 年新规定改正材料清单。",
    )  # fmt: skip


class SynonymForm(forms.Form):
    """One pair of words."""

    said = forms.CharField(
        label="大家怎么说", max_length=30, help_text="例如：罚单", error_messages={"required": "请写大家怎么说。"}
    )
    meant = forms.CharField(
        label="事项里怎么叫",
        max_length=30,
        help_text="例如：交通违法",
        error_messages={"required": "请写事项里怎么叫。"},
    )
