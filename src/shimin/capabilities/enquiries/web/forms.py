"""Forms: the parameters of a view, a dispute, its answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from shimin.capabilities.enquiries.public import (
    LONGEST_WORDS,
    REASON_WORDS,
    Param,
    ParamType,
    View,
)


class ParamsForm(forms.Form):
    """What a person may choose before a look-up. The values are checked by the operation, not here."""

    use_required_attribute = False

    def __init__(
        self,
        view: View,
        today: date,
        *,
        given: Mapping[str, Any] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> None:
        """``given``: what was chosen so far. ``faults``: what the operation found wrong, by parameter."""
        chosen = {param.name: (given or {}).get(param.name) or param.default_on(today) for param in view.params}
        super().__init__(data=chosen if faults else None, initial=chosen)
        for param in view.params:
            self.fields[param.name] = _field(param, today)
        for name, words in (faults or {}).items():
            self.add_error(name if name in self.fields else None, words)
        for field in self.fields.values():
            field.required = True  # for the page only: the operation has checked, in the words of the parameter


class DisputeForm(forms.Form):
    """Dispute a reading."""

    use_required_attribute = False

    reason = forms.ChoiceField(
        label="您的异议是", choices=[(str(reason), words) for reason, words in REASON_WORDS.items()],
        widget=forms.RadioSelect, error_messages={"required": "请选一个原因。"},
    )  # fmt: skip
    words = forms.CharField(
        label="具体情况", required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="例如：那天我没有登录过，也没有请人代查。",
    )  # fmt: skip


class AnswerForm(forms.Form):
    """Answer a dispute."""

    use_required_attribute = False

    answer = forms.CharField(
        label="答复", max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写明查了什么、结论和理由。答复会发给当事人。",
        error_messages={"required": "请写明处理情况和理由。"},
    )  # fmt: skip


def _field(param: Param, today: date) -> forms.Field:
    if options := param.options(today):
        return forms.CharField(label=param.title, required=False, widget=forms.Select(choices=list(options.items())))
    example = param.example and f"例如：{param.example}"
    kind = {"autocapitalize": "characters"} if param.type is ParamType.PLATE else {}
    return forms.CharField(
        label=param.title, help_text=example, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **kind}),
    )  # fmt: skip
