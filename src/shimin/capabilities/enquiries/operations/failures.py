"""What went wrong at a source, in words for the person who is waiting."""

from __future__ import annotations

from shimin.capabilities.enquiries.domain.fields import WrongAnswer
from shimin.capabilities.enquiries.domain.outcomes import AnswerRejected, SourceBusy, SourceRefused, SourceUnavailable
from shimin.kernel.calls import client as http_client
from shimin.kernel.errors import DomainError


def explain(failure: http_client.SourceError | WrongAnswer) -> DomainError:
    """Return the error a person sees for a failure of the source."""
    match failure:
        case WrongAnswer() | http_client.AnswerInvalid():
            return AnswerRejected()
        case http_client.SourceThrottled() | http_client.SourceBusy():
            return SourceBusy(retry_after_seconds=failure.retry_after_seconds)
        case http_client.SourceRefused():
            return SourceRefused()
        case _:
            return SourceUnavailable(retry_after_seconds=failure.retry_after_seconds)
