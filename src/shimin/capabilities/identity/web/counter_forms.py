"""Forms of the window, one for each act, and of the sheet."""

from __future__ import annotations

from django import forms

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.domain.counter import Act
from shimin.capabilities.identity.operations.counter.asking import Papers
from shimin.capabilities.identity.web.forms import password_field, text_field

_PHONE = {
    Act.RAISE: ("手机号", "只有还没实名过的账号才要填：他注册用的手机号"),
    Act.RESET: ("新手机号", "号码还在用的留空；换了号的填新号，以后用它登录"),
}


class PapersForm(forms.Form):
    """What the officer reads from the papers; fields an act does not need are taken away."""

    name = text_field("姓名", longest=200, example="与证件一致", autocomplete="off")
    id_number = text_field(
        "证件号码", longest=100, example="居民身份证，或外国人永久居留身份证（9开头18位）", autocomplete="off"
    )
    phone = text_field("手机号", longest=40, inputmode="tel", autocomplete="off")
    child_name = text_field("孩子姓名", longest=200, autocomplete="off")
    child_id_number = text_field("孩子的身份证号码", longest=100, example="照户口簿填写", autocomplete="off")
    reason = text_field("办理原因", longest=500, example="例如：手机丢了，号码已注销", autocomplete="off")
    saw_person = forms.BooleanField(label="本人在场，我已核对证件原件，人和证件一致", required=False)

    def __init__(self, act: Act, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        if act in _PHONE:
            self.fields["phone"].label, self.fields["phone"].help_text = _PHONE[act]
            self.fields["phone"].required = False
        else:
            del self.fields["phone"]
        if act is Act.GUARDIAN:
            self.fields["name"].label, self.fields["id_number"].label = "监护人姓名", "监护人证件号码"
            self.fields["reason"].help_text = "写明看过的材料，例如：户口簿、出生医学证明、监护判决书"
        else:
            del self.fields["child_name"], self.fields["child_id_number"]

    def papers(self) -> Papers:
        """Return what was filled in."""
        return Papers(**self.cleaned_data)


class SheetForm(forms.Form):
    """The number to sign in with, the code on the sheet, a new password."""

    login = text_field(
        "手机号或登录号", longest=40, example="没有手机的，填恢复单上12位的登录号", inputmode="tel",
        autocomplete="username",
    )  # fmt: skip
    code = text_field("恢复单编码", longest=60, example="16位字母和数字，横线可以不填", autocomplete="off")
    password = password_field(
        "设置新密码", "new-password", f"至少{passwords.MIN_LENGTH}个字符，可以是一句只有您知道的话"
    )
