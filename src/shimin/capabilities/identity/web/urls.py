"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.identity.web import code_pages, mine, real_name, second_step, security, sign_in

app_name = "identity"
urlpatterns = [
    path("account/register", code_pages.start, {"flow": code_pages.REGISTER}, "register"),
    path("account/register/code", code_pages.finish, {"flow": code_pages.REGISTER}, "register_code"),
    path("account/reset", code_pages.start, {"flow": code_pages.RESET}, "reset"),
    path("account/reset/code", code_pages.finish, {"flow": code_pages.RESET}, "reset_code"),
    path("account/sign-in", sign_in.sign_in, name="sign_in"),
    path("account/second", second_step.second, name="second"),
    path("account/sign-out", sign_in.sign_out, name="sign_out"),
    path("account/real-name", real_name.real_name, name="real_name"),
    path("me/security", security.security, name="security"),
    path("me/security/code-app", security.code_app, name="code_app"),
    path("me/security/code-app/remove", security.remove_code_app, name="remove_code_app"),
    path("me/security/recovery-codes", security.recovery_codes, name="recovery_codes"),
    path("me/sessions", mine.sessions, name="sessions"),
    path("me/sessions/end-others", mine.end_all_others, name="end_other_sessions"),
    path("me/sessions/<int:session_id>/end", mine.end_one_session, name="end_session"),
    path("me/consents", mine.consents, name="consents"),
    path("me/consents/withdraw", mine.withdraw, name="withdraw_consent"),
    path("desk/sign-in", sign_in.desk_sign_in, name="desk_sign_in"),
    path("desk/second", second_step.desk_second, name="desk_second"),
    path("desk/sign-out", sign_in.desk_sign_out, name="desk_sign_out"),
]
