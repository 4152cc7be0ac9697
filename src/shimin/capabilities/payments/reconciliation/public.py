"""What pages, tasks and the bench may use of reconciliation."""

from shimin.capabilities.payments.reconciliation.domain.day_files import billers_of, is_biller
from shimin.capabilities.payments.reconciliation.domain.differences import (
    BY_HAND,
    MEANINGS,
    OWNER_WORDS,
    WAY_WORDS,
    Kind,
    Owner,
    Way,
)
from shimin.capabilities.payments.reconciliation.operations.biller_files import (
    FINDING_WORDS,
    FileTooLong,
    billers_of_day,
    fetch_biller_file,
    own_file,
    reconcile_biller,
    send_own_file,
)
from shimin.capabilities.payments.reconciliation.operations.closing import (
    DayClosed,
    DayNotReady,
    DifferenceClosed,
    close_day,
    close_difference,
)
from shimin.capabilities.payments.reconciliation.operations.comparing import (
    Outcome,
    compare_day,
    reconcile_day,
    ways_of,
)
from shimin.capabilities.payments.reconciliation.operations.importing import (
    Imported,
    StatementRefused,
    download_statement,
    import_statement,
    yesterday,
)
from shimin.capabilities.payments.reconciliation.queries.biller_days import BillerDay, list_biller_days
from shimin.capabilities.payments.reconciliation.queries.days import (
    DayState,
    DifferenceView,
    GatewayDay,
    count_open,
    find_close,
    gateway_days,
    gateways_of_day,
    list_days,
    list_differences,
)
from shimin.capabilities.payments.reconciliation.queries.settlement import (
    EntryPage,
    SettlementRow,
    list_entries,
    settlement_for,
    treasury_file,
)

__all__ = [
    "BY_HAND",
    "FINDING_WORDS",
    "MEANINGS",
    "OWNER_WORDS",
    "WAY_WORDS",
    "BillerDay",
    "DayClosed",
    "DayNotReady",
    "DayState",
    "DifferenceClosed",
    "DifferenceView",
    "EntryPage",
    "FileTooLong",
    "GatewayDay",
    "Imported",
    "Kind",
    "Outcome",
    "Owner",
    "SettlementRow",
    "StatementRefused",
    "Way",
    "billers_of",
    "billers_of_day",
    "close_day",
    "close_difference",
    "compare_day",
    "count_open",
    "download_statement",
    "fetch_biller_file",
    "find_close",
    "gateway_days",
    "gateways_of_day",
    "import_statement",
    "is_biller",
    "list_biller_days",
    "list_days",
    "list_differences",
    "list_entries",
    "own_file",
    "reconcile_biller",
    "reconcile_day",
    "send_own_file",
    "settlement_for",
    "treasury_file",
    "ways_of",
    "yesterday",
]
