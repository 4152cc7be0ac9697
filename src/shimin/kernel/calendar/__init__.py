"""Working days by the yearly list (``working_days``), and the deadlines that run over them (``deadlines``)."""

from shimin.kernel.calendar.working_days import (
    EDITOR_ROLE,
    HOLIDAYS,
    CalendarWarning,
    DayKind,
    WorkingCalendar,
    load_reference,
    set_day,
    working_calendar,
)

__all__ = [
    "EDITOR_ROLE",
    "HOLIDAYS",
    "CalendarWarning",
    "DayKind",
    "WorkingCalendar",
    "load_reference",
    "set_day",
    "working_calendar",
]
