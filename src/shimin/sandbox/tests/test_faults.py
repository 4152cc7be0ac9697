"""Each fault switch does what it says, to the share of requests it is told."""

import http.client
import time

import pytest
from cryptography.exceptions import InvalidSignature

from shimin.sandbox.faults import Faults, FaultSwitch, parse_faults
from shimin.sandbox.problems import Problem
from shimin.sandbox.tests.caller import enquiry, send, sign, verify

DEPARTMENT = "traffic-police"
FIELDS = ["violation_id", "status"]


def _violations(town):
    return town.send(DEPARTMENT, "violations", enquiry(fields=FIELDS))


def test_delay_holds_the_answer_back(town):
    town.switch(DEPARTMENT, delay_ms=120)
    began = time.monotonic()
    assert _violations(town).status == 200
    assert time.monotonic() - began >= 0.12


@pytest.mark.parametrize("status", [500, 503])
def test_status_answers_with_a_problem(town, status):
    town.switch(DEPARTMENT, status=status)
    answer = _violations(town)
    assert (answer.status, answer.json["code"]) == (status, "switched_fault")


def test_garbage_is_signed_but_not_json(town):
    town.switch(DEPARTMENT, garbage=True)
    answer = _violations(town)
    verify(answer, town.department_key(DEPARTMENT))
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode()


def test_wrong_schema_is_signed_and_holds_what_nobody_named(town):
    town.switch(DEPARTMENT, wrong_schema=True)
    answer = _violations(town)
    verify(answer, town.department_key(DEPARTMENT))
    first = answer.json["records"][0]
    assert set(first) == {*FIELDS, "internal_note"}
    assert not isinstance(first["violation_id"], str)


def test_wrong_schema_shows_without_rows_too(town):
    town.switch("transport", wrong_schema=True)
    answer = town.send(
        "transport",
        "taxi",
        enquiry(subject=None, params={"plate": "湘A·Z9999"}, fields=["plate"]),
    )
    assert not isinstance(answer.json["records"], list)


def test_wrong_signature_does_not_verify(town):
    town.switch(DEPARTMENT, wrong_signature=True)
    answer = _violations(town)
    assert answer.json["found"]
    with pytest.raises(InvalidSignature):
        verify(answer, town.department_key(DEPARTMENT))


def test_stale_answer_is_bound_to_another_request(town):
    town.switch(DEPARTMENT, stale_answer=True)
    answer = _violations(town)
    assert answer.json["request_id"] != "r-1"
    with pytest.raises(InvalidSignature):
        verify(answer, town.department_key(DEPARTMENT))
    answer.request_signature = f":{'A' * 86}==:"
    verify(answer, town.department_key(DEPARTMENT))


def test_drop_closes_without_an_answer(town):
    town.switch(DEPARTMENT, drop=True)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        _violations(town)


def test_hang_never_answers_and_holds_up_nobody_else(town):
    town.switch(DEPARTMENT, hang=True, rate=0.5)
    port = town.ports[DEPARTMENT]

    def call():
        return send(port, sign(town.platform_key, port, "violations", enquiry(fields=FIELDS)), timeout=0.4)

    assert call().status == 200
    with pytest.raises(TimeoutError):
        call()
    assert call().status == 200


def test_throttle_answers_the_rest_of_the_second_with_429(town):
    town.switch(DEPARTMENT, throttle_per_s=0)
    answer = _violations(town)
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")


def test_throttle_lets_the_named_number_through_each_second():
    switch = FaultSwitch()
    faults = Faults(throttle_per_s=2)
    assert [switch.is_throttled(faults, now=5.1) for _ in range(4)] == [False, False, True, True]
    assert not switch.is_throttled(faults, now=6.0)


@pytest.mark.parametrize(("rate", "touched"), [(0.0, 0), (0.25, 25), (0.5, 50), (1.0, 100)])
def test_rate_touches_an_even_share(rate, touched):
    switch = FaultSwitch()
    switch.set(Faults(status=500, rate=rate))
    assert sum(switch.next()[0].status == 500 for _ in range(100)) == touched


def test_jitter_is_the_same_after_each_setting():
    switch = FaultSwitch(base_delay_ms=20)
    runs = []
    for _ in range(2):
        switch.set(Faults(delay_ms=100, delay_jitter_ms=50))
        runs.append([switch.next()[1] for _ in range(20)])
    assert runs[0] == runs[1]
    assert all(0.12 <= delay <= 0.17 for delay in runs[0])
    assert len(set(runs[0])) == 20


def test_base_delay_stays_when_switches_are_off():
    assert FaultSwitch(base_delay_ms=20).next() == (Faults(), 0.02)


def test_switches_are_shown_and_reset(town):
    assert town.switch(DEPARTMENT, delay_ms=5, rate=0.5)[1]["delay_ms"] == 5
    assert town.switch(DEPARTMENT, "GET")[1]["rate"] == 0.5
    assert town.switch(DEPARTMENT, "DELETE")[1]["delay_ms"] == 0
    assert _violations(town).status == 200


def test_switches_need_the_token(town):
    status, problem = town.switch(DEPARTMENT, token="guess", drop=True)
    assert (status, problem["code"]) == (403, "wrong_token")
    assert _violations(town).status == 200


def test_a_fault_in_one_department_leaves_the_others_alone(town):
    town.switch(DEPARTMENT, status=503)
    assert town.ask("population", "identity-check", ["matches"])["records"] == [{"matches": True}]


@pytest.mark.parametrize(
    "body",
    [b'{"delay_ms": -1}', b'{"delay_ms": true}', b'{"status": 404}', b'{"rate": 2}', b'{"drop": 1}', b'{"fire": true}'],
)
def test_refuses_a_switch_that_is_wrong(body):
    with pytest.raises(Problem) as caught:
        parse_faults(body)
    assert caught.value.status == 422
