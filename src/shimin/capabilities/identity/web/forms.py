"""The forms of identity. They look at form only; what is right is decided by the operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.widgets import Script

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.domain import PAPER_TEXT, REAL_NAME_TEXT, SecondSource
from shimin.kernel.errors import DomainError
from shimin.kernel.values.countries import COUNTRIES
from shimin.kernel.values.papers import PaperKind

_TOO_LONG = "太长了，请检查后重新填写。"


class PasswordInput(forms.PasswordInput):
    """A password with a button that shows it, and a meter for a new one, where there is a script."""

    class Media:
        js = (Script("ui/password.js", defer=True),)


def text_field(label: str, *, longest: int, example: str = "", **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=example, max_length=longest, widget=forms.TextInput(attributes),
        error_messages={"required": f"请填写{label}。", "max_length": _TOO_LONG},
    )  # fmt: skip


def password_field(label: str, autocomplete: str, example: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=example, max_length=4 * passwords.MAX_LENGTH, strip=False,
        widget=PasswordInput({"autocomplete": autocomplete}),
        error_messages={"required": f"请填写{label}。", "max_length": _TOO_LONG},
    )  # fmt: skip


def _phone() -> forms.CharField:
    return text_field(
        "手机号", longest=40, example="11位，例如 13812345678", inputmode="tel", autocomplete="username",
    )  # fmt: skip


def date_field(label: str, example: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=example, required=required, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d"],
        error_messages={"required": f"请填写{label}。", "invalid": "请照“1990-05-17”的样子填写日期。"},
    )  # fmt: skip


def issuer_field(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, widget=forms.Select({"autocomplete": "country"}),
        choices=[
            ("", "请选择 Select"), *((each.code, f"{each.english} {each.chinese}") for each in COUNTRIES.values()),
        ],
        error_messages={"required": "请选择签发国家。", "invalid_choice": "请选择签发国家。"},
    )  # fmt: skip


class PhoneForm(forms.Form):
    """Where to send a code."""

    phone = _phone()


class CodeForm(forms.Form):
    """The code that was sent, and a new password."""

    code = text_field(
        "验证码", longest=20, example="短信里的6位数字", inputmode="numeric", autocomplete="one-time-code"
    )
    password = password_field("设置密码", "new-password", f"至少{passwords.MIN_LENGTH}个字符，可以是一句只有您知道的话")


class SignInForm(forms.Form):
    """Phone, or the number of a sheet from a window, and password."""

    phone = text_field(
        "手机号", longest=40, example="11位，例如 13812345678；没有手机的，填恢复单上12位的登录号", inputmode="tel",
        autocomplete="username",
    )  # fmt: skip
    password = password_field("密码", "current-password")


class DeskSignInForm(forms.Form):
    """Staff name and password."""

    login = text_field("工号", longest=40, autocomplete="username")
    password = password_field("密码", "current-password")


class ConfirmForm(forms.Form):
    """The password, once more."""

    password = password_field("登录密码", "current-password")


class NewPasswordForm(forms.Form):
    """The present password and another one."""

    present = password_field("现在的密码", "current-password")
    password = password_field("新密码", "new-password", f"至少{passwords.MIN_LENGTH}个字符，可以是一句只有您知道的话")


class PasskeyForm(forms.Form):
    """A name for a passkey, and the password."""

    label = text_field("名称", longest=40, example="写您认得出的，比如“我的手机”")
    password = password_field("登录密码", "current-password")


class SecondFactorForm(forms.Form):
    """The code of an app, or a recovery code."""

    code = text_field(
        "动态码", longest=40, example="身份验证应用里的6位数字，或一个恢复码", autocomplete="one-time-code",
        autocapitalize="off",
    )  # fmt: skip


class EnrolForm(forms.Form):
    """The first code of a new app, with the password."""

    sealed = forms.CharField(max_length=4_000, widget=forms.HiddenInput)
    code = text_field("应用里的6位数字", longest=20, inputmode="numeric", autocomplete="one-time-code")
    password = password_field("登录密码", "current-password")


class PasswordCodeForm(forms.Form):
    """The password and a last code."""

    password = password_field("登录密码", "current-password")
    code = text_field("动态码", longest=40, example="应用里的6位数字，或一个恢复码", autocomplete="one-time-code")


NUMBERS = {  # label, example
    PaperKind.RESIDENCE_CARD: ("证件号码 Card number", "18位，9开头；2023年以前的旧证15位"),
    PaperKind.PASSPORT: ("护照号码 Passport number", "资料页右上角的5到9位字母和数字"),
    PaperKind.HKM_PERMIT: ("通行证号码", "H 或 M 开头，后面8位数字；旧证后面10位的也可以"),
    PaperKind.TAIWAN_PERMIT: ("通行证号码", "8位数字"),
}
_FOREIGN_NAME = ("姓名 Full name", "按证件上的写法，姓在前，例如 CARTER EMILY ANNE。As printed: surname first")


class RealNameForm(forms.Form):
    """Name, ID number, and the number of a second paper; the fields depend on the kind of paper.

    With ``kept`` (what was typed before, sealed), both numbers may be left empty to use it again: they are never
    written back into the page.
    """

    name = text_field("姓名", longest=200, example="与身份证一致，例如 周晓敏、阿依古丽·买买提", autocomplete="name")
    id_number = text_field("身份证号码", longest=100, example="18位，最后一位可能是 X", autocomplete="off")
    second = forms.ChoiceField(
        label="再选一种证件核对", choices=[(str(source), source.words) for source in SecondSource],
        widget=forms.RadioSelect, initial=SecondSource.SOCIAL_CARD,
        error_messages={"required": "请选一种证件。", "invalid_choice": "请选一种证件。"},
    )  # fmt: skip
    second_value = text_field("这种证件上的号码", longest=100, example="照证件上印的填写", autocomplete="off")
    consents = forms.BooleanField(label=REAL_NAME_TEXT, required=False)
    kept = forms.CharField(required=False, max_length=4_000, widget=forms.HiddenInput)
    document = PaperKind.ID_CARD

    def __init__(self, data: object = None, *, document: PaperKind = PaperKind.ID_CARD) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.document = document
        if document is PaperKind.ID_CARD:
            return
        number = self.fields["id_number"]
        number.label, number.help_text = NUMBERS[document]
        if document in (PaperKind.PASSPORT, PaperKind.RESIDENCE_CARD):
            self.fields["name"].label, self.fields["name"].help_text = _FOREIGN_NAME
        else:
            self.fields["name"].help_text = "与通行证一致"
        self.fields["consents"].label = PAPER_TEXT
        further: dict[str, forms.Field] = {}
        if document is PaperKind.PASSPORT:
            further["issuer"] = issuer_field("签发国家 Issuing state")
        is_card = document is PaperKind.RESIDENCE_CARD
        example = "号码是18位的不用填。Leave empty for 18-digit numbers" if is_card else "例如 1990-05-17"
        further["birth_date"] = date_field("出生日期 Date of birth", example, required=not is_card)
        further["valid_until"] = date_field("有效期至 Date of expiry", "证件上印的最后一天，例如 2031-08-20")
        order = ["name", "id_number", *further, "second", "second_value", "consents", "kept"]
        self.fields.update(further)
        self.order_fields(order)

    def may_be_empty(self, names: Iterable[str]) -> None:
        """Do not ask again for fields whose value is kept; call it before the form is checked."""
        for name in names:
            self.fields[name].required = False

    def say_kept(self, hints: Mapping[str, str]) -> None:
        """Say beside the fields, in masked form, what is kept."""
        for name, hint in hints.items():
            self.fields[name].required = True  # it is: an empty field only means "as before"
            self[name].help_text = f"已填 {hint}，不改可以留空"


def show_error(form: forms.Form, error: DomainError) -> None:
    """Put a refusal beside the fields it is about, the way on with it; what is about no field, the page says on top."""
    for name, words in error.fields.items():
        if name in form.fields:
            form.add_error(name, words if words == error.mend else f"{words}{error.mend}")


def cleaned(form: forms.Form) -> dict[str, Any]:
    """Return the cleaned values of a form that was found valid."""
    return dict(form.cleaned_data)
