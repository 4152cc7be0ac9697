"""What pages, the API and the demo may use of 12315: a business, a consumer's wish, the officer's decisions."""

from shimin.capabilities.service_requests.consumer.domain.consumer import (
    DEMAND_WORDS,
    OUTCOME_WORDS,
    OUTCOMES_OF,
    Business,
    Complainant,
    ConsumerWish,
    Demand,
    LawNote,
    Outcome,
    is_credit_code,
    law_for,
    read_wish,
)
from shimin.capabilities.service_requests.consumer.operations.businesses import find_businesses, get_business
from shimin.capabilities.service_requests.consumer.operations.matters import (
    NotTakenUp,
    TakenUpAlready,
    conclude,
    file_consumer,
    refuse,
    reveal_complainant,
    take_up,
)
from shimin.capabilities.service_requests.consumer.queries.matters import ConsumerView

__all__ = [
    "DEMAND_WORDS",
    "OUTCOMES_OF",
    "OUTCOME_WORDS",
    "Business",
    "Complainant",
    "ConsumerView",
    "ConsumerWish",
    "Demand",
    "LawNote",
    "NotTakenUp",
    "Outcome",
    "TakenUpAlready",
    "conclude",
    "file_consumer",
    "find_businesses",
    "get_business",
    "is_credit_code",
    "law_for",
    "read_wish",
    "refuse",
    "reveal_complainant",
    "take_up",
]
