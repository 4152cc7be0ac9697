"""Queues read their keys from indexes alone: these hold what filters and policies ask. Made while the city works on."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

_IN_ORDER = ["state", "due_at", "id"]
_NEW = (
    models.Index(
        name="service_requests_agency_due",
        fields=["agency_id", *_IN_ORDER],
        include=["city_code", "request_kind", "region_code"],
    ),
    models.Index(
        name="service_requests_category_due",
        fields=["agency_id", "state", "category", "due_at", "id"],
        include=["city_code", "request_kind", "region_code"],
    ),
    models.Index(
        name="service_requests_city_due",
        fields=["city_code", *_IN_ORDER],
        include=["agency_id", "category", "request_kind", "region_code"],
    ),
    models.Index(name="service_requests_emergencies", fields=["city_code", *_IN_ORDER], condition=Q(is_emergency=True)),
    models.Index(
        name="service_requests_extensions", fields=["agency_id", *_IN_ORDER], condition=Q(extension__isnull=False)
    ),
)
_OLD = ("service_requests_agency_queue", "service_requests_by_category", "service_requests_city_queue")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("service_requests", "0020_address_index")]

    operations = [
        *(AddIndexConcurrently(model_name="servicerequest", index=index) for index in _NEW),
        *(RemoveIndexConcurrently(model_name="servicerequest", name=name) for name in _OLD),
    ]
