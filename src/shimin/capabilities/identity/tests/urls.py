"""The addresses identity's own tests need: its pages, its API, and one page of each kind of access."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import include, path
from ninja import NinjaAPI

from shimin.capabilities.identity.api import router as identity
from shimin.capabilities.notices.api import router as notices
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.db import current_actor
from shimin.kernel.web.access import Request, public, signed_in, staff
from shimin.kernel.web.api import OrjsonRenderer, install_problem_handlers

api = NinjaAPI(title="test", renderer=OrjsonRenderer(), urls_namespace="identity-test", docs_url=None)
install_problem_handlers(api)
api.add_router("", identity)
api.add_router("", notices)


def _who(request: Request) -> HttpResponse:
    inside = "scope" if current_actor() is not None else "no scope"
    return HttpResponse(f"{request.actor.kind} {int(request.actor.level)} {inside}")


@public()
def for_all(request: Request) -> HttpResponse:
    return _who(request)


@public(transaction=False)
def quick(request: Request) -> HttpResponse:
    return _who(request)


@signed_in()
def for_citizens(request: Request) -> HttpResponse:
    return _who(request)


@signed_in(level=AssuranceLevel.REAL_NAME)
def for_proved(request: Request) -> HttpResponse:
    return _who(request)


@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def form_for_proved(request: Request) -> HttpResponse:
    return HttpResponse(f"{request.method} {sorted(request.POST.lists())}")


@signed_in(level=AssuranceLevel.FACE_OR_BANK)
def for_surely_known(request: Request) -> HttpResponse:
    return _who(request)


@signed_in(acting=True)
def for_agents(request: Request) -> HttpResponse:
    return HttpResponse(f"{request.actor.person_id} {request.actor.hat.label if request.actor.hat else ''}")


@staff()
def for_staff(request: Request) -> HttpResponse:
    return _who(request)


@staff("enquiries.officer")
def for_officers(request: Request) -> HttpResponse:
    return _who(request)


def forgotten(request: Request) -> HttpResponse:
    return HttpResponse("open to all")


urlpatterns = [
    path("", include("shimin.capabilities.identity.web.urls")),
    path("", include("shimin.capabilities.notices.web.urls")),
    path("api/v1/", api.urls),
    path("t/all", for_all),
    path("t/quick", quick),
    path("t/citizens", for_citizens),
    path("t/proved", for_proved),
    path("t/form", form_for_proved),
    path("t/surely-known", for_surely_known),
    path("t/agents", for_agents),
    path("desk/t/staff", for_staff),
    path("desk/t/officers", for_officers),
    path("t/forgotten", forgotten),
]
