"""Systems that sign people in, ready-made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.secrets import new_secret, stored_hash
from shimin.kernel.ids import new_id

CALLBACK = "https://fund.example.gov.cn/callback"
ALL_SCOPES = ("openid", "profile", "phone", "id_number", "offline_access")


def make_client(
    *, auth_method: str = "client_secret_basic", algorithm: str = "RS256", redirect_uris: Sequence[str] = (CALLBACK,),
    scopes: Sequence[str] = ALL_SCOPES, state: str = "approved", agency_id: int = 77, city_code: str = "430100",
    name: str = "公积金网上大厅", now: datetime = NOW,
) -> tuple[Client, str]:  # fmt: skip
    """Return an approved client and its secret ("" for a public one)."""
    secret = "" if auth_method in ("none", "private_key_jwt") else new_secret()
    client = Client(
        id=new_id(), city_code=city_code, agency_id=agency_id, agency_name="长沙市住房公积金管理中心", name=name,
        purpose="查公积金账户、提交提取申请", home_url="https://fund.example.gov.cn/", state=state,
        auth_method=auth_method, secret_hash=stored_hash(secret) if secret else None, algorithm=algorithm,
        redirect_uris=list(redirect_uris), scopes=list(scopes), requested_by_id=1, requested_at=now,
        decided_by_id=None if state == "requested" else 2, decided_at=None if state == "requested" else now,
    )  # fmt: skip
    client.save(force_insert=True)
    return client, secret
