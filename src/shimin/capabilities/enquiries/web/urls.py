"""Addresses of the look-ups, of "谁看过我的数据", and of the desk's part."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.enquiries.web import desk, look_up, reads

app_name = "enquiries"

_LOOK_UP = r"^c/(?P<region_code>[0-9]{6})/items/(?P<slug>[a-z0-9-]{1,80})/look-up"

urlpatterns = [
    re_path(rf"{_LOOK_UP}$", look_up.look_up_page, name="look_up"),
    re_path(rf"{_LOOK_UP}/consent$", look_up.consent, name="consent"),
    re_path(rf"{_LOOK_UP}/callback$", look_up.callback, name="callback"),
    path("me/reads", reads.reads, name="reads"),
    path("me/reads/<int:enquiry_id>", reads.read, name="read"),
    path("desk/enquiries/disputes", desk.disputes, name="desk_disputes"),
    path("desk/enquiries/disputes/<int:dispute_id>", desk.dispute, name="desk_dispute"),
    path("desk/enquiries/sources", desk.sources, name="desk_sources"),
]
