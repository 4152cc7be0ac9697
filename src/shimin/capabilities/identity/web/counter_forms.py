"""Forms of the window, one for each act, and of the sheet."""

from __future__ import annotations

from django import forms

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.domain.counter import Act
from shimin.capabilities.identity.operations.counter.asking import Papers
from shimin.capabilities.identity.web.forms import NUMBERS, date_field, issuer_field, password_field, text_field
from shimin.kernel.values.papers import PaperKind

_PHONE = {
    Act.RAISE: ("手机号", "只有还没实名过的账号才要填：他注册用的手机号"),
    Act.RESET: ("新手机号", "号码还在用的留空；换了号的填新号，以后用它登录"),
}


class PapersForm(forms.Form):
    """What the officer reads from the papers; fields an act does not need are taken away."""

    name = text_field("姓名", longest=200, example="与证件一致", autocomplete="off")
    id_number = text_field(
        "证件号码", longest=100, example="18位，最后一位可能是 X；港澳台居民居住证也是18位", autocomplete="off"
    )
    issuer = issuer_field("签发国家")
    birth_date = date_field("出生日期", "18位号码的不用填", required=False)
    valid_until = date_field("有效期至", "证件上印的最后一天")
    phone = text_field("手机号", longest=40, inputmode="tel", autocomplete="off")
    child_name = text_field("孩子姓名", longest=200, autocomplete="off")
    child_id_number = text_field("孩子的身份证号码", longest=100, example="照户口簿填写", autocomplete="off")
    reason = text_field("办理原因", longest=500, example="例如：手机丢了，号码已注销", autocomplete="off")
    is_another = forms.BooleanField(label="已核对：和系统里同名、同出生日期的那位不是同一个人", required=False)
    saw_person = forms.BooleanField(label="本人在场，我已核对证件原件，人和证件一致", required=False)

    def __init__(self, act: Act, document: PaperKind, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.document = document
        self._keep_fields_of(document)
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
        return Papers(document=self.document, **self.cleaned_data)

    def _keep_fields_of(self, document: PaperKind) -> None:
        if document is PaperKind.ID_CARD:
            del self.fields["birth_date"], self.fields["valid_until"]
        else:
            self.fields["id_number"].help_text = NUMBERS[document][1]
        if document is not PaperKind.PASSPORT:
            del self.fields["issuer"]


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
