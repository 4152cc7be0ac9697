"""Pages about the platform itself, and the large-type switch."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from shimin.kernel.web.access import Request, public
from shimin.portal.life_events import LIVES
from shimin.portal.views.home import DOORS
from shimin.ui.frame import LARGE, TYPE_COOKIE, city_code_of

_A_YEAR_SECONDS = 365 * 24 * 3600
_PRIVATE = ("/account/", "/api/", "/demo/", "/desk/", "/me/", "/preferences/")
_ROBOTS = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in _PRIVATE)


@require_safe
@public(transaction=False)
def about(request: Request) -> HttpResponse:
    """Say what the platform is, and who stands behind it."""
    return render(request, "portal/about.html")


@require_safe
@public(transaction=False)
def accessibility(request: Request) -> HttpResponse:
    """State what works for everybody, what does not yet, and whom to tell."""
    return render(request, "portal/accessibility.html")


@require_safe
@public(transaction=False)
def privacy(request: Request) -> HttpResponse:
    """Say what is kept, why, for how long, and how to object."""
    return render(request, "portal/privacy.html")


@require_safe
@public(transaction=False)
def site_map(request: Request) -> HttpResponse:
    """List every page one can start from."""
    doors = [(audience, title, LIVES[audience]) for audience, title in DOORS.items()]
    return render(request, "portal/site_map.html", {"region_code": city_code_of(request), "doors": doors})


@require_safe
@public(transaction=False)
def robots(request: Request) -> HttpResponse:
    """Keep crawlers to what is public."""
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
@public(transaction=False)
def type_size(request: Request) -> HttpResponse:
    """Switch 长辈版 on (``?size=large``) or off, and go back to the page one was on.

    A link, not a form: it works everywhere without a script, changes nothing but how this browser shows pages,
    and leaves public pages free of form tokens.
    """
    target = request.GET.get("next", "/")
    if not (target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)):
        target = "/"
    response = HttpResponseRedirect(target)
    if request.GET.get("size") == LARGE:
        response.set_cookie(
            TYPE_COOKIE,
            LARGE,
            max_age=_A_YEAR_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=settings.SHIMIN.secure_cookies,
        )
    else:
        response.delete_cookie(TYPE_COOKIE, samesite="Lax")
    return response
