"""What pages, the API, tasks and other capabilities may use of service requests."""

from shimin.capabilities.service_requests.domain.boxes import Box, read_box
from shimin.capabilities.service_requests.domain.danger import is_danger
from shimin.capabilities.service_requests.domain.deadlines import Term, named_term, term_for
from shimin.capabilities.service_requests.domain.filing import LONGEST_ADDRESS, LONGEST_WORDS, Filing, read_address_part
from shimin.capabilities.service_requests.domain.kinds import KIND_WORDS, RequestKind, kind_in
from shimin.capabilities.service_requests.domain.lights import light_rule_for
from shimin.capabilities.service_requests.domain.matters import MATTER_WORDS, Matter
from shimin.capabilities.service_requests.domain.personal_data import personal_data_in
from shimin.capabilities.service_requests.domain.photos import MOST_AT_ONCE
from shimin.capabilities.service_requests.domain.rating import BAD, RATING_WORDS, Rating
from shimin.capabilities.service_requests.domain.reply_templates import ReplyTemplate
from shimin.capabilities.service_requests.domain.state_page import states_page
from shimin.capabilities.service_requests.domain.states import AT_OFFICER, OPEN_STATES, STATE_WORDS, RequestState
from shimin.capabilities.service_requests.domain.steps import STEP_WORDS, Action, StepRefused, Who, actions_from
from shimin.capabilities.service_requests.domain.voices import MOST_VOICES_AT_ONCE, words_beside_voice
from shimin.capabilities.service_requests.events import ArticleReviewed, RequestFiled, RequestJoined, RequestMoved
from shimin.capabilities.service_requests.operations.alerting import NoEmergency, alert_duty_desk, update_position
from shimin.capabilities.service_requests.operations.deriving import (
    end_mirrors,
    follow_hand_over,
    follow_mirror,
    follow_split,
    forward_to_mirrors,
    hand_over,
    is_told_at_home,
    split,
    take_back,
)
from shimin.capabilities.service_requests.operations.desk_steps import DESK_STEPS, take_desk_step
from shimin.capabilities.service_requests.operations.dispatching import (
    SameAgencyAgain,
    arbitrate,
    classify,
    decline,
    dispatch,
)
from shimin.capabilities.service_requests.operations.exporting import export_requests
from shimin.capabilities.service_requests.operations.filing import MANDATE_SCOPE, Receipt, file_request, read_filing
from shimin.capabilities.service_requests.operations.following import (
    ChasedLately,
    HighestLevel,
    add_facts,
    chase,
    rate_answer,
    read_rating,
    reopen,
    withdraw,
)
from shimin.capabilities.service_requests.operations.handling import (
    ExtensionNotOpen,
    ExtensionTooLong,
    ReturnForbidden,
    ReturnTooLate,
    SecondPersonNeeded,
    accept,
    approve_extension,
    ask_extension,
    draft_reply,
    publish_answer,
    refuse_extension,
    release_reply,
    reply,
    reply_interim,
    resume,
    return_request,
    send_back_draft,
    suspend,
)
from shimin.capabilities.service_requests.operations.importing import (
    ImportOutcome,
    Message,
    import_message,
    known_messages,
    read_message,
    told_to,
)
from shimin.capabilities.service_requests.operations.joining import join_request
from shimin.capabilities.service_requests.operations.knowing import (
    ArticleDone,
    approve_article,
    propose_article,
    retire_article,
)
from shimin.capabilities.service_requests.operations.merging import MergeRefused, follow_merge, merge
from shimin.capabilities.service_requests.operations.news import is_news, mark_news_seen, tell_desk
from shimin.capabilities.service_requests.operations.noting import add_note
from shimin.capabilities.service_requests.operations.photos import (
    KeptPhoto,
    PhotoGone,
    ReceivedPhoto,
    TooManyPhotos,
    forget_unused_photos,
    read_photo_tokens,
    receive_request_photo,
)
from shimin.capabilities.service_requests.operations.ruling import dispatch_by_rule, propose_agency
from shimin.capabilities.service_requests.operations.suggesting import suggest_category
from shimin.capabilities.service_requests.operations.telling import is_told, tell_filed, tell_step
from shimin.capabilities.service_requests.operations.upkeep import close_unrated, forget_filing_keys, resume_due
from shimin.capabilities.service_requests.operations.voices import (
    KeptVoice,
    TooManyVoices,
    VoiceGone,
    forget_unused_voices,
    read_voice_tokens,
    receive_request_voice,
)
from shimin.capabilities.service_requests.ports import (
    Choice,
    Place,
    Similar,
    Suggestion,
    TextReader,
    get_text_reader,
    set_text_reader,
)
from shimin.capabilities.service_requests.ports.desk_parts import DeskPart, list_desk_parts, register_desk_part
from shimin.capabilities.service_requests.ports.follow_parts import FollowPart, list_follow_parts, register_follow_part
from shimin.capabilities.service_requests.ports.report_parts import ReportPart, list_report_parts, register_report_part
from shimin.capabilities.service_requests.queries.desk import find_desk_request, get_desk_request
from shimin.capabilities.service_requests.queries.dispatch_advice import (
    Advice,
    AgencyChoice,
    advise,
    check_catalogue,
    list_categories,
)
from shimin.capabilities.service_requests.queries.insults import mask_for_others, mask_insults
from shimin.capabilities.service_requests.queries.knowledge import (
    ArticleView,
    find_articles,
    get_article,
    list_articles,
    list_proposed,
)
from shimin.capabilities.service_requests.queries.look_over import LookOver, look_over
from shimin.capabilities.service_requests.queries.matters import MatterView
from shimin.capabilities.service_requests.queries.news import NewsView, count_news, list_news
from shimin.capabilities.service_requests.queries.opening import WrongCode
from shimin.capabilities.service_requests.queries.own import (
    OwnPage,
    count_try,
    find_request,
    get_opened_request,
    get_request_for,
    latest_open,
    list_requests,
    look_up_request,
)
from shimin.capabilities.service_requests.queries.photos import get_photo_for
from shimin.capabilities.service_requests.queries.pins import MOST_PINS, Pin, PinMap, list_pins
from shimin.capabilities.service_requests.queries.published import (
    PublishedAnswer,
    get_published_answer,
    get_published_photo,
)
from shimin.capabilities.service_requests.queries.queues import QueueFilter, QueuePage, count_queue, list_queue
from shimin.capabilities.service_requests.queries.replaying import (
    ReplayOutcome,
    RequestFacts,
    find_facts,
    find_imported,
    list_supervised,
    replay_outcome,
)
from shimin.capabilities.service_requests.queries.reply_templates import list_reply_templates
from shimin.capabilities.service_requests.queries.rows import DISPATCHER, OFFICER, REVIEWER, STAFF_ROLES, SUPERVISOR
from shimin.capabilities.service_requests.queries.views import (
    ClockView,
    DeskRequest,
    NoteView,
    PhotoView,
    QueueLine,
    ReporterView,
    RequestLine,
    RequestView,
    StepView,
    VoiceView,
)
from shimin.capabilities.service_requests.queries.voices import get_voice_for
from shimin.capabilities.service_requests.queries.whereabouts import Elsewhere, elsewhere

