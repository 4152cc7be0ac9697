"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.identity.web import (
    acting,
    bank_card,
    code_pages,
    mine,
    own_data,
    passkeys,
    real_name,
    second_step,
    security,
    sign_in,
)

app_name = "identity"
urlpatterns = [
    path("account/register", code_pages.start, {"flow": code_pages.REGISTER}, "register"),
    path("account/register/code", code_pages.finish, {"flow": code_pages.REGISTER}, "register_code"),
    path("account/reset", code_pages.start, {"flow": code_pages.RESET}, "reset"),
    path("account/reset/code", code_pages.finish, {"flow": code_pages.RESET}, "reset_code"),
    path("account/sign-in", sign_in.sign_in, name="sign_in"),
    path("account/second", second_step.second, name="second"),
    path("account/passkey", passkeys.enter, name="enter_with_passkey"),
    path("account/passkey/confirm", passkeys.confirm, name="confirm_with_passkey"),
    path("account/sign-out", sign_in.sign_out, name="sign_out"),
    path("account/real-name", real_name.real_name, name="real_name"),
    path("account/bank-card", bank_card.bank_card, name="bank_card"),
    path("account/own-hat", acting.own_hat, name="own_hat"),
    path("me/acting", acting.acting, name="acting"),
    path("me/acting/wear", acting.wear, name="wear"),
    path("me/acting/child", acting.child, name="acting_child"),
    path("me/acting/company", acting.company, name="acting_company"),
    path("me/acting/offer", acting.offer, name="acting_offer"),
    path("me/acting/accept", acting.accept, name="acting_accept"),
    path("me/acting/<int:mandate_id>/withdraw", acting.withdraw, name="withdraw_mandate"),
    path("me/acting/<int:mandate_id>/appoint", acting.appoint, name="appoint"),
    path("me/data", own_data.own_data, name="own_data"),
    path("me/data/export", own_data.export, name="export_data"),
    path("me/data/close", own_data.close, name="close_account"),
    path("me/security", security.security, name="security"),
    path("me/security/code-app", security.code_app, name="code_app"),
    path("me/security/code-app/remove", security.remove_code_app, name="remove_code_app"),
    path("me/security/recovery-codes", security.recovery_codes, name="recovery_codes"),
    path("me/security/passkeys/add", passkeys.add, name="add_passkey"),
    path("me/security/passkeys/<int:passkey_id>/remove", passkeys.remove, name="remove_passkey"),
    path("me/sessions", mine.sessions, name="sessions"),
    path("me/sessions/end-others", mine.end_all_others, name="end_other_sessions"),
    path("me/sessions/<int:session_id>/end", mine.end_one_session, name="end_session"),
    path("me/consents", mine.consents, name="consents"),
    path("me/consents/withdraw", mine.withdraw, name="withdraw_consent"),
    path("desk/sign-in", sign_in.desk_sign_in, name="desk_sign_in"),
    path("desk/second", second_step.desk_second, name="desk_second"),
    path("desk/sign-out", sign_in.desk_sign_out, name="desk_sign_out"),
]
