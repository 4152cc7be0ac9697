"""What the options of a command line ask for."""

from __future__ import annotations

import pytest

from bench.__main__ import _parser, _plan
from bench.plan import Plan


@pytest.mark.parametrize(
    ("options", "seconds", "residents"),
    [
        ([], 5.0, 60_000),
        (["--seconds", "2"], 2.0, 60_000),
        (["--quick"], 1.0, 1_500),
        (["--quick", "--seconds", "3", "--residents", "900"], 3.0, 900),
    ],
)
def test_options_change_what_they_name_and_nothing_else(options, seconds, residents):
    plan = _plan(_parser().parse_args(["enquire", *options]))
    assert isinstance(plan, Plan)
    assert (plan.seconds, plan.residents) == (seconds, residents)
