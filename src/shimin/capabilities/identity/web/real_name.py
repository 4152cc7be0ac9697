"""The page that proves the real name, or asks for the password again when a proof stands."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from shimin.capabilities.identity.domain import SecondSource
from shimin.capabilities.identity.operations.passkeys.entering import begin_confirming
from shimin.capabilities.identity.operations.real_name import RealNameClaim, prove_real_name
from shimin.capabilities.identity.operations.signing_in import confirm_password
from shimin.capabilities.identity.operations.telling import AHEAD
from shimin.capabilities.identity.queries import AccountView, get_account_view
from shimin.capabilities.identity.queries.risk import get_hold
from shimin.capabilities.identity.web.client import party_of
from shimin.capabilities.identity.web.forms import ConfirmForm, RealNameForm, show_error
from shimin.capabilities.identity.web.going_on import next_path
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.kernel import clock
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.crypto import DecryptionError, decrypt, encrypt
from shimin.kernel.errors import DomainError
from shimin.kernel.values.masking import mask_paper_number
from shimin.kernel.values.papers import PaperKind
from shimin.kernel.web.access import Request, signed_in

_CONTEXT = "identity.form.real_name"
_KEPT_FOR = timedelta(minutes=30)
_IN_ENGLISH = (PaperKind.PASSPORT, PaperKind.RESIDENCE_CARD)
_KEPT_FIELDS = ("id_number", "second_value")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def real_name(request: Request) -> HttpResponse:
    """Show what stands, or the form that fits: the password for a proof that stands, else the whole proof."""
    now = clock.now()
    account = get_account_view(request.actor, now)
    if account.session_level < AssuranceLevel.REAL_NAME and get_hold(request.actor).is_held:
        query = urlencode({"next": request.get_full_path()})  # back here: what comes after may ask for more
        return HttpResponseRedirect(f"{reverse('identity:device')}?{query}", status=303)
    if account.level < AssuranceLevel.REAL_NAME or _adds_paper(request, account):
        return _prove(request, account, now)
    if account.session_level < AssuranceLevel.REAL_NAME:
        return _confirm(request, account, now)
    onward = next_path(request, default="/me/")
    if account.level < _wanted(request):
        return HttpResponseRedirect(f"{reverse('identity:bank_card')}?{urlencode({'next': onward})}", status=303)
    is_ending = account.level_until is not None and account.level_until <= now + AHEAD
    return form_page(
        request, "identity/real_name_stands.html", ConfirmForm(), account=account, next=onward, is_ending=is_ending
    )


def _document(request: Request, account: AccountView) -> PaperKind:
    """Return the kind of paper that the address names, else the one that was proved last."""
    named = request.GET.get("paper", "")
    return PaperKind(named) if named in set(PaperKind) else account.document


def _adds_paper(request: Request, account: AccountView) -> bool:
    """Tell whether somebody with a proved name proves it again: to renew it, or with another paper.

    A mainland citizen has the one paper.
    """
    if "renew" in request.GET and account.session_level >= AssuranceLevel.REAL_NAME:
        return account.level == AssuranceLevel.REAL_NAME  # a bank card or a window renews what they proved
    is_named = request.GET.get("paper", "") in set(PaperKind)
    return is_named and not account.is_citizen and account.session_level >= AssuranceLevel.REAL_NAME


def _wanted(request: Request) -> int:
    """Return the level that the page on the way asks for, as the step-up's address says."""
    text = request.GET.get("level", "")
    return int(text) if text in ("3", "4") else AssuranceLevel.REAL_NAME


def _confirm(request: Request, account: AccountView, now: datetime) -> HttpResponse:
    form, error = ConfirmForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            opened = confirm_password(actor=request.actor, password=form.cleaned_data["password"], now=now)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return go_on_with(opened, next_path(request, default="/me/"))
    return confirm_page(request, form, account, now, error)


