"""Addresses of the service requests."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.service_requests.web import (
    ask,
    at_once,
    desk,
    desk_map,
    follow,
    hints,
    knowledge,
    news,
    photos,
    published,
    voices,
)

app_name = "service_requests"
_NUMBER = r"(?P<number>[0-9A-Za-z]{19})"
_PHOTO = r"(?P<photo_id>[0-9]{1,19})/(?P<size>large|small)"
_VOICE = r"(?P<voice_id>[0-9]{1,19})"

urlpatterns = [
    re_path(r"^c/(?P<region_code>[0-9]{6})/ask$", ask.ask, name="ask"),
    re_path(r"^c/(?P<region_code>[0-9]{6})/ask/hints$", hints.hints, name="hints"),
    path("requests/look-up", follow.look_up, name="look_up"),
    path("requests/<int:request_id>/join", ask.join, name="join"),
    re_path(rf"^requests/{_NUMBER}$", follow.follow, name="follow"),
    re_path(rf"^requests/{_NUMBER}/receipt$", follow.receipt, name="receipt"),
    re_path(rf"^requests/{_NUMBER}/photos/{_PHOTO}$", photos.own, name="photo"),
    path("requests/photos/<str:token>", photos.waiting, name="waiting_photo"),
    re_path(rf"^desk/requests/(?P<request_id>[0-9]{{1,19}})/photos/{_PHOTO}$", photos.desk, name="desk_photo"),
    re_path(r"^requests/published/(?P<request_id>[0-9]{1,19})$", published.published, name="published"),
    re_path(
        rf"^requests/published/(?P<request_id>[0-9]{{1,19}})/photos/{_PHOTO}$", published.photo, name="published_photo"
    ),
    re_path(rf"^requests/{_NUMBER}/voices/{_VOICE}$", voices.own, name="voice"),
    path("requests/voices/<str:token>", voices.waiting, name="waiting_voice"),
    re_path(rf"^desk/requests/(?P<request_id>[0-9]{{1,19}})/voices/{_VOICE}$", voices.desk, name="desk_voice"),
    re_path(rf"^requests/{_NUMBER}/(?P<action>[a-z_]{{3,20}})$", follow.act, name="act"),
    path("desk/request-news", news.news, name="news"),
    path("desk/request-news/seen", news.seen, name="news_seen"),
    path("desk/knowledge", knowledge.knowledge, name="knowledge"),
    path("desk/knowledge/<int:article_id>/<slug:what>", knowledge.review, name="review_article"),
    path("desk/requests/find", desk.find, name="desk_find"),
    path("desk/requests/<int:request_id>", desk.show, name="desk_request"),
    path("desk/requests/<int:request_id>/<slug:action>", desk.act, name="desk_act"),
    path("desk/requests/<slug:key>", desk.queue, name="desk_queue"),
    path("desk/requests/<slug:key>/map", desk_map.desk_map, name="desk_map"),
    path("desk/requests/<slug:key>/pins", desk_map.pins, name="desk_pins"),
    path("desk/requests/<slug:key>/at-once", at_once.at_once, name="desk_at_once"),
    path("me/requests", follow.mine, name="mine"),
    path("me/requests/<int:request_id>", follow.own, name="own"),
]
