"""The JSON API: the routers of all capabilities in one document (OpenAPI 3.1)."""

from __future__ import annotations

from ninja import NinjaAPI

from shimin.capabilities.catalogue.api import router as catalogue
from shimin.capabilities.enquiries.api import router as enquiries
from shimin.capabilities.identity.api import router as identity
from shimin.capabilities.indicators.api import router as indicators
from shimin.capabilities.notices.api import router as notices
from shimin.capabilities.payments.api import router as payments
from shimin.capabilities.payments.autopay.api import router as autopay
from shimin.capabilities.payments.billing.api import router as billing
from shimin.capabilities.payments.dues.api import router as dues
from shimin.capabilities.payments.invitations.api import router as invitations
from shimin.capabilities.payments.vouchers.api import router as vouchers
from shimin.capabilities.service_requests.abroad.api import router as abroad
from shimin.capabilities.service_requests.api import router as service_requests
from shimin.capabilities.service_requests.consumer.api import router as consumer
from shimin.capabilities.service_requests.joint_handling.api import router as joint_handling
from shimin.capabilities.service_requests.supervision.api import router as supervision
from shimin.kernel.web.api import JsonParser, OrjsonRenderer, install_problem_handlers

api = NinjaAPI(
    title="市民之家 shimin",
    version="1",
    description="Everything a person can do on the pages, for programs. Errors are RFC 9457 problems with a stable "
    "`code`; ids are strings; lists page by `after`; changing calls take an `Idempotency-Key`.",
    renderer=OrjsonRenderer(),
    parser=JsonParser(),
    urls_namespace="api",
    docs_url=None,  # its page loads scripts from elsewhere; docs/reference/openapi.json is the document
    openapi_url="/openapi.json",
)
install_problem_handlers(api)

for tag, router in {
    "catalogue": catalogue,
    "identity": identity,
    "notices": notices,
    "enquiries": enquiries,
    "payments": payments,
    "billing": billing,
    "autopay": autopay,
    "dues": dues,
    "vouchers": vouchers,
    "invitations": invitations,
    "service_requests": service_requests,
    "supervision": supervision,
    "consumer": consumer,
    "abroad": abroad,
    "joint_handling": joint_handling,
    "indicators": indicators,
}.items():
    api.add_router("", router, tags=[tag])