def confirm_page(
    request: Request, form: ConfirmForm, account: AccountView, now: datetime, error: DomainError | None = None
) -> HttpResponse:
    """Ask for the password again, or for a passkey where the account has one."""
    ceremony = begin_confirming(actor=request.actor, party=party_of(request), now=now)
    onward = next_path(request, default="")
    return form_page(
        request, "identity/confirm.html", form, error=error, account=account, next=onward, ceremony=ceremony
    )


def _prove(request: Request, account: AccountView, now: datetime) -> HttpResponse:
    if request.method != "POST":
        return _proof_page(request, RealNameForm(document=_document(request, account)), account, {}, now)
    kept = _open(request.POST.get("kept", ""), account.account_id, now)
    form = RealNameForm(request.POST, document=_document(request, account))
    form.may_be_empty(kept)
    error = None
    if form.is_valid():
        values = _with_kept(form.cleaned_data, kept)
        try:
            opened = prove_real_name(actor=request.actor, claim=_claim(values, form.document), now=now)
        except DomainError as refused:
            show_error(form, error := refused)
            kept = {name: values[name] for name in _KEPT_FIELDS if name not in refused.fields}
        else:
            return go_on_with(opened, next_path(request, default="/me/"))
    return _proof_page(request, form, account, kept, now, error)


def _proof_page(
    request: Request, form: RealNameForm, account: AccountView, kept: dict[str, str], now: datetime,
    error: DomainError | None = None,
) -> HttpResponse:  # fmt: skip
    """Render the form; typed numbers go back sealed, never in clear."""
    form.say_kept({name: _hint(name, value) for name, value in kept.items()})
    if form.is_bound:
        form.data = {
            **{name: form.data.get(name, "") for name in form.fields},
            "id_number": "",
            "second_value": "",
            "kept": _seal(kept, account, now),
        }
    onward = next_path(request, default="")
    papers = [
        {
            "title": kind.words if kind not in _IN_ENGLISH else f"{kind.words} {kind.english}",
            "url": f"?{urlencode({**request.GET.dict(), 'paper': str(kind)})}", "current": kind is form.document,
        }
        for kind in PaperKind
    ]  # fmt: skip
    button = "核实身份 Verify" if form.document in _IN_ENGLISH else "核实身份"
    return form_page(
        request, "identity/real_name.html", form, error=error, account=account, next=onward, papers=papers,
        document=form.document, button=button,
    )  # fmt: skip


def _claim(values: dict[str, Any], document: PaperKind) -> RealNameClaim:
    return RealNameClaim(
        name=values["name"], id_number=values["id_number"], second=SecondSource(values["second"]),
        second_value=values["second_value"], consents=values["consents"], document=document,
        issuer=values.get("issuer", ""), birth_date=values.get("birth_date"), valid_until=values.get("valid_until"),
    )  # fmt: skip


def _with_kept(values: dict[str, Any], kept: dict[str, str]) -> dict[str, Any]:
    return {**values, **{name: value for name, value in kept.items() if not values[name]}}


def _hint(name: str, value: str) -> str:
    return mask_paper_number(value) if name == "id_number" else f"尾号 {value[-2:]}"


def _seal(kept: dict[str, str], account: AccountView, now: datetime) -> str:
    if not kept:
        return ""
    until = (now + _KEPT_FOR).timestamp()
    text = orjson.dumps({"account": account.account_id, "until": until, "values": kept}).decode()
    return base64.urlsafe_b64encode(encrypt(text, context=_CONTEXT)).decode()


def _open(sealed: str, account_id: int, now: datetime) -> dict[str, str]:
    """Return what was kept for this account; nothing, when it is old, another's, or not ours."""
    try:
        text = decrypt(base64.urlsafe_b64decode(sealed[:4_000]), context=_CONTEXT)
    except (ValueError, binascii.Error, DecryptionError):
        return {}
    content = orjson.loads(text)
    if content["account"] != account_id or content["until"] < now.timestamp():
        return {}
    return {name: str(content["values"][name]) for name in _KEPT_FIELDS if name in content["values"]}
