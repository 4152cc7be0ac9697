"""Forms of payments."""

from __future__ import annotations

from django import forms


class VerifyForm(forms.Form):
    """A receipt's number and check code; what they are worth is decided by the operation."""

    use_required_attribute = False

    number = forms.CharField(
        label="收据编号", max_length=40, help_text="19位，在收据最上面。",
        error_messages={"required": "请填写收据编号。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    check = forms.CharField(
        label="校验码", max_length=20, help_text="8位字母和数字，在编号下面。",
        error_messages={"required": "请填写校验码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
