"""What a department refuses, with which status and code."""

import http.client
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shimin.sandbox.tests.caller import COVERED, enquiry, public_pem, send, sign


def _code(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == answer.status
    assert problem["title"]
    assert problem["detail"]
    return answer.status, problem["code"]


def _signed(town, department="traffic-police", record="vehicles", **how):
    return sign(town.platform_key, town.ports[department], record, enquiry(), **how)


def test_refuses_a_replayed_request(town):
    request = _signed(town)
    port = town.ports["traffic-police"]
    assert send(port, request).status == 200
    assert _code(send(port, request)) == (409, "replay")


def test_an_unsigned_stranger_does_not_use_up_a_nonce(town):
    port = town.ports["traffic-police"]
    nonce = "n" * 22 + str(time.time_ns())
    forged = sign(Ed25519PrivateKey.generate(), port, "vehicles", enquiry(), nonce=nonce)
    assert _code(send(port, forged)) == (401, "signature")
    assert send(port, _signed(town, nonce=nonce)).status == 200


@pytest.mark.parametrize("shift", [-45, 45])
def test_refuses_a_request_outside_the_skew(town, shift):
    request = _signed(town, created=int(time.time()) + shift)
    assert _code(send(town.ports["traffic-police"], request)) == (401, "signature_stale")


@pytest.mark.parametrize("shift", [-20, 20])
def test_accepts_a_request_within_the_skew(town, shift):
    request = _signed(town, created=int(time.time()) + shift)
    assert send(town.ports["traffic-police"], request).status == 200


def test_refuses_an_expired_request(town):
    request = _signed(town, created=int(time.time()) - 10, life=5)
    assert _code(send(town.ports["traffic-police"], request)) == (401, "signature_stale")


@pytest.mark.parametrize("life", [0, 61])
def test_refuses_a_life_that_is_empty_or_too_long(town, life):
    assert _code(send(town.ports["traffic-police"], _signed(town, life=life))) == (401, "signature_expires")


def test_refuses_a_changed_body(town):
    request = _signed(town)
    request.body = request.body.replace("周晓敏".encode(), "周晓明".encode())
    assert _code(send(town.ports["traffic-police"], request)) == (401, "digest")


def test_refuses_a_changed_body_with_a_fresh_digest(town):
    request = _signed(town)
    other = sign(town.platform_key, town.ports["traffic-police"], "vehicles", enquiry(request_id="r-2"))
    request.body = other.body
    request.headers["Content-Digest"] = other.headers["Content-Digest"]
    assert _code(send(town.ports["traffic-police"], request)) == (401, "signature")


def test_refuses_a_request_moved_to_another_record(town):
    request = _signed(town)
    request.path = "/records/violations"
    assert _code(send(town.ports["traffic-police"], request)) == (401, "signature")


def test_refuses_a_request_made_for_another_department(town):
    request = _signed(town, department="population")
    assert _code(send(town.ports["traffic-police"], request)) == (401, "signature_authority")


def test_refuses_a_signature_that_leaves_the_path_out(town):
    covered = tuple(name for name in COVERED if name != "@path")
    assert _code(send(town.ports["traffic-police"], _signed(town, covered=covered))) == (401, "signature_components")


def test_refuses_a_short_nonce(town):
    assert _code(send(town.ports["traffic-police"], _signed(town, nonce="short"))) == (401, "signature_nonce")


def test_refuses_an_unknown_key(town):
    assert _code(send(town.ports["traffic-police"], _signed(town, keyid="stranger"))) == (401, "unknown_key")


def test_refuses_an_unsigned_request(town):
    request = _signed(town)
    del request.headers["Signature"]
    assert _code(send(town.ports["traffic-police"], request)) == (401, "signature_missing")


def test_takes_up_a_new_platform_key_without_a_restart(town):
    key_file = town.keys_dir / "platform_signing.pub.pem"
    new_key = Ed25519PrivateKey.generate()
    port = town.ports["education"]
    try:
        key_file.write_bytes(public_pem(new_key))
        assert send(port, sign(new_key, port, "admission", enquiry(params={"year": 2026}))).status == 200
        key_file.unlink()
        assert _code(send(port, sign(new_key, port, "admission", enquiry()))) == (401, "unknown_key")
        key_file.write_text("not a key")
        assert _code(send(port, sign(new_key, port, "admission", enquiry()))) == (401, "unknown_key")
    finally:
        key_file.write_bytes(public_pem(town.platform_key))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"request_id": ""}, "request_id"),
        ({"request_id": 7}, "request_id"),
        ({"purpose": None}, "purpose"),
        ({"purpose": "长" * 501}, "purpose"),
        ({"legal_basis": 3}, "legal_basis"),
        ({"consent_id": ""}, "consent_id"),
        ({"on_behalf_of": {"name": "甲"}}, "on_behalf_of"),
        ({"on_behalf_of": {"mandate_id": "7", "relation": "friend"}}, "on_behalf_of.relation"),
        ({"subject": None}, "subject"),
        ({"subject": {"name": "周晓敏"}}, "subject"),
        ({"subject": {"name": "", "id_number": "430104199005179006"}}, "subject.name"),
        ({"params": []}, "params"),
        ({"fields": []}, "fields"),
        ({"fields": "status"}, "fields"),
        ({"fields": ["status", "status"]}, "fields"),
        ({"fields": [["status"]]}, "fields"),
        ({"extra": 1}, "extra"),
    ],
)
def test_names_the_malformed_member(town, changes, field):
    answer = town.send("traffic-police", "vehicles", enquiry(**changes))
    assert _code(answer) == (400, "malformed")
    assert answer.json["field"] == field


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"a": NaN}'])
def test_refuses_a_body_that_is_not_a_json_object(town, body):
    assert _code(town.send("traffic-police", "vehicles", body)) == (400, "malformed")


