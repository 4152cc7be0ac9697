from datetime import UTC, datetime

import pytest

from shimin.adapters.http_source import check_config
from shimin.adapters.http_source.clients import Clients
from shimin.adapters.http_source.directory import Directory, NotConfigured, setting_of
from shimin.adapters.http_source.records import HttpRecordSource, read_answer, request_body
from shimin.capabilities.enquiries.ports import RecordQuery, SourceSystem, VerifiedSubject
from shimin.kernel.calls.client import AnswerUnreadable, SourceDown
from shimin.kernel.crypto.keys import make_keys

SYSTEM = SourceSystem("traffic-police", "交管", demo_port=2)
QUERY = RecordQuery(
    record="violations", request_id="7", purpose="查看", legal_basis="", consent_id="9",
    subject=VerifiedSubject("周晓敏", "430104199005179006"), params={"year": 2026}, fields=("act",),
)  # fmt: skip


def directory(keys_dir, environ=None, base=None):
    return Directory(keys_dir, environ or {}, base)


def test_the_operators_address_goes_first(tmp_path):
    system = SourceSystem("traffic-police", "交管", url="https://a.example/api", demo_port=2)
    given = {setting_of("traffic-police"): "https://b.example"}
    assert directory(tmp_path, given, 8100).find(system).base_url == "https://b.example"
    assert directory(tmp_path, {}, 8100).find(system).base_url == "https://a.example/api"
    assert directory(tmp_path, {}, 8100).find(SYSTEM).base_url == "http://127.0.0.1:8102"


def test_outside_the_demo_nothing_is_asked_by_default(tmp_path):
    with pytest.raises(NotConfigured, match="SHIMIN_SOURCE_TRAFFIC_POLICE_URL"):
        directory(tmp_path).find(SYSTEM)


def test_the_key_lies_below_sources(tmp_path):
    assert directory(tmp_path, base=1).find(SYSTEM).key_file == tmp_path / "sources" / "traffic-police.pub.pem"
    named = SourceSystem("traffic-police", "", key="police-2027.pub.pem", demo_port=2)
    assert directory(tmp_path, base=1).find(named).key_file.name == "police-2027.pub.pem"


def test_a_system_that_is_not_configured_is_down(tmp_path):
    for missing in (directory(tmp_path), directory(tmp_path, base=1)):  # no address; no signing key
        with pytest.raises(SourceDown):
            HttpRecordSource(Clients(missing)).fetch(SYSTEM, QUERY)
        assert not HttpRecordSource(Clients(missing)).is_up(SYSTEM)


def test_nobody_listening_is_down(tmp_path):
    make_keys(tmp_path)
    clients = Clients(directory(tmp_path, {setting_of("traffic-police"): "http://127.0.0.1:1"}))
    with pytest.raises(SourceDown):
        HttpRecordSource(clients).fetch(SYSTEM, QUERY)


def test_a_client_is_kept_and_made_anew_for_another_address(tmp_path):
    make_keys(tmp_path)
    clients = Clients(directory(tmp_path, base=8100))
    assert clients.of(SYSTEM) is clients.of(SYSTEM)
    assert clients.of(SourceSystem("traffic-police", "", url="http://127.0.0.1:9")) is not clients.of(SYSTEM)


def test_a_request_says_who_what_for_and_which_fields():
    assert request_body(QUERY) == {
        "request_id": "7", "purpose": "查看", "legal_basis": None, "consent_id": "9", "on_behalf_of": None,
        "subject": {"name": "周晓敏", "id_number": "430104199005179006"}, "params": {"year": 2026}, "fields": ["act"],
    }  # fmt: skip


def test_an_answer_is_read():
    body = {"found": True, "issued_at": "2026-11-22T10:00:00+08:00", "records": [{"act": "x"}]}
    answer = read_answer("traffic-police", body)
    assert (answer.found, answer.issued_at, answer.records) == (
        True, datetime(2026, 11, 22, 2, tzinfo=UTC), [{"act": "x"}],
    )  # fmt: skip


@pytest.mark.parametrize(
    "spoilt",
    [
        {"found": "yes"}, {"found": None}, {"records": None}, {"records": {"act": 1}}, {"records": ["x"]},
        {"issued_at": None}, {"issued_at": "today"}, {"issued_at": "2026-11-22T10:00:00"},
    ],
)  # fmt: skip
def test_a_spoilt_answer_is_refused(spoilt):
    body = {"found": True, "issued_at": "2026-11-22T10:00:00+08:00", "records": []} | spoilt
    with pytest.raises(AnswerUnreadable):
        read_answer("traffic-police", body)


def test_an_operator_is_told_what_to_mend(db, settings, tmp_path):
    faults = check_config({setting_of("population"): "ftp://x"})
    assert any("ftp://x" in fault for fault in faults)
    assert any("SHIMIN_SOURCE_TRAFFIC_POLICE_URL" in fault or "traffic-police.pub.pem" in fault for fault in faults)
