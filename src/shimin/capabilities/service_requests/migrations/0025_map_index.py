"""The index of the map's cells, made while the city goes on working."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Func, Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("service_requests", "0024_map")]

    operations = [
        AddIndexConcurrently(
            model_name="servicerequest",
            index=models.Index(
                Func("lng", "lat", function="service_requests_cell"),
                F("state"),
                F("agency_id"),
                name="service_requests_cells",
                condition=Q(lng__isnull=False),
            ),
        ),
    ]
