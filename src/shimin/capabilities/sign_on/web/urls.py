"""Addresses of sign-on."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.sign_on.web import asking, desk, ending, endpoints, linking, mine

app_name = "sign_on"
urlpatterns = [
    path(".well-known/openid-configuration", endpoints.discovery, name="discovery"),
    path(".well-known/oauth-authorization-server", endpoints.discovery, name="server_metadata"),
    path("sign-on/keys", endpoints.keys, name="keys"),
    path("sign-on/authorize", asking.authorize, name="authorize"),
    path("sign-on/token", endpoints.token, name="token"),
    path("sign-on/userinfo", endpoints.userinfo, name="userinfo"),
    path("sign-on/revoke", endpoints.revocation, name="revoke"),
    path("sign-on/introspect", endpoints.introspection, name="introspect"),
    path("sign-on/continue/<str:secret>", asking.continue_request, name="continue"),
    path("sign-on/consent/<str:secret>", asking.consent, name="consent"),
    path("sign-on/end-session", ending.end_session, name="end_session"),
    path("sign-on/end-session/confirm", ending.confirm, name="confirm_end"),
    path("me/systems", mine.systems, name="systems"),
    path("me/entrances", linking.entrances, name="entrances"),
    path("me/entrances/<slug:entrance>/link", linking.link, name="link"),
    path("me/entrances/<slug:entrance>/back", linking.back, name="link_back"),
    path("me/entrances/<slug:entrance>/unlink", linking.take_away, name="unlink"),
    path("desk/systems", desk.clients, name="desk_clients"),
    path("desk/systems/new", desk.register, name="desk_register"),
    path("desk/systems/<int:client_id>", desk.client, name="desk_client"),
    path("desk/systems/<int:client_id>/decide", desk.decide, name="desk_decide"),
    path("desk/systems/<int:client_id>/secret", desk.secret, name="desk_secret"),
]