__all__ = [
    "AT_OFFICER",
    "BAD",
    "DESK_STEPS",
    "DISPATCHER",
    "KIND_WORDS",
    "LONGEST_ADDRESS",
    "LONGEST_WORDS",
    "MANDATE_SCOPE",
    "MATTER_WORDS",
    "MOST_AT_ONCE",
    "MOST_PINS",
    "MOST_VOICES_AT_ONCE",
    "OFFICER",
    "OPEN_STATES",
    "RATING_WORDS",
    "REVIEWER",
    "STAFF_ROLES",
    "STATE_WORDS",
    "STEP_WORDS",
    "SUPERVISOR",
    "Action",
    "Advice",
    "AgencyChoice",
    "ArticleDone",
    "ArticleReviewed",
    "ArticleView",
    "Box",
    "ChasedLately",
    "Choice",
    "ClockView",
    "DeskPart",
    "DeskRequest",
    "Elsewhere",
    "ExtensionNotOpen",
    "ExtensionTooLong",
    "Filing",
    "FollowPart",
    "HighestLevel",
    "ImportOutcome",
    "KeptPhoto",
    "KeptVoice",
    "LookOver",
    "Matter",
    "MatterView",
    "MergeRefused",
    "Message",
    "NewsView",
    "NoEmergency",
    "NoteView",
    "OwnPage",
    "PhotoGone",
    "PhotoView",
    "Pin",
    "PinMap",
    "Place",
    "PublishedAnswer",
    "QueueFilter",
    "QueueLine",
    "QueuePage",
    "Rating",
    "Receipt",
    "ReceivedPhoto",
    "ReplayOutcome",
    "ReplyTemplate",
    "ReportPart",
    "ReporterView",
    "RequestFacts",
    "RequestFiled",
    "RequestJoined",
    "RequestKind",
    "RequestLine",
    "RequestMoved",
    "RequestState",
    "RequestView",
    "ReturnForbidden",
    "ReturnTooLate",
    "SameAgencyAgain",
    "SecondPersonNeeded",
    "Similar",
    "StepRefused",
    "StepView",
    "Suggestion",
    "Term",
    "TextReader",
    "TooManyPhotos",
    "TooManyVoices",
    "VoiceGone",
    "VoiceView",
    "Who",
    "WrongCode",
    "accept",
    "actions_from",
    "add_facts",
    "add_note",
    "advise",
    "alert_duty_desk",
    "approve_article",
    "approve_extension",
    "arbitrate",
    "ask_extension",
    "chase",
    "check_catalogue",
    "classify",
    "close_unrated",
    "count_news",
    "count_queue",
    "count_try",
    "decline",
    "dispatch",
    "dispatch_by_rule",
    "draft_reply",
    "elsewhere",
    "end_mirrors",
    "export_requests",
    "file_request",
    "find_articles",
    "find_desk_request",
    "find_facts",
    "find_imported",
    "find_request",
    "follow_hand_over",
    "follow_merge",
    "follow_mirror",
    "follow_split",
    "forget_filing_keys",
    "forget_unused_photos",
    "forget_unused_voices",
    "forward_to_mirrors",
    "get_article",
    "get_desk_request",
    "get_opened_request",
    "get_photo_for",
    "get_published_answer",
    "get_published_photo",
    "get_request_for",
    "get_text_reader",
    "get_voice_for",
    "hand_over",
    "import_message",
    "is_danger",
    "is_news",
    "is_told",
    "is_told_at_home",
    "join_request",
    "kind_in",
    "known_messages",
    "latest_open",
    "light_rule_for",
    "list_articles",
    "list_categories",
    "list_desk_parts",
    "list_follow_parts",
    "list_news",
    "list_pins",
    "list_proposed",
    "list_queue",
    "list_reply_templates",
    "list_report_parts",
    "list_requests",
    "list_supervised",
    "look_over",
    "look_up_request",
    "mark_news_seen",
    "mask_for_others",
    "mask_insults",
    "merge",
    "named_term",
    "personal_data_in",
    "propose_agency",
    "propose_article",
    "publish_answer",
    "rate_answer",
    "read_address_part",
    "read_box",
    "read_filing",
    "read_message",
    "read_photo_tokens",
    "read_rating",
    "read_voice_tokens",
    "receive_request_photo",
    "receive_request_voice",
    "refuse_extension",
    "register_desk_part",
    "register_follow_part",
    "register_report_part",
    "release_reply",
    "reopen",
    "replay_outcome",
    "reply",
    "reply_interim",
    "resume",
    "resume_due",
    "retire_article",
    "return_request",
    "send_back_draft",
    "set_text_reader",
    "split",
    "states_page",
    "suggest_category",
    "suspend",
    "take_back",
    "take_desk_step",
    "tell_desk",
    "tell_filed",
    "tell_step",
    "term_for",
    "told_to",
    "update_position",
    "withdraw",
    "words_beside_voice",
]
