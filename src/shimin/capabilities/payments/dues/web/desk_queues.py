"""The desk's queues of dues."""

from __future__ import annotations

from shimin.capabilities.payments.dues.public import ISSUER
from shimin.capabilities.payments.public import FINANCE, TELLER
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue, register_roles

register_roles({ISSUER: "缴款通知经办"})


def _says_nothing(actor: Actor) -> None:
    return None


register_queue(
    Queue(key="dues.notices", title="缴款通知", icon="receipt", url="dues:notices", role=ISSUER, count=_says_nothing)
)
register_queue(
    Queue(key="dues.counter", title="柜台收款", icon="banknote", url="dues:counter", role=TELLER, count=_says_nothing)
)
register_queue(
    Queue(key="dues.drawers", title="柜台现金", icon="banknote", url="dues:drawers", role=FINANCE, count=_says_nothing)
)
