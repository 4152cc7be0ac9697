import pytest

from shimin.capabilities.notices import wording
from shimin.capabilities.notices.wording import TemplateError, get_template


def test_every_template_leads_to_a_local_page_or_none():
    templates = wording._templates()
    assert "notices.code_register" in templates
    assert [t.code for t in templates.values() if t.url and not t.url.startswith("/")] == []


def test_refuses_unknown_templates_and_other_values():
    with pytest.raises(TemplateError, match="no notice template"):
        get_template("identity.nothing")
    template = get_template("notices.code_register")
    for values in ({}, {"code": "1", "more": "2"}):
        with pytest.raises(TemplateError, match="needs"):
            template.check(values)


def test_fills_values_once_and_as_they_are():
    template = get_template("notices.code_register")
    assert "{code} <b>" in template.fill(template.text, {"code": "{code} <b>"})


@pytest.mark.parametrize("part", [{"title": "x"}, {"title": "x", "text": "y", "colour": "red"}])
def test_refuses_a_malformed_template(part):
    with pytest.raises(TemplateError):
        wording._read("test.bad", part)
