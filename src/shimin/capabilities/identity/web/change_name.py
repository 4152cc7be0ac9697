"""Another name, as the registers have it now."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from shimin.capabilities.identity.domain import SecondSource
from shimin.capabilities.identity.operations.change_name import NameClaim
from shimin.capabilities.identity.operations.change_name import change_name as write_name
from shimin.capabilities.identity.web.forms import RealNameForm, show_error
from shimin.capabilities.identity.web.pages import form_page
from shimin.kernel import clock
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.errors import DomainError, LevelRequired, ProofRequired
from shimin.kernel.web.access import Request, signed_in


class NameForm(RealNameForm):
    """The new name and a second paper; the ID number is the proved one."""

    id_number = None  # type: ignore[assignment]
    kept = None  # type: ignore[assignment]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def change_name(request: Request) -> HttpResponse:
    """Ask for the new name and have the registers confirm it."""
    form, error = NameForm(request.POST or None), None
    form.fields["name"].label = "现在的姓名"
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        claim = NameClaim(
            name=values["name"], second=SecondSource(values["second"]), second_value=values["second_value"],
            consents=values["consents"],
        )  # fmt: skip
        try:
            write_name(actor=request.actor, claim=claim, now=clock.now())
        except (LevelRequired, ProofRequired):
            raise
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse("identity:real_name"), status=303)
    return form_page(request, "identity/change_name.html", form, error=error)
