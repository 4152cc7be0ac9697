"""Many phones and many presses at one code: one phone is the one that answered, one press enters."""

from __future__ import annotations

import pytest

from shimin.capabilities.identity.models import ScreenSignIn, Session
from shimin.capabilities.identity.operations.screens import (
    ScreenGone,
    answer_screen,
    enter_screen,
    get_screen,
    show_code,
)
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, make_resident
from shimin.kernel.actor import ANONYMOUS
from tests.concurrency.identity.test_one_of_each import TOGETHER, at_once

pytestmark = pytest.mark.usefixtures("committed_db")


def test_one_phone_answers_and_one_press_enters():
    phones = [make_resident() for _ in range(TOGETHER)]
    shown = show_code(client=CLIENT, now=NOW)
    number = str(get_screen(secret=shown.secret, now=NOW).number)

    def answer(each):
        answer_screen(actor=phones[each].actor, code=shown.code, number=number, agrees=True, now=NOW)
        return each

    (winner,), refused = at_once(answer)
    assert {type(each) for each in refused} == {ScreenGone}
    assert ScreenSignIn.objects.get().account_id == phones[winner].account_id
    entered, late = at_once(lambda _: enter_screen(actor=ANONYMOUS, secret=shown.secret, client=CLIENT, now=NOW))
    assert (len(entered), {type(each) for each in late}) == (1, {ScreenGone})
    assert Session.objects.filter(method="phone_screen").count() == 1
