"""The rungs of the ladder, among what staff may do to a request."""

from __future__ import annotations

from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.operations.desk_steps import register_desk_steps
from shimin.capabilities.service_requests.supervision.operations.ladder import order, summon, urge

register_desk_steps(
    {
        Action.URGE: lambda at, said: urge(**at, words=said["words"]),
        Action.ORDER: lambda at, said: order(**at, words=said["words"], answer_by=said["answer_by"]),
        Action.SUMMON: lambda at, said: summon(**at, words=said["words"]),
    }
)
