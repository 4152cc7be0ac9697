"""A page gets the values of one form written into it, and nothing else of it changes."""

import pytest

from shimin.capabilities.identity.web.filling import fill

PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><title>A &amp; B</title><script>if (a < b && c) { x("<form>"); }</script></head><body>
<!-- a <input name="words"> in a comment -->
<form method="get" action="/find"><input name="words" value="left"></form>
<form class="form" method="post" action="/ask?x=1">
<input type="hidden" name="csrfmiddlewaretoken" value="fresh"><input type="hidden" name="kind" value="made">
<input type="text" name="words" id="id_words" value="" disabled><input name="untyped"/>
<input type="password" name="secret"><input type="file" name="photo">
<textarea name="long" rows="3">old &lt;text&gt;</textarea><textarea name="other">stays &amp; here</textarea>
<select name="where">
<option value="">?</option><option value="a" selected>A</option><option value="b">B</option></select>
<input type="checkbox" name="agrees" value="yes" checked><input type="checkbox" name="many" value="1">
<input type="checkbox" name="many" value="2">
<input type="radio" name="one" value="x" checked><input type="radio" name="one" value="y">
<button type="submit" name="words" value="b">&copy; &#169;</button></form>
<form method="post" action="/elsewhere"><input name="words" value="left"></form></body></html>"""
FIELDS = [
    ("words", '路灯"><script>alert(1)</script>'), ("untyped", "u"), ("secret", "s"), ("kind", "stolen"),
    ("csrfmiddlewaretoken", "old"), ("long", "\nfirst\n</textarea><b>"), ("where", "b"), ("many", "2"), ("one", "y"),
]  # fmt: skip


def filled(page=PAGE, action="/ask", fields=FIELDS, shown_at="/page"):
    return fill(page, action=action, shown_at=shown_at, fields=fields)


def test_fills_every_kind_of_field_of_the_one_form():
    page = filled()
    assert 'value="路灯&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    assert '<input name="untyped" value="u">' in page
    assert "\n\nfirst\n&lt;/textarea&gt;&lt;b&gt;</textarea>" in page
    assert '<option value="b" selected>' in page
    assert '<option value="a">' in page
    assert '<input type="checkbox" name="agrees" value="yes">' in page  # it was not ticked when the form was sent
    assert '<input type="checkbox" name="many" value="2" checked>' in page
    assert '<input type="checkbox" name="many" value="1">' in page
    assert '<input type="radio" name="one" value="y" checked>' in page


def test_leaves_what_proves_somebody_and_what_the_page_made():
    page = filled()
    assert 'name="csrfmiddlewaretoken" value="fresh"' in page
    assert 'name="kind" value="made"' in page
    assert '<input type="password" name="secret"><input type="file" name="photo">' in page
    assert '<textarea name="other">stays &amp; here</textarea>' in page


def test_other_forms_scripts_and_comments_stay_byte_for_byte():
    page = filled()
    assert page.count('<input name="words" value="left">') == 2
    assert '<script>if (a < b && c) { x("<form>"); }</script>' in page
    assert '<!-- a <input name="words"> in a comment -->' in page
    assert "&copy; &#169;</button>" in page
    assert filled(action="/nowhere") == PAGE


def test_a_form_without_an_action_goes_to_its_page():
    page = '<form method="post"><input name="a"></form>'
    assert 'value="1"' in filled(page, "/here", [("a", "1")], "/here")
    assert filled(page, "/here", [("a", "1")], "/there") == page


def test_several_fields_of_one_name_get_their_values_in_turn():
    page = '<form method="post" action="/x"><input name="a"><input name="a"><input name="a"></form>'
    made = filled(page, "/x", [("a", "1"), ("a", "2")])
    assert [part.partition('"')[0] for part in made.split('value="')[1:]] == ["1", "2", "2"]


@pytest.mark.parametrize("page", ["", "plain", "<", "<form", "<form method=post action=/ask><input name=words", "&amp"])
def test_broken_pages_do_no_harm(page):
    assert isinstance(filled(page), str)
