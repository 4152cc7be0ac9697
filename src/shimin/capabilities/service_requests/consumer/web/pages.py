"""12315: find the business, say what happened, file; and how a matter is shown beside its request."""

from __future__ import annotations

import re
import secrets
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from shimin.capabilities.catalogue.public import city_of, get_region
from shimin.capabilities.service_requests.consumer.public import (
    DEMAND_WORDS,
    Business,
    Complainant,
    ConsumerWish,
    file_consumer,
    find_businesses,
    get_business,
    law_for,
    read_wish,
)
from shimin.capabilities.service_requests.public import LONGEST_WORDS, RequestKind, named_term
from shimin.capabilities.service_requests.web.kept_codes import keep_code
from shimin.capabilities.service_requests.web.place_map import place_map
from shimin.capabilities.service_requests.web.uploads import PhotosField, SentPhotos, take_photos
from shimin.kernel import clock
from shimin.kernel.clock import local_date
from shimin.kernel.errors import DomainError, InvalidInput, NotFound
from shimin.kernel.web.access import Request, public

_NULLS = {"null_characters_not_allowed": "有不能保存的字符，请删掉。"}
STATUS = {"operating": ("green", "在营"), "abnormal": ("amber", "经营异常"), "deregistered": ("red", "已注销")}
# What a complaint cannot do without; some of it a report can.
_NEEDED = {
    "business_name",
    "business_address",
    "demand",
    "name",
    "phone",
    "address",
}
_CODE = re.compile(r"[0-9A-Z]{18}")


