"""Forms of the indicators: a poll as its author writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms

from shimin.capabilities.indicators.public import (
    LONGEST_INTRO,
    LONGEST_TITLE,
    TOPIC_WORDS,
    Electorate,
    PollDraft,
    PollView,
    Topic,
)
from shimin.kernel.channels import CHANNELS
from shimin.kernel.clock import local_date

_NULLS = {"null_characters_not_allowed": "内容里有不能保存的字符，请删掉后再提交。"}
_WEIGHT = re.compile(r"([^\s:：=]+)\s*[:：=\s]\s*([0-9]+(?:\.[0-9]+)?)")
_DATE = {"required": "请选择日期。", "invalid": "请按 2026-12-01 这样写日期。"}


class PollForm(forms.Form):
    """A poll; what is right is decided by the operation."""

    use_required_attribute = False

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        label="题目", max_length=LONGEST_TITLE, help_text="一句问话，例如：明年先办哪几件实事？",
        error_messages={**_NULLS, "required": "请填写题目。"},
    )  # fmt: skip
    intro = forms.CharField(
        label="说明", required=False, max_length=LONGEST_INTRO, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="为什么问、结果怎么用。", error_messages=_NULLS,
    )  # fmt: skip
    options = forms.CharField(
        label="选项", max_length=2000, widget=forms.Textarea(attrs={"rows": 6}), help_text="每行一个，2到20个。",
        error_messages={**_NULLS, "required": "请填写选项，每行一个。"},
    )  # fmt: skip
    most_choices = forms.IntegerField(
        label="最多选几项", min_value=1, max_value=20, initial=1,
        error_messages={"required": "请填写一个数。", "invalid": "请填写一个整数。"},
    )  # fmt: skip
    electorate = forms.ChoiceField(
        label="谁可以投", widget=forms.RadioSelect, initial=Electorate.PERSON,
        choices=[
            (str(Electorate.PERSON), "实名认证过的市民，每人一次"),
            (str(Electorate.ACCOUNT), "有账号的人，每个账号一次"),
        ],
    )  # fmt: skip
    opens_on = forms.DateField(
        label="第一天", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages=_DATE
    )
    closes_on = forms.DateField(
        label="最后一天", help_text="到这一天的24点为止。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages=_DATE,
    )  # fmt: skip
    weights = forms.CharField(
        label="各渠道的权重", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不填就每人一样。例如：微信 75，下一行 微博 25。没写到的渠道不计入总结果。", error_messages=_NULLS,
    )  # fmt: skip

    def clean_weights(self) -> dict[str, float]:
        """Read lines like "微信 75" into channel -> weight."""
        keys = {words: key for key, words in CHANNELS.items()}
        weights = {}
        for line in self.cleaned_data["weights"].splitlines():
            if not line.strip():
                continue
            found = _WEIGHT.fullmatch(line.strip())
            if found is None or found[1] not in keys or keys[found[1]] in weights:
                raise forms.ValidationError(
                    f"看不懂“{line.strip()[:20]}”。每行写一个渠道和一个数，渠道是" + "、".join(keys) + "，不重复。"
                )
            weights[keys[found[1]]] = float(found[2])
        return weights

    def draft(self, city_code: str) -> PollDraft:
        """Return what was written; call it after ``is_valid``."""
        data = self.cleaned_data
        return PollDraft(
            city_code=city_code, title=data["title"], intro=data["intro"],
            options=tuple(line.strip() for line in data["options"].splitlines() if line.strip()),
            most_choices=data["most_choices"], electorate=Electorate(data["electorate"]), weights=data["weights"],
            opens_on=data["opens_on"], closes_on=data["closes_on"],
        )  # fmt: skip

    def tell(self, faults: Mapping[str, str]) -> None:
        """Show what the operation found wrong at the fields that it names."""
        for field, words in faults.items():
            self.add_error(field if field in self.fields else None, words)


class SubscribeForm(forms.Form):
    """Letters about the board."""

    use_required_attribute = False

    city = forms.RegexField(r"^[0-9]{6}$", widget=forms.HiddenInput)
    topic = forms.ChoiceField(
        label="什么时候发", widget=forms.RadioSelect, initial=Topic.WEEKLY,
        choices=[(str(topic), words) for topic, words in TOPIC_WORDS.items()],
    )  # fmt: skip
    recipient = forms.CharField(
        label="邮箱", max_length=254, help_text="例如 duban@city.example.cn。先发一封带验证码的邮件。",
        error_messages={**_NULLS, "required": "请填写邮箱。"},
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )  # fmt: skip


def initial_of(poll: PollView) -> dict[str, Any]:
    """Return a poll as the form shows it."""
    return {
        "version": poll.version, "title": poll.title, "intro": poll.intro, "options": "\n".join(poll.options),
        "most_choices": poll.most_choices, "electorate": str(poll.electorate), "opens_on": local_date(poll.opens_at),
        "closes_on": last_day(poll), "weights": "\n".join(f"{CHANNELS[c]} {w:g}" for c, w in poll.weights.items()),
    }  # fmt: skip


def last_day(poll: PollView) -> date:
    """Return the last day on which it is open, in China."""
    return local_date(poll.closes_at - timedelta(microseconds=1))
