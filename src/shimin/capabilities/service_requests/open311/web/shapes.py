"""Our values as the standard names them. Nobody's name, phone, words or pictures go out."""

from __future__ import annotations

from typing import Any

from shimin.capabilities.service_requests.open311.public import Attribute, OpenRequest, OpenService, OpenUpdate
from shimin.capabilities.service_requests.open311.web.documents import w3_time
from shimin.capabilities.service_requests.public import Receipt
from shimin.capabilities.service_requests.web.presenting import day_words


def service_shape(service: OpenService) -> dict[str, Any]:
    """Return a service of the list."""
    return {
        "service_code": service.code, "service_name": service.name, "description": service.description,
        "metadata": bool(service.attributes), "type": "realtime", "keywords": ", ".join(service.keywords),
        "group": service.group,
    }  # fmt: skip


def definition_shape(service: OpenService) -> dict[str, Any]:
    """Return a service with its attributes."""
    return {
        "service_code": service.code,
        "attributes": [_attribute(order, each) for order, each in enumerate(service.attributes, 1)],
    }


def _attribute(order: int, attribute: Attribute) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "variable": True, "code": attribute.code, "datatype": str(attribute.datatype),
        "required": attribute.is_required, "datatype_description": attribute.help or None, "order": order,
        "description": attribute.description,
    }  # fmt: skip
    if attribute.values:
        shape["values"] = [{"key": key, "name": name} for key, name in attribute.values]
    return shape


def request_shape(found: OpenRequest) -> dict[str, Any]:
    """Return a request: its title, place and state, and the answer once it was published."""
    return {
        "service_request_id": found.number, "status": str(found.status),
        "status_notes": "：".join(filter(None, (found.status_words, found.answer))),
        "service_name": found.service.name, "service_code": found.service.code, "description": found.title,
        "agency_responsible": found.agency or None, "service_notice": None,
        "requested_datetime": w3_time(found.filed_at), "updated_datetime": w3_time(found.moved_at),
        "expected_datetime": w3_time(found.due_at), "address": found.address or None, "address_id": None,
        "zipcode": None, "lat": found.lat, "long": found.lng, "media_url": None,
    }  # fmt: skip


def receipt_shape(receipt: Receipt, faults: list[str]) -> dict[str, Any]:
    """Return what a system gets for a filing."""
    notice = f"{day_words(receipt.due_at)}前答复。"
    if receipt.personal_data:
        notice += f"内容里有{'、'.join(receipt.personal_data)}，公开时会遮住。"
    if receipt.elsewhere:
        away = receipt.elsewhere
        notice += (
            f"位置看起来在{away.city}（{away.city_code}），离本市约{away.km}公里：事情在那边的，由{away.city}的部门办，"
            "本市热线会转过去；请直接向那边反映会更快。"
        )
    return {
        "service_request_id": receipt.number, "service_notice": notice + "".join(faults), "account_id": None,
    }  # fmt: skip


def update_shape(update: OpenUpdate) -> dict[str, Any]:
    """Return a step of a request."""
    return {
        "update_id": str(update.step_id), "service_request_id": update.number, "status": str(update.status),
        "updated_datetime": w3_time(update.taken_at), "description": update.words, "media_url": None,
    }  # fmt: skip
