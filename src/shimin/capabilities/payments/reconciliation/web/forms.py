"""Forms of reconciliation."""

from __future__ import annotations

from django import forms

from shimin.capabilities.payments.public import gateways
from shimin.capabilities.payments.reconciliation.public import WAY_WORDS, DifferenceView, billers_of, ways_of


class StatementForm(forms.Form):
    """A gateway's or biller's statement of a day, fetched there or given as a file."""

    use_required_attribute = False

    gateway = forms.ChoiceField(label="支付机构或收费单位", error_messages={"required": "请选择一个。"})
    file = forms.FileField(
        label="账单文件", required=False, help_text="对方给的原文件（.csv、.zip 或 .txt）。不选文件，就向对方下载。",
        error_messages={"empty": "文件是空的。"},
    )  # fmt: skip

    def __init__(self, city_code: str, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        billers = [(each.payee_code, f"{each.name}（销账日文件）") for each in billers_of(city_code)]
        choices = [*((each.code, each.title) for each in gateways()), *billers]
        self.fields["gateway"].choices = choices  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """How a difference ended; what may be chosen depends on its kind."""

    use_required_attribute = False

    way = forms.ChoiceField(label="怎样处理的", error_messages={"required": "请选择怎样处理的。"})
    words = forms.CharField(
        label="依据", max_length=300, help_text="例如：支付宝工单 20261127-18，已答复为测试交易。不要写个人信息。",
        error_messages={"required": "请写明依据。"},
    )  # fmt: skip

    def __init__(self, difference: DifferenceView, data: object = None) -> None:
        super().__init__(data, prefix=f"d{difference.difference_id}")  # type: ignore[arg-type]
        self.fields["way"].choices = [  # type: ignore[attr-defined]
            (str(each), WAY_WORDS[each]) for each in ways_of(difference.kind)
        ]
