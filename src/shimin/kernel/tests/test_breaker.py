from __future__ import annotations

from shimin.kernel.calls.breaker import CircuitBreaker, CircuitState, RetryBudget


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def failing(clock: Hand) -> CircuitBreaker:
    breaker = CircuitBreaker(clock=clock)
    for _ in range(5):
        assert breaker.admit() == 0
        breaker.report(ok=False)
    return breaker


def test_opens_after_five_failures_in_a_row():
    breaker = failing(Hand())
    assert breaker.state is CircuitState.OPEN
    assert breaker.admit() == 5.0


def test_a_success_between_keeps_it_closed():
    breaker = CircuitBreaker(clock=Hand())
    for _ in range(4):
        for ok in (False, False, True, True, True):
            breaker.report(ok=ok)
    assert breaker.state is CircuitState.CLOSED


def test_opens_when_half_of_the_last_twenty_failed():
    breaker = CircuitBreaker(clock=Hand())
    for _ in range(10):
        breaker.report(ok=True)
        breaker.report(ok=False)
    assert breaker.state is CircuitState.OPEN


def test_lets_one_trial_through_after_the_pause():
    clock = Hand()
    breaker = failing(clock)
    clock.seconds = 5.0
    assert breaker.state is CircuitState.HALF_OPEN
    assert breaker.admit() == 0
    assert breaker.admit() > 0


def test_doubles_the_pause_while_trials_fail_up_to_a_minute():
    clock = Hand()
    breaker = failing(clock)
    pauses = []
    for _ in range(6):
        pauses.append(breaker.admit())
        clock.seconds += pauses[-1]
        assert breaker.admit() == 0
        breaker.report(ok=False)
    assert pauses == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]


def test_forgets_everything_after_a_trial_that_succeeds():
    clock = Hand()
    breaker = failing(clock)
    clock.seconds = 5.0
    breaker.admit()
    breaker.report(ok=True)
    assert breaker.state is CircuitState.CLOSED
    for _ in range(4):
        breaker.report(ok=False)
    assert breaker.admit() == 0


def test_allows_one_retry_in_ten_calls():
    budget = RetryBudget()
    assert budget.take()
    assert not budget.take()
    for _ in range(10):
        budget.note_call()
    assert budget.take()
    assert not budget.take()


def test_saves_up_no_more_than_ten_retries():
    budget = RetryBudget()
    for _ in range(1000):
        budget.note_call()
    assert sum(budget.take() for _ in range(20)) == 10
