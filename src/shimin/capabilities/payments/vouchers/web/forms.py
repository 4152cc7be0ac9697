"""Forms of vouchers."""

from __future__ import annotations

from django import forms


class VerifyForm(forms.Form):
    """The three numbers on a voucher."""

    use_required_attribute = False

    code = forms.CharField(
        label="票据代码", max_length=20, error_messages={"required": "请填写票据代码。"}, help_text="8位数字。",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    number = forms.CharField(
        label="票据号码", max_length=20, error_messages={"required": "请填写票据号码。"}, help_text="10位数字。",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    check = forms.CharField(
        label="校验码", max_length=20, error_messages={"required": "请填写校验码。"},
        help_text="6位字母和数字，不分大小写。",
    )  # fmt: skip