class ConsumerForm(forms.Form):
    """What the law wants of a complaint, and less for a report."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label="您要", widget=forms.RadioSelect,
        choices=[("complaint", "投诉：请人调解，讨回损失"), ("report", "举报：请查商家违法，不谈赔偿")],
        error_messages={"required": "请选投诉还是举报。", "invalid_choice": "请选投诉还是举报。"},
    )  # fmt: skip
    business_name = forms.CharField(
        label="商家名称", required=False, max_length=400, error_messages=_NULLS,
        help_text="照招牌或小票写；网店写平台和店名。",
    )  # fmt: skip
    business_address = forms.CharField(
        label="商家地址", required=False, max_length=800, help_text="路名门牌；网店写平台名称。", error_messages=_NULLS
    )
    goods = forms.CharField(
        label="什么商品或服务", required=False, max_length=800, help_text="例如：健身年卡", error_messages=_NULLS
    )
    bought_date = forms.DateField(
        label="哪天买的", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期不对，请照 2026-11-28 的样子写。"},
    )  # fmt: skip
    amount = forms.CharField(
        label="涉及多少钱（元）", required=False, max_length=40, help_text="例如：1280 或 99.90", error_messages=_NULLS,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    demand = forms.ChoiceField(
        label="要商家怎么办（投诉要选）", required=False,
        choices=[("", "请选择"), *((str(each), words) for each, words in DEMAND_WORDS.items())],
    )  # fmt: skip
    words = forms.CharField(
        label="事情经过", max_length=LONGEST_WORDS * 20, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="例如：10月1日办了年卡，店11月关门，打电话没人接，要求退还剩余的钱。",
        error_messages={**_NULLS, "required": "请写事情经过。"},
    )  # fmt: skip
    photos = PhotosField("凭证照片")
    name = forms.CharField(
        label="您的姓名（投诉要写）", required=False, max_length=200, error_messages=_NULLS,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.CharField(
        label="手机号码（投诉要写）", required=False, max_length=40, error_messages=_NULLS,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    address = forms.CharField(
        label="您的通讯地址（投诉要写）", required=False, max_length=800, error_messages=_NULLS,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )  # fmt: skip
    is_confidential = forms.BooleanField(label="举报请保密：不让承办的人知道我是谁", required=False)

    def __init__(self, data: Any = None, *, is_chosen: bool, name: str = "") -> None:
        """``is_chosen``: the business comes from the register, so it is not asked for."""
        super().__init__(data, initial={"business_name": name})
        if is_chosen:
            del self.fields["business_name"], self.fields["business_address"]
        for name in _NEEDED & self.fields.keys():
            self.fields[name].is_needed = True  # type: ignore[attr-defined]

    def clean_amount(self) -> int | None:
        """Return fen."""
        text = str(self.cleaned_data["amount"]).replace(",", "").strip()
        if not text:
            return None
        try:
            fen = Decimal(text) * 100
            if len(text) > 20 or fen != fen.to_integral_value():
                raise InvalidOperation
        except InvalidOperation:
            raise forms.ValidationError("金额不对，请写数字，例如 99.90。") from None
        return int(fen)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@public(transaction=False, acting=True)
def consumer(request: Request, region_code: str) -> HttpResponse:
    """Find a business (``q``), choose it (``code``) or name it oneself (``own``), then file."""
    city = city_of(get_region(region_code).code)
    code, fault = request.GET.get("code", ""), ""
    business: Business | None = None
    if code:
        business, fault = _chosen(request, city.code, code)
    if request.method == "POST":
        return _file(request, city.code, business, fault)
    if business is None and "own" not in request.GET:
        return _search(request, city.code, fault)
    form = ConsumerForm(is_chosen=business is not None, name=request.GET.get("q", "")[:60])
    return _page(request, city.code, form=form, business=business)


def _search(request: Request, city_code: str, fault: str) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:60]
    found: tuple[Business, ...] = ()
    if asked:
        try:
            found = find_businesses(city_code=city_code, text=asked, now=clock.now(), address=_address(request))
        except DomainError as wrong:
            fault = _trouble(wrong)
    rows = [(each, *STATUS.get(each.status, ("grey", each.status))) for each in found]
    return _page(request, city_code, asked=asked, found=rows, search_fault=fault)


def _chosen(request: Request, city_code: str, code: str) -> tuple[Business | None, str]:
    """Return the business of a code as the register has it now, or why it cannot be had."""
    try:
        if not _CODE.fullmatch(code):
            raise NotFound("没有这个统一社会信用代码。")
        return get_business(city_code=city_code, credit_code=code, now=clock.now(), address=_address(request)), ""
    except DomainError as wrong:
        return None, _trouble(wrong)


def _trouble(wrong: DomainError) -> str:
    said = "".join(wrong.fields.values()) or wrong.message
    return said if wrong.fields else f"{said}查不到也可以自己写名称和地址。"


def _file(request: Request, city_code: str, business: Business | None, fault: str) -> HttpResponse:
    photos = take_photos(request, city_code=city_code)
    form = ConsumerForm(request.POST, is_chosen=business is not None)
    try:
        if not form.is_valid():
            raise InvalidInput(fields={})
        wish = _wish(form, business)
        if photos.faults:
            raise InvalidInput(fields={"photos": "".join(photos.faults)})
        receipt = file_consumer(
            actor=request.actor, city_code=city_code, wish=wish, words=form.cleaned_data["words"],
            is_confidential=form.cleaned_data["is_confidential"], idempotency_key=request.POST.get("key", "")[:64],
            now=clock.now(), address=_address(request), photo_ids=photos.photo_ids,
        )  # fmt: skip
    except InvalidInput as wrong:
        for name, words in wrong.fields.items():
            form.add_error(name if name in form.fields else None, words)
        return _page(request, city_code, form=form, business=business, search_fault=fault, photos=photos, status=422)
    response = HttpResponseRedirect(reverse("service_requests:receipt", args=[receipt.number]))
    if request.actor.account_id is None:
        keep_code(request, response, receipt.number, receipt.query_code)
    return response


def _wish(form: ConsumerForm, business: Business | None) -> ConsumerWish:
    said = form.cleaned_data
    firm = business or Business(said["business_name"], said["business_address"])
    return read_wish(
        kind=RequestKind(said["kind"]), business=firm,
        complainant=Complainant(said["name"], said["phone"], said["address"]), goods=said["goods"],
        demand=said["demand"], bought_date=said["bought_date"], amount_fen=said["amount"],
        today=local_date(clock.now()),
    )  # fmt: skip


def _page(
    request: Request,
    city_code: str,
    *,
    form: ConsumerForm | None = None,
    business: Business | None = None,
    asked: str = "",
    found: Any = (),
    search_fault: str = "",
    photos: SentPhotos | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    kinds = [RequestKind.COMPLAINT, RequestKind.REPORT]
    light, word = STATUS.get(business.status, ("grey", "")) if business else ("", "")
    context = {
        "city": get_region(city_code),
        "form": form,
        "business": business,
        "status_light": light,
        "status": word,
        "map": place_map(city_code, business.lng, business.lat) if business else None,
        "asked": asked,
        "found": found,
        "search_fault": search_fault,
        "law": [note for kind in kinds for note in law_for(kind)],
        "terms": {
            "accept": named_term("consumer_complaint", city_code=city_code, now=now).deadline.amount,
            "mediate": named_term("consumer_mediation", city_code=city_code, now=now).deadline.amount,
            "report": named_term("consumer_report", city_code=city_code, now=now).deadline.amount,
        },
        "key": request.POST.get("key", "")[:64] or secrets.token_urlsafe(24),
        "thumbnails": photos.thumbnails if photos else [],
        "here": request.get_full_path(),
    }
    response = render(request, "consumer/file.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _address(request: Request) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
