"""Forms of billing."""

from __future__ import annotations

from django import forms

from shimin.capabilities.payments.billing.public import (
    LEAST_YUAN,
    LONGEST_HOME,
    MOST_YUAN,
    USUAL_YUAN,
    CardKind,
    billers,
    card_issuers,
)


class BindForm(forms.Form):
    """Bind an account; what it is worth is decided by the operation."""

    use_required_attribute = False

    biller = forms.ChoiceField(label="缴什么", error_messages={"required": "请选择缴什么费。"})
    number = forms.CharField(
        label="户号", max_length=60, help_text="在账单、缴费短信或电表、气表的卡上，10位数字。",
        error_messages={"required": "请填写户号。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    holder_name = forms.CharField(
        label="户名", max_length=100, help_text="和账单上一样，写全名，用来核对户号。",
        error_messages={"required": "请填写户名。"}, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    home = forms.CharField(
        label="这是哪个家", max_length=LONGEST_HOME, help_text="例如：我家、爸妈家。同一个家的账单放在一起。",
        error_messages={"required": "请给这个家起个名字。"},
    )  # fmt: skip
    consents = forms.BooleanField(
        label="户主是我本人，或者已经同意我查看账单和代缴", required=False
    )  # the operation says what is missing

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [(each.code, f"{each.title}（{each.name}）") for each in billers()]
        self.fields["biller"].choices = choices  # type: ignore[attr-defined]


class TopUpForm(forms.Form):
    """Top a card of one kind up; what can be is decided by the operation."""

    use_required_attribute = False

    issuer_code = forms.ChoiceField(error_messages={"required": "请选择是谁发的卡。"})
    card = forms.CharField(
        max_length=60, error_messages={"required": "请填写卡号。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    yuan = forms.IntegerField(
        label="充多少（元）", initial=100,
        help_text=f"整元，{LEAST_YUAN} 到 {MOST_YUAN} 元。常充：{'、'.join(map(str, USUAL_YUAN))}。",
        error_messages={"required": "请填写金额。", "invalid": "请填整元，例如 100。"},
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": LEAST_YUAN, "max": MOST_YUAN, "step": 1}),
    )  # fmt: skip

    def __init__(self, kind: CardKind, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        choices = [(each.code, each.name) for each in card_issuers(kind.code)]
        self.fields["issuer_code"].choices = choices  # type: ignore[attr-defined]
        self.fields["issuer_code"].label = kind.issuer
        self.fields["card"].label, self.fields["card"].help_text = kind.number, kind.help
