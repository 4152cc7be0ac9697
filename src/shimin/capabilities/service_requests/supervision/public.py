"""What pages, the API, tasks and other capabilities may use of supervision: cards, call-backs, figures, reports."""

from shimin.capabilities.service_requests.supervision.events import (
    CallBackNoted,
    CardAppealed,
    CardDecided,
    CardIssued,
    WeeklyReportMade,
)
from shimin.capabilities.service_requests.supervision.operations.calling_back import (
    CallBackEnded,
    draw_call_back,
    note_call,
    note_unreached,
    reveal_phone,
)
from shimin.capabilities.service_requests.supervision.operations.carding import (
    AppealNotOpen,
    appeal_card,
    card_answered,
    decide_appeal,
    issue_cards,
)
from shimin.capabilities.service_requests.supervision.operations.ladder import LadderSkipped, order, redo, summon, urge
from shimin.capabilities.service_requests.supervision.operations.reporting import make_weekly_reports
from shimin.capabilities.service_requests.supervision.queries.by_agency import (
    HOW,
    STATEMENT,
    AgencyFigures,
    CityFigures,
    figures_by_agency,
)
from shimin.capabilities.service_requests.supervision.queries.figures import (
    BASELINE_ANSWERS,
    BASELINE_DAYS,
    CallBackView,
    CardView,
    Figures,
    Grouping,
    count_figures,
    list_appeals,
    list_call_backs,
    list_cards_of,
    require_supervisor,
)
from shimin.capabilities.service_requests.supervision.queries.reports import (
    WeekReport,
    get_weekly_report,
    list_weekly_reports,
)

__all__ = [
    "BASELINE_ANSWERS",
    "BASELINE_DAYS",
    "HOW",
    "STATEMENT",
    "AgencyFigures",
    "AppealNotOpen",
    "CallBackEnded",
    "CallBackNoted",
    "CallBackView",
    "CardAppealed",
    "CardDecided",
    "CardIssued",
    "CardView",
    "CityFigures",
    "Figures",
    "Grouping",
    "LadderSkipped",
    "WeekReport",
    "WeeklyReportMade",
    "appeal_card",
    "card_answered",
    "count_figures",
    "decide_appeal",
    "draw_call_back",
    "figures_by_agency",
    "get_weekly_report",
    "issue_cards",
    "list_appeals",
    "list_call_backs",
    "list_cards_of",
    "list_weekly_reports",
    "make_weekly_reports",
    "note_call",
    "note_unreached",
    "order",
    "redo",
    "require_supervisor",
    "reveal_phone",
    "summon",
    "urge",
]
