"""Every way to end a command is one and the same, except where the operator said otherwise."""

from __future__ import annotations

import os
import signal

import pytest

from shimin.launch.signals import Stopped, stoppable


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_and_the_next_one_does_not_disturb_cleaning_up(number: signal.Signals) -> None:
    steps: list[str] = []

    def work() -> None:
        with stoppable():
            try:
                os.kill(os.getpid(), number)
                steps.append("went on")
            finally:
                os.kill(os.getpid(), signal.SIGTERM)
                steps.append("cleaned up")

    with pytest.raises(Stopped) as stopped:
        work()
    assert (stopped.value.number, steps) == (number, ["cleaned up"])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nohup_keeps_its_meaning() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
