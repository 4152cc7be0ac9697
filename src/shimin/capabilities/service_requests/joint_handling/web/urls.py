"""Addresses of joint handling."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.service_requests.joint_handling.web import co_handling, leading, watching

app_name = "joint_handling"
_PHOTO = r"(?P<photo_id>[0-9]{1,19})/(?P<size>large|small)"

urlpatterns = [
    path("desk/joint/", co_handling.queue, name="queue"),
    path("desk/joint/led", watching.led, name="led"),
    path("desk/joint/declined", watching.declined, name="declined"),
    path("desk/joint/watch", watching.watch, name="watch"),
    path("desk/joint/<int:part_id>", co_handling.show, name="part"),
    re_path(rf"^desk/joint/(?P<part_id>[0-9]{{1,18}})/photos/{_PHOTO}$", co_handling.photo, name="photo"),
    path("desk/joint/<int:part_id>/lead/<slug:action>", leading.act, name="lead_act"),
    path("desk/joint/<int:part_id>/<slug:action>", co_handling.act, name="act"),
    path("desk/requests/<int:request_id>/joint/ask", leading.ask, name="ask"),
]
