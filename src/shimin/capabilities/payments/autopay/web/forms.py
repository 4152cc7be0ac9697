"""Forms of automatic payment; what may be agreed to is decided by the operations."""

from __future__ import annotations

from django import forms

from shimin.capabilities.payments.autopay.public import (
    MOST_BILL_YUAN,
    MOST_CAP_YUAN,
    MOST_CARD_YUAN,
    MOST_THRESHOLD_YUAN,
)
from shimin.capabilities.payments.billing.public import card_issuers
from shimin.capabilities.payments.public import agreement_gateways


def _yuan(label: str, most: int, initial: int, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, initial=initial, help_text=help_text,
        error_messages={"required": "请填写金额。", "invalid": "请填整元，例如 100。"},
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": most, "step": 1}),
    )  # fmt: skip


class _TermsForm(forms.Form):
    use_required_attribute = False

    def add_source(self) -> None:
        """Ask where the money comes from, and for consent, after the sums."""
        self.fields["gateway_code"] = forms.ChoiceField(
            label="从哪里扣款", choices=[(each.code, each.title) for each in agreement_gateways()],
            error_messages={"required": "请选择从哪里扣款。"},
        )  # fmt: skip
        self.fields["consents"] = forms.BooleanField(
            label="户主或持卡人是我本人，或者已经同意。我同意按以上金额自动扣款", required=False
        )  # the operation says what is missing


class BillsForm(_TermsForm):
    """Pay an account's bills."""

    most_yuan = _yuan(
        "每笔最多扣（元）", MOST_BILL_YUAN, 300, f"整元，1 到 {MOST_BILL_YUAN}。账单超过这个数就不扣，只通知您。"
    )
    cap_yuan = _yuan("每月最多扣（元）", MOST_CAP_YUAN, 500, f"整元，1 到 {MOST_CAP_YUAN}。一个月内合计不会超过。")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.add_source()


class CardForm(_TermsForm):
    """Top a card up when it runs low."""

    issuer_code = forms.ChoiceField(label="哪里发的卡", error_messages={"required": "请选择是哪里发的卡。"})
    card = forms.CharField(
        label="卡号", max_length=60, help_text="10位数字；校园卡也可以填学号。",
        error_messages={"required": "请填写卡号。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    threshold_yuan = _yuan("余额少于多少就充（元）", MOST_THRESHOLD_YUAN, 20, f"整元，1 到 {MOST_THRESHOLD_YUAN}。")
    amount_yuan = _yuan("每次充多少（元）", MOST_CARD_YUAN, 100, f"整元，1 到 {MOST_CARD_YUAN}。")
    cap_yuan = _yuan("每月最多充（元）", MOST_CAP_YUAN, 300, f"整元，1 到 {MOST_CAP_YUAN}。一个月内合计不会超过。")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [(each.code, f"{each.name}（{each.kind.title}）") for each in card_issuers()]
        self.fields["issuer_code"].choices = choices  # type: ignore[attr-defined]
        self.add_source()
