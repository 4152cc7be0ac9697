"""Components say to everybody what they show."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string


class RealName(forms.Form):
    name = forms.CharField(label="姓名", help_text="和身份证上一样，例如：周晓敏")
    second = forms.ChoiceField(label="再核对一样", choices=[("card", "社会保障卡")], widget=forms.RadioSelect)
    note = forms.CharField(label="补充说明", required=False)
    agreed = forms.BooleanField(label="我同意核实")


def drawn(name: str, **values) -> str:
    return render_to_string(f"ui/components/{name}.html", values)


def test_errors_on_top_lead_to_their_fields():
    page = drawn("_form", form=RealName({}), button="核实身份")
    assert "有 3 处需要修改" in page
    targets = re.findall(r'<a href="#([\w-]+)"', page)
    assert len(targets) == 3
    assert [target for target in targets if f'id="{target}"' not in page] == []


def test_a_field_points_at_its_example_and_its_error():
    page = drawn("_form", form=RealName({}), button="核实身份")
    described = re.search(r'<input[^>]*name="name"[^>]*aria-describedby="([^"]+)"', page)
    assert described is not None
    assert [mark for mark in described.group(1).split() if f'id="{mark}"' not in page] == []
    assert 'aria-invalid="true"' in page


def test_a_choice_is_a_group_with_its_name():
    assert re.search(r"<fieldset[^>]*>\s*<legend[^>]*>再核对一样", drawn("_form", form=RealName(), button="核实身份"))


def test_only_optional_fields_are_marked():
    assert drawn("_form", form=RealName(), button="核实身份").count("（可不填）") == 1


def test_a_form_that_was_not_sent_shows_no_errors():
    assert "需要修改" not in drawn("_form", form=RealName(), button="核实身份")


def test_missing_input_is_asked_for_in_plain_words():
    assert "请填写这一项。" in drawn("_form", form=RealName({}), button="核实身份")


def test_steps_say_where_one_stands():
    page = drawn("_steps", steps=[{"title": "提交", "state": "done"}, {"title": "审核", "state": "now"}])
    assert page.count("aria-current") == 1
    assert "（已完成）" in page


def test_pagination_without_neighbours_is_nothing():
    assert drawn("_pagination", previous_url="", next_url="").strip() == ""


@pytest.mark.parametrize("tone", ["plain", "attention", "good", "bad"])
def test_only_danger_interrupts(tone):
    assert ('role="alert"' in drawn("_notice", text="停水", tone=tone)) is (tone == "bad")


def test_text_of_people_is_escaped():
    page = drawn("_notice", text="<script>alert(1)</script>", title="<b>")
    assert "<script>" not in page
    assert "<b>" not in page


def test_an_item_that_does_not_run_says_so():
    item = {"name": "换证", "icon": "car", "status": "paused", "status_words": "系统升级到周五"}
    assert "系统升级到周五" in drawn("_item_card", item=item, url="/")
    assert "暂停办理" in drawn("_item_card", item=item, url="/")


def test_masked_filters_hide():
    page = Template("{% load ui %}{{ phone|masked_phone }}").render(Context({"phone": "13800000001"}))
    assert page == "138****0001"
