"""Addresses of the indicators' pages."""

from __future__ import annotations

from django.urls import path, re_path

from shimin.capabilities.indicators.web import desk_board, desk_polls, green, index, polls, report, use

app_name = "indicators"

urlpatterns = [
    re_path(r"^c/(?P<region_code>[0-9]{6})/use$", use.use, name="use"),
    path("desk/use", use.desk_use, name="desk_use"),
    re_path(r"^c/(?P<region_code>[0-9]{6})/polls$", polls.polls, name="polls"),
    path("polls/<int:poll_id>", polls.poll, name="poll"),
    path("polls/<int:poll_id>.csv", polls.download_csv, name="poll_csv"),
    path("desk/board", desk_board.board, name="desk_board"),
    path("desk/board/letters", desk_board.new_subscription, name="subscribe"),
    path("desk/board/letters/<int:subscription_id>/confirm", desk_board.confirm, name="confirm_subscription"),
    path("desk/board/letters/<int:subscription_id>/end", desk_board.end_subscription, name="unsubscribe"),
    path("desk/polls", desk_polls.polls, name="desk_polls"),
    path("desk/polls/new", desk_polls.new, name="desk_poll_new"),
    path("desk/polls/<int:poll_id>", desk_polls.poll, name="desk_poll"),
    path("desk/polls/<int:poll_id>/publish", desk_polls.publish, name="desk_poll_publish"),
    path("desk/polls/<int:poll_id>/withdraw", desk_polls.withdraw, name="desk_poll_withdraw"),
    path("me/green", green.green, name="green"),
    path("me/green.png", green.picture, name="green_picture"),
    path("green", green.totals, name="green_totals"),
    path("city-index", index.index, name="index"),
    path("city-index/<int:edition_id>", index.ranking, name="ranking"),
    path("city-index/<int:edition_id>.csv", index.download_csv, name="download_csv"),
    path("city-index/<int:edition_id>.pdf", report.report, name="report"),
    re_path(r"^city-index/(?P<edition_id>[0-9]{1,19})/(?P<region_code>[0-9]{6})$", index.profile, name="profile"),
]
