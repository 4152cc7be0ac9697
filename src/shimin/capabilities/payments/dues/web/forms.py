"""Forms of dues."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator

from shimin.capabilities.payments.dues.public import items

_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}
_MONEY = {"inputmode": "decimal", "autocomplete": "off"}


class CodeForm(forms.Form):
    """A payment code, as people type it."""

    use_required_attribute = False

    code = forms.CharField(
        label="缴款码", max_length=40, help_text="20位数字，在缴款通知上。中间的空格可以不填。",
        error_messages={"required": "请填写缴款码。"}, widget=forms.TextInput(attrs=_NUMBER),
    )  # fmt: skip


class NoticeForm(forms.Form):
    """A payment notice; what it may be is decided by the operation."""

    use_required_attribute = False

    item = forms.ChoiceField(label="执收项目", error_messages={"required": "请选择执收项目。"})
    title = forms.CharField(
        label="缴什么款", max_length=80, help_text="例如：2026年度驾驶人考试费。会显示在缴款页上，不要写个人信息。",
        error_messages={"required": "请写明缴什么款。"},
    )  # fmt: skip
    payer = forms.CharField(
        label="缴款人", max_length=60, help_text="姓名或单位名称，缴款页上只显示一部分。",
        error_messages={"required": "请填写缴款人。"}, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    yuan = forms.CharField(
        label="金额（元）", max_length=20, help_text="例如 130.00", error_messages={"required": "请填写金额。"},
        widget=forms.TextInput(attrs=_MONEY),
    )  # fmt: skip
    due = forms.DateField(
        label="缴款期限", help_text="这一天24点以前可以缴。", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写缴款期限。", "invalid": "请写成 2026-12-31 这样的日期。"},
        validators=[MaxValueValidator(date(2100, 12, 31), "缴款期限应在今天以后、一年以内。")],
    )  # fmt: skip

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["item"].choices = [  # type: ignore[attr-defined]
            (code, f"{title}（{code}）") for code, title in items().items()
        ]


class CancelForm(forms.Form):
    """Why a notice is taken back."""

    use_required_attribute = False

    words = forms.CharField(
        label="取消的原因", max_length=200, help_text="例如：复议决定书〔2026〕7号，处罚已撤销。",
        error_messages={"required": "请写明为什么取消。"},
    )  # fmt: skip


class CashForm(forms.Form):
    """Cash handed over for a code."""

    use_required_attribute = False

    code = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    yuan = forms.CharField(
        label="收到现金（元）", max_length=20, help_text="收到的总数，系统会算出找零。",
        error_messages={"required": "请填写收到多少现金。"}, widget=forms.TextInput(attrs=_MONEY),
    )  # fmt: skip


class DrawerForm(forms.Form):
    """What was counted in the drawer."""

    use_required_attribute = False

    counted = forms.CharField(
        label="清点现金（元）", max_length=20, help_text="抽屉里今天收的现金，不含备用金。",
        error_messages={"required": "请填写清点的金额。"}, widget=forms.TextInput(attrs=_MONEY),
    )  # fmt: skip
    words = forms.CharField(label="不符的原因", max_length=200, required=False, help_text="账实相符的不用填。")
