"""What pages, the API, tasks and other capabilities may use of the enquiries."""

from shimin.capabilities.enquiries.domain.answer import Answer, ToldPlot, ToldRecord, tell, tell_plots, tell_records
from shimin.capabilities.enquiries.domain.declaration import Lookup, UnknownView, View
from shimin.capabilities.enquiries.domain.disputes import LONGEST_WORDS, REASON_WORDS, DisputeReason, DisputeState
from shimin.capabilities.enquiries.domain.offer import Offer, Record
from shimin.capabilities.enquiries.domain.outcomes import (
    OUTCOME_WORDS,
    AnswerRejected,
    ConsentRequired,
    ItemClosed,
    Outcome,
    PrefetchRefused,
    SourceBusy,
    SourceRefused,
    SourceUnavailable,
)
from shimin.capabilities.enquiries.domain.params import Param, ParamType, WrongParam, are_complete
from shimin.capabilities.enquiries.domain.wording import say_value
from shimin.capabilities.enquiries.elsewhere import OtherReading, other_readings, register_other_readings
from shimin.capabilities.enquiries.events import DisputeAnswered, DisputeFiled, RecordLookedUp
from shimin.capabilities.enquiries.operations.callbacks import request_callback
from shimin.capabilities.enquiries.operations.disputes import (
    AlreadyAnswered,
    NotDisputable,
    answer_dispute,
    file_dispute,
    tell_dispute_answered,
)
from shimin.capabilities.enquiries.operations.look_up import look_up
from shimin.capabilities.enquiries.operations.upkeep import close_lost_lines, trim_cache
from shimin.capabilities.enquiries.operations.watching import watch_sources
from shimin.capabilities.enquiries.ports import (
    RecordAction,
    RecordActions,
    RecordSource,
    SourceSystem,
    actions_of,
    register_record_actions,
    set_record_source,
)
from shimin.capabilities.enquiries.queries.desk import (
    OFFICER,
    DeskDispute,
    SourceView,
    count_open_disputes,
    get_dispute_for,
    list_disputes,
    list_sources,
)
from shimin.capabilities.enquiries.queries.offers import get_offer
from shimin.capabilities.enquiries.queries.reads import (
    DisputeView,
    Read,
    ReadPage,
    get_read_for,
    list_read_items,
    list_reads,
)

__all__ = [
    "LONGEST_WORDS",
    "OFFICER",
    "OUTCOME_WORDS",
    "REASON_WORDS",
    "AlreadyAnswered",
    "Answer",
    "AnswerRejected",
    "ConsentRequired",
    "DeskDispute",
    "DisputeAnswered",
    "DisputeFiled",
    "DisputeReason",
    "DisputeState",
    "DisputeView",
    "ItemClosed",
    "Lookup",
    "NotDisputable",
    "Offer",
    "OtherReading",
    "Outcome",
    "Param",
    "ParamType",
    "PrefetchRefused",
    "Read",
    "ReadPage",
    "Record",
    "RecordAction",
    "RecordActions",
    "RecordLookedUp",
    "RecordSource",
    "SourceBusy",
    "SourceRefused",
    "SourceSystem",
    "SourceUnavailable",
    "SourceView",
    "ToldPlot",
    "ToldRecord",
    "UnknownView",
    "View",
    "WrongParam",
    "actions_of",
    "answer_dispute",
    "are_complete",
    "close_lost_lines",
    "count_open_disputes",
    "file_dispute",
    "get_dispute_for",
    "get_offer",
    "get_read_for",
    "list_disputes",
    "list_read_items",
    "list_reads",
    "list_sources",
    "look_up",
    "other_readings",
    "register_other_readings",
    "register_record_actions",
    "request_callback",
    "say_value",
    "set_record_source",
    "tell",
    "tell_dispute_answered",
    "tell_plots",
    "tell_records",
    "trim_cache",
    "watch_sources",
]
