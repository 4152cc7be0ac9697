"""The forms of acting for others."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django import forms

from shimin.capabilities.catalogue.public import list_items, served_regions
from shimin.capabilities.identity.domain.mandates import AGREED_RELATIONS
from shimin.capabilities.identity.web.forms import text_field
from shimin.kernel import clock
from shimin.kernel.actor import AssuranceLevel

_MANY = 400


def item_names() -> dict[str, str]:
    """Return the items that can be named in a mandate, slug → name, from all cities served here."""
    return _names_of_hour(clock.now().replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=1)
def _names_of_hour(hour: datetime) -> dict[str, str]:
    names: dict[str, str] = {}
    for region in served_regions():
        for card in list_items(region.code, limit=_MANY, now=hour):
            if card.level >= AssuranceLevel.REAL_NAME:
                names.setdefault(card.slug, card.name)
    return names


class _Scope(forms.Form):
    """Which services, until when."""

    whole = forms.BooleanField(label="全部事项", required=False)
    scope = forms.MultipleChoiceField(
        label="或者只选这些事项", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从列出的事项里选。"},
    )  # fmt: skip
    ends_on = forms.DateField(
        label="到哪一天为止", help_text="最长三年，例如 2027-12-31",
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": "请选截止日期。", "invalid": "请按 2027-12-31 这样填写。"},
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["scope"].choices = list(item_names().items())  # type: ignore[attr-defined]


class OfferForm(_Scope):
    """Who shall act for whom."""

    direction = forms.ChoiceField(
        label="谁替谁办", initial="give", widget=forms.RadioSelect,
        choices=[("give", "请别人替我办事"), ("ask", "我想替别人办事，请对方同意")],
    )  # fmt: skip
    relation = forms.ChoiceField(
        label="被代办的人是代办人的", widget=forms.RadioSelect,
        choices=[(str(each), each.words) for each in AGREED_RELATIONS],
        error_messages={"required": "请选一种关系。", "invalid_choice": "请选一种关系。"},
    )  # fmt: skip

    field_order = ("direction", "relation", "ends_on", "whole", "scope")


class AppointForm(_Scope):
    """Whom a company appoints, as what."""

    role = forms.ChoiceField(
        label="在单位里是", widget=forms.RadioSelect,
        error_messages={"required": "请选一种角色。", "invalid_choice": "请选一种角色。"},
    )  # fmt: skip

    field_order = ("role", "ends_on", "whole", "scope")

    def offer_roles(self, roles: list[tuple[str, str]]) -> None:
        """Offer the roles this person may appoint."""
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class ChildForm(forms.Form):
    """A child, as the household register has it."""

    name = text_field("孩子的姓名", longest=200, example="与户口簿一致", autocomplete="off")
    id_number = text_field("孩子的身份证号码", longest=100, example="户口簿上的18位号码", autocomplete="off")


class CompanyForm(forms.Form):
    """A company by its code."""

    credit_code = text_field(
        "统一社会信用代码", longest=100, example="营业执照上的18位代码", autocomplete="off", autocapitalize="characters"
    )


class AcceptForm(forms.Form):
    """A code, and the yes after reading what it means."""

    code = text_field("代办码", longest=40, example="对方给您的12位代码", autocomplete="off", autocapitalize="off")
    yes = forms.BooleanField(required=False, widget=forms.HiddenInput)
