"""The resources: discovery, services, requests, tokens, updates. Each parses, makes one public call, renders."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import structlog
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from shimin.capabilities.service_requests.open311.public import (
    MOST_LISTED,
    OpenRequest,
    Partner,
    admit_partner,
    file_by_partner,
    get_open_service,
    list_open_requests,
    list_open_services,
    list_open_updates,
    open_jurisdiction,
    read_span,
    read_time,
    receive_partner_photos,
    states_of,
    update_by_partner,
    words_with,
)
from shimin.capabilities.service_requests.open311.web.documents import document, refusal
from shimin.capabilities.service_requests.open311.web.shapes import (
    definition_shape,
    receipt_shape,
    request_shape,
    service_shape,
    update_shape,
)
from shimin.capabilities.service_requests.public import Place, read_filing
from shimin.capabilities.sign_on.public import issuer
from shimin.kernel import clock
from shimin.kernel.db import outage_of
from shimin.kernel.errors import DomainError, InvalidInput, NotFound
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public
from shimin.kernel.web.api import InternalError, idempotency_key
from shimin.kernel.web.middleware import MethodNotAllowed

CHANGESET = "2026-11-28T00:00:00+08:00"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
MOST_A_PAGE = 1_000
_reads = LocalBucket(limit=120, per_seconds=60)
_ATTRIBUTE = re.compile(r"attribute\[([^\]]{1,60})\](\[\])?")
log = structlog.get_logger("shimin.open311")

Answer = tuple[str, Any]
Handler = Callable[..., Answer]


def resource(**handlers: Handler) -> Callable[..., HttpResponse]:
    """Return a view of the resource's methods ("get", "post"): errors in the standard's shape, reads for any site."""

    @csrf_exempt  # no cookie opens anything here
    @public(transaction=False)
    @wraps(next(iter(handlers.values())))
    def view(request: Request, *, format: str, **parts: str) -> HttpResponse:
        method = "get" if request.method == "HEAD" else (request.method or "").lower()
        try:
            if method not in handlers:
                raise MethodNotAllowed(mend="")
            if method == "get":
                _reads.take(_address(request))
            response = document(format, *handlers[method](request, **parts))
        except DomainError as error:
            response = refusal(format, error)
            if isinstance(error, MethodNotAllowed):
                response.headers["Allow"] = ", ".join(sorted(each.upper() for each in handlers))
        except Exception as error:
            outage = outage_of(error)
            log.error("open311.failed", route=view.__name__, exc_info=error if outage is None else None)
            response = refusal(format, outage or InternalError())
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return view


def discovery(request: Request) -> Answer:
    """Tell where the standard's endpoint is. Source: Open311 Service Discovery."""
    base = issuer()
    return "discovery", {
        "changeset": CHANGESET,
        "contact": f"12345 / {base}",
        "key_service": f"{base}/desk/systems",
        "endpoints": [
            {
                "specification": SPECIFICATION, "url": f"{base}/open311/v2", "changeset": CHANGESET,
                "type": "production", "formats": ["text/xml", "application/json"],
            }
        ],
    }  # fmt: skip


def services(request: Request) -> Answer:
    """List what may be filed."""
    open_jurisdiction(_said(request.GET, "jurisdiction_id"))
    return "services", [service_shape(each) for each in list_open_services()]


def definition(request: Request, *, code: str) -> Answer:
    """Tell the attributes of a service."""
    open_jurisdiction(_said(request.GET, "jurisdiction_id"))
    return "service_definition", definition_shape(get_open_service(code))


def requests(request: Request) -> Answer:
    """List requests: by numbers, or by service, status and span of time; pages of at most a thousand."""
    said, city, now = request.GET, open_jurisdiction(_said(request.GET, "jurisdiction_id")), clock.now()
    partner = _partner_or_none(request, said, city.code)
    numbers = _list(said, "service_request_id")
    services_ = [get_open_service(code).code for code in _list(said, "service_code")]
    size, page = _count(said, "page_size", MOST_A_PAGE), _count(said, "page", 1)
    if numbers:  # they override all other arguments
        found = list_open_requests(
            city_code=city.code, states=states_of(()), numbers=numbers, limit=MOST_LISTED, client_id=_id(partner)
        )
    else:
        span = read_span(_said(said, "start_date"), _said(said, "end_date"), now)
        found = list_open_requests(
            city_code=city.code, states=states_of(_list(said, "status")), services=services_, span=span, limit=size,
            skip=(page - 1) * size, client_id=_id(partner),
        )  # fmt: skip
    return "service_requests", [request_shape(each) for each in found]


def one_request(request: Request, *, number: str) -> Answer:
    """Tell one request, as a list of one."""
    return "service_requests", [request_shape(_one(request, request.GET, number)[0])]


def token(request: Request, *, token: str) -> Answer:
    """Tell the number behind a token: every service is realtime, so a request's token is its number."""
    found, _ = _one(request, request.GET, token)
    return "service_requests", [{"service_request_id": found.number, "token": token}]


