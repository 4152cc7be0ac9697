"""Forms of payments."""

from __future__ import annotations

from django import forms

from shimin.capabilities.payments.public import REASON_WORDS, DeskOrder, RefundReason

_BY_HAND = (RefundReason.WRONG_AMOUNT, RefundReason.DECISION_REVOKED, RefundReason.OTHER)


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


class RefundForm(forms.Form):
    """Ask for money of a line to go back; how much may is decided by the operation."""

    use_required_attribute = False

    number = forms.CharField(widget=forms.HiddenInput)
    line = forms.ChoiceField(label="退哪一笔", error_messages={"required": "请选择退哪一笔。"})
    yuan = forms.CharField(
        label="退多少（元）", max_length=20, help_text="例如 150.00，不能超过还可退的金额。",
        error_messages={"required": "请填写金额。"}, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    reason = forms.ChoiceField(label="原因", choices=[(str(each), REASON_WORDS[each]) for each in _BY_HAND])
    words = forms.CharField(
        label="依据", max_length=200, help_text="例如：复议决定书〔2026〕7号。不要写个人信息。",
        error_messages={"required": "请写明依据。"},
    )  # fmt: skip

    def __init__(self, order: DeskOrder | None, data: object = None) -> None:
        super().__init__(data, initial={"number": order.number if order else ""})  # type: ignore[arg-type]
        lines = [line for line in order.lines if line.refundable_fen] if order else []
        self.fields["line"].choices = [  # type: ignore[attr-defined]
            (str(line.line_id), f"{line.title}（{line.payee_name}）") for line in lines
        ]
