"""Systems that a person signs in to with the city account."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.sign_on.public import list_connected, list_hand_overs
from shimin.kernel.web.access import Request, signed_in


@require_safe
@signed_in()
def systems(request: Request) -> HttpResponse:
    """Show which systems know the person, what they were told, and the way to take it back."""
    context = {"systems": list_connected(request.actor), "hand_overs": list_hand_overs(request.actor)}
    response = render(request, "sign_on/systems.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