def file(request: Request) -> Answer:
    """File a request for somebody, with photos as files or addresses at the system's own host."""
    said, now = request.POST, clock.now()
    city = open_jurisdiction(_said(said, "jurisdiction_id"))
    partner = admit_partner(
        api_key=_said(said, "api_key") or _said(request.GET, "api_key"), city_code=city.code,
        address=_address(request), now=now,
    )  # fmt: skip
    service = get_open_service(_said(said, "service_code"))
    place = Place(_said(said, "address_string"), "", *_point(said))
    if not place.address and place.lng is None:
        raise InvalidInput(fields={"address_string": "请写地点：lat 和 long，或 address_string。"})
    given = {match[1]: said.getlist(name) for name in said if (match := _ATTRIBUTE.fullmatch(name))}
    words = words_with(service, said.get("description", ""), given)
    filing = read_filing(
        city_code=city.code, words=words, kind=service.kind, place=place, contact_phone=_said(said, "phone")
    )
    photo_ids, faults = _photos(request, partner, city.code)
    receipt = file_by_partner(
        partner=partner, service=service, filing=filing, photo_ids=photo_ids,
        idempotency_key=idempotency_key(request) or "", now=now,
    )  # fmt: skip
    return "service_requests", [receipt_shape(receipt, faults)]


def updates(request: Request) -> Answer:
    """List what was done since a time: for a system that filed, with the words it shall pass on."""
    said, city, now = request.GET, open_jurisdiction(_said(request.GET, "jurisdiction_id")), clock.now()
    partner = _partner_or_none(request, said, city.code)
    span = read_span(_said(said, "start_date"), _said(said, "end_date"), now)
    numbers = _list(said, "service_request_id") or None
    found = list_open_updates(
        city_code=city.code, span=span, numbers=numbers, limit=MOST_LISTED, client_id=_id(partner)
    )
    return "service_request_updates", [update_shape(each) for each in found]


def update(request: Request) -> Answer:
    """Take what the reporter has to add, or that it is done, or that it is not."""
    said, now = request.POST, clock.now()
    city = open_jurisdiction(_said(said, "jurisdiction_id"))
    partner = admit_partner(
        api_key=_said(said, "api_key") or _said(request.GET, "api_key"), city_code=city.code,
        address=_address(request), now=now,
    )  # fmt: skip
    number, status = _said(said, "service_request_id"), _said(said, "status")
    missing = [
        name for name in ("service_request_id", "status", "description", "updated_datetime") if not _said(said, name)
    ]
    if missing:
        raise InvalidInput(fields={name: f"请写 {name}。" for name in missing})
    read_time("updated_datetime", _said(said, "updated_datetime"))
    found = _find(city.code, number, partner)
    photo_ids, faults = _photos(request, partner, city.code)
    step_id = update_by_partner(
        partner=partner, found=found, status=status, words=said.get("description", ""), photo_ids=photo_ids,
        update_key=_said(said, "update_id")[:200], now=now,
    )  # fmt: skip
    told: dict[str, Any] = {"update_id": str(step_id)}
    if faults:
        told["service_notice"] = "".join(faults)
    return "service_request_updates", [told]


def _one(request: Request, said: Any, number: str) -> tuple[OpenRequest, Partner | None]:
    city = open_jurisdiction(_said(said, "jurisdiction_id"))
    partner = _partner_or_none(request, said, city.code)
    return _find(city.code, number, partner), partner


def _find(city_code: str, number: str, partner: Partner | None) -> OpenRequest:
    found = list_open_requests(
        city_code=city_code, states=states_of(()), numbers=[number], limit=1, client_id=_id(partner)
    )
    if not found:
        raise NotFound("没有找到这件诉求。", mend="只能看公开的诉求，和本系统报送的诉求。")
    return found[0]


def _partner_or_none(request: Request, said: Any, city_code: str) -> Partner | None:
    """Return who reads with a key; without one everybody reads what is public. A wrong key is refused, not ignored."""
    key = _said(said, "api_key")
    if not key:
        return None
    return admit_partner(api_key=key, city_code=city_code, address=_address(request), now=clock.now())


def _photos(request: Request, partner: Partner, city_code: str) -> tuple[list[int], list[str]]:
    uploads: list[Any] = [
        upload for name in sorted(request.FILES) for upload in request.FILES.getlist(name) if upload.name
    ]
    urls = [url for name in ("media_url", "media_url[]") for url in request.POST.getlist(name) if url.strip()]
    if not uploads and not urls:
        return [], []
    return receive_partner_photos(
        partner=partner, city_code=city_code, uploads=uploads, urls=urls, now=clock.now()
    )  # fmt: skip


def _id(partner: Partner | None) -> int | None:
    return partner.client_id if partner is not None else None


def _said(said: Mapping[str, Any], name: str) -> str:
    return str(said.get(name) or "").replace("\0", "").strip()


def _list(said: Any, name: str) -> list[str]:
    texts = [part.strip() for text in said.getlist(name) for part in text.replace("\0", "").split(",")]
    return list(dict.fromkeys(filter(None, texts)))


def _count(said: Mapping[str, Any], name: str, default: int) -> int:
    text = _said(said, name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= MOST_A_PAGE):
        raise InvalidInput(fields={name: f"{name} 是1到{MOST_A_PAGE}的整数。"})
    return int(text)


def _degrees(said: Mapping[str, Any], name: str) -> float | None:
    text = _said(said, name)
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,20})?", text, re.ASCII):
        raise InvalidInput(fields={name: f"{name} 要写成 28.228 这样的度数（WGS-84）。"})
    return float(text)


def _point(said: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return longitude and latitude; a pair the wrong way round is told as that."""
    lng, lat = _degrees(said, "long"), _degrees(said, "lat")
    if lat is not None and not -90 <= lat <= 90:
        turned = lng is not None and -90 <= lng <= 90 and lat <= 180
        why = "lat 和 long 好像写反了：" if turned else "位置不对："
        raise InvalidInput(fields={"lat": f"{why}lat 是纬度（-90到90），long 是经度（-180到180）。"})
    return lng, lat


def _address(request: Request) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
