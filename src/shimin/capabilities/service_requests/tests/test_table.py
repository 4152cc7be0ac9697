"""The table of steps as a whole: every state is reached and left, clocks stop and run in turn."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shimin.capabilities.service_requests.domain.deadlines import EMERGENCY, all_terms, term_for
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.states import OPEN_STATES, RequestState
from shimin.capabilities.service_requests.domain.steps import TABLE, Action, ClockEffect, step_of
from shimin.capabilities.service_requests.public import states_page
from shimin.kernel import clock

STATES = list(RequestState)


def test_every_action_has_one_row():
    assert sorted(step.action for step in TABLE) == sorted(Action)
    assert all(step_of(action).who for action in Action)


def test_every_state_is_reached_and_every_open_one_left():
    reached = {step.to for step in TABLE if step.to}
    assert reached == set(RequestState)
    left = {state for step in TABLE if step.to for state in step.start if step.to is not state}
    assert set(OPEN_STATES) <= left


def test_clocks_end_exactly_where_work_ends():
    for step in TABLE:
        if step.to is None or not step.start:
            continue
        was_open, is_open = any(state in OPEN_STATES for state in step.start), step.to in OPEN_STATES
        if was_open and not is_open:
            assert step.clock is ClockEffect.END, step.action
        if not was_open and is_open:
            assert step.clock is ClockEffect.RESTART, step.action
        if was_open and is_open:
            assert step.clock is not ClockEffect.END, step.action


@given(st.lists(st.sampled_from(TABLE), min_size=1, max_size=40))
def test_a_suspended_clock_stands_whatever_way_is_taken(steps):
    state, stands = RequestState.FILED, False
    for step in steps:
        if state not in step.start:
            continue
        if step.clock is ClockEffect.STOP:
            assert not stands
            stands = True
        elif step.clock in (ClockEffect.RESUME, ClockEffect.RESTART, ClockEffect.END):
            assert step.clock is not ClockEffect.RESUME or stands
            stands = False
        state = step.to or state
        assert stands == (state is RequestState.SUSPENDED)


def test_every_kind_has_a_term_today():
    for kind in RequestKind:
        assert term_for(city_code="430100", kind=kind, is_emergency=False, now=clock.now()).deadline.amount > 0
    assert term_for(city_code="430100", kind=RequestKind.HELP, is_emergency=True, now=clock.now()).kind == EMERGENCY


def test_terms_of_one_place_and_kind_do_not_overlap():
    by_key: dict[tuple[str, str], list] = {}
    for term in all_terms():
        by_key.setdefault((term.region_code, term.kind), []).append(term)
    for terms in by_key.values():
        for earlier, later in pairwise(sorted(terms, key=lambda term: term.valid_from)):
            assert earlier.valid_to is not None
            assert earlier.valid_to <= later.valid_from


def test_the_page_names_every_state_and_step():
    page = states_page()
    assert all(f"`{name}`" in page for name in (*RequestState, *Action))
