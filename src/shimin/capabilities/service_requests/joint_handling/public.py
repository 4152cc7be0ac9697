"""What pages, the API and subscriptions may use of joint handling."""

from shimin.capabilities.service_requests.joint_handling.domain.part_page import joint_handling_page
from shimin.capabilities.service_requests.joint_handling.domain.parts import (
    DAYS,
    MOST_CO_HANDLERS,
    MOST_DAYS,
    PART_WORDS,
    PartAction,
    PartState,
    PartStepRefused,
    PartWho,
)
from shimin.capabilities.service_requests.joint_handling.events import PartMoved
from shimin.capabilities.service_requests.joint_handling.operations.asking import (
    AskedAlready,
    NotLed,
    ask_co_handlers,
)
from shimin.capabilities.service_requests.joint_handling.operations.checking import PartsMissing
from shimin.capabilities.service_requests.joint_handling.operations.co_handling import (
    DeclineForbidden,
    DeclineTooLate,
    accept_part,
    decline_part,
    give_contribution,
)
from shimin.capabilities.service_requests.joint_handling.operations.deciding import drop_part, insist_on_part
from shimin.capabilities.service_requests.joint_handling.operations.ending import end_parts
from shimin.capabilities.service_requests.joint_handling.operations.leading import show_photos, urge_part, waive_part
from shimin.capabilities.service_requests.joint_handling.operations.urging import urge_late_parts
from shimin.capabilities.service_requests.joint_handling.queries.lent import (
    LentPhoto,
    LentRequest,
    LentStep,
    OwnPart,
    OwnParts,
    count_own_parts,
    get_lent_photo,
    get_own_part,
    list_own_parts,
)
from shimin.capabilities.service_requests.joint_handling.queries.parts import (
    JointHandling,
    PartStepView,
    PartView,
    ToldPart,
    agency_names,
    get_joint_handling,
    get_led_part,
    list_parts,
    list_told_parts,
)
from shimin.capabilities.service_requests.joint_handling.queries.watching import (
    CoFigures,
    WatchedPart,
    count_co_handling,
    count_watched,
    list_watched,
)

__all__ = [
    "DAYS",
    "MOST_CO_HANDLERS",
    "MOST_DAYS",
    "PART_WORDS",
    "AskedAlready",
    "CoFigures",
    "DeclineForbidden",
    "DeclineTooLate",
    "JointHandling",
    "LentPhoto",
    "LentRequest",
    "LentStep",
    "NotLed",
    "OwnPart",
    "OwnParts",
    "PartAction",
    "PartMoved",
    "PartState",
    "PartStepRefused",
    "PartStepView",
    "PartView",
    "PartWho",
    "PartsMissing",
    "ToldPart",
    "WatchedPart",
    "accept_part",
    "agency_names",
    "ask_co_handlers",
    "count_co_handling",
    "count_own_parts",
    "count_watched",
    "decline_part",
    "drop_part",
    "end_parts",
    "get_joint_handling",
    "get_led_part",
    "get_lent_photo",
    "get_own_part",
    "give_contribution",
    "insist_on_part",
    "joint_handling_page",
    "list_own_parts",
    "list_parts",
    "list_told_parts",
    "list_watched",
    "show_photos",
    "urge_late_parts",
    "urge_part",
    "waive_part",
]
