"""The officer's decisions of 12315, among what staff may do to a request."""

from __future__ import annotations

from shimin.capabilities.service_requests.consumer.domain.consumer import Outcome
from shimin.capabilities.service_requests.consumer.operations.matters import conclude, refuse, take_up
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.operations.desk_steps import register_desk_steps
from shimin.kernel.errors import InvalidInput


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError:
        raise InvalidInput(
            fields={"outcome": f"outcome 是其中之一：{'、'.join(sorted(map(str, Outcome)))}。"}
        ) from None


register_desk_steps(
    {
        Action.TAKE_UP: lambda at, said: take_up(**at, words=said["words"]),
        Action.REFUSE: lambda at, said: refuse(**at, words=said["words"]),
        Action.CONCLUDE: lambda at, said: conclude(
            **at, outcome=_outcome(said["outcome"]), words=said["words"], photo_ids=said["photos"]
        ),
    }
)