def test_names_unknown_fields(town):
    answer = town.send("traffic-police", "vehicles", enquiry(fields=["plate", "engine_number", "owner"]))
    assert _code(answer) == (403, "unknown_field")
    assert "engine_number, owner" in answer.json["detail"]


def test_refuses_an_unknown_record(town):
    assert _code(town.send("traffic-police", "bank-balance", enquiry())) == (404, "unknown_record")


@pytest.mark.parametrize(
    ("department", "record", "params"),
    [
        ("education", "admission", {}),
        ("education", "admission", {"year": "2026"}),
        ("education", "admission", {"year": True}),
        ("education", "admission", {"year": 1700}),
        ("education", "admission", {"year": 2026, "school": "x"}),
        ("human-resources", "social-insurance", {"year": 2026, "insurance": "fire"}),
        ("human-resources", "social-insurance", {"year": 2026, "insurance": "pension\n"}),
        ("traffic-police", "licence-check", {"file_number": 430100000000}),
    ],
)
def test_refuses_wrong_parameters(town, department, record, params):
    fields = {"licence-check": "matches"}.get(record, "status")
    answer = town.send(department, record, enquiry(params=params, fields=[fields]))
    assert _code(answer) == (422, "wrong_parameter")


@pytest.mark.parametrize(
    "id_number", ["43010419900517900", "43010419900517900X9", "43010419900517９006", "' OR 1=1 --"]
)
def test_refuses_what_cannot_be_a_citizen_number(town, id_number):
    answer = town.send("traffic-police", "vehicles", enquiry(id_number=id_number))
    assert _code(answer) == (422, "wrong_parameter")


def test_refuses_a_person_where_none_is_concerned(town):
    answer = town.send("transport", "taxi", enquiry(params={"plate": "湘AT0001"}))
    assert _code(answer) == (400, "malformed")


def test_refuses_a_query_because_the_signature_does_not_cover_it(town):
    request = _signed(town)
    request.path += "?all=1"
    assert _code(send(town.ports["traffic-police"], request)) == (400, "malformed")


def test_refuses_other_methods_and_paths(town):
    connection = http.client.HTTPConnection("127.0.0.1", town.ports["population"], timeout=5)
    for method, path, status in (("GET", "/records/family", 405), ("GET", "/nowhere", 404), ("GET", "/healthz", 200)):
        connection.request(method, path)
        response = connection.getresponse()
        document = json.loads(response.read())
        assert (response.status, document["status"]) == (status, "ok" if status == 200 else status)
    connection.close()
