"""Addresses of the catalogue's pages."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.catalogue.web import desk, feedback, item, picker, theme

app_name = "catalogue"

_REGION = r"(?P<region_code>[0-9]{6})"
_SLUG = r"(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)"

urlpatterns = [
    path("", picker.picker, name="picker"),
    path("nearest", picker.nearest, name="nearest"),
    re_path(rf"^c/{_REGION}/items/{_SLUG}$", item.item, name="item"),
    re_path(rf"^c/{_REGION}/themes/(?P<audience>natural|legal)/(?P<theme_code>[0-9]{{3}})$", theme.theme, name="theme"),
    path("feedback", feedback.feedback, name="feedback"),
    path("desk/catalogue/items", desk.items, name="desk_items"),
    path("desk/catalogue/feedback", desk.feedback_list, name="desk_feedback"),
    path("desk/catalogue/feedback/<int:feedback_id>", desk.feedback_answer, name="desk_feedback_answer"),
    path("desk/catalogue/synonyms", desk.synonyms, name="desk_synonyms"),
    path("desk/catalogue/synonyms/<int:synonym_id>/remove", desk.synonym_remove, name="desk_synonym_remove"),
    path("desk/catalogue/missed", desk.missed, name="desk_missed"),
]
