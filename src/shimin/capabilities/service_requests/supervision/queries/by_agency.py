"""How the agencies of a city do: lights of what is open, rates of what was answered. One statement, from the rows.

``HOW`` says of each figure in words how it is counted; ``STATEMENT`` is the very query, for pages to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from shimin.capabilities.service_requests.domain.deadlines import COUNTRY
from shimin.capabilities.service_requests.domain.lights import all_rules
from shimin.capabilities.service_requests.domain.states import AT_AN_AGENCY
from shimin.capabilities.service_requests.queries.rows import STAFF_ROLES, WHOLE_CITY
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.calendar import WorkingCalendar, working_calendar
from shimin.kernel.calendar.deadlines import Unit
from shimin.kernel.calendar.lights import moved
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

_FURTHEST = 400  # days that a limit may lie from now: more than any rule moves


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """One agency in a span; ``agency_id`` None: what no agency has, or the whole city. Numbers are requests; ``*_days``
    are medians in days, None of none."""

    agency_id: int | None
    open: int
    warning: int
    yellow: int
    red: int
    filed: int
    answered: int
    in_time: int
    promised_days: float | None
    real_days: float | None
    rated: int
    solved: int
    very_satisfied: int
    satisfied: int
    fairly_satisfied: int
    dissatisfied: int
    very_dissatisfied: int
    returned: int
    redone: int

    @property
    def pleased(self) -> int:
        """Ratings that are no 差评."""
        return self.very_satisfied + self.satisfied + self.fairly_satisfied

    @property
    def response_rate(self) -> float | None:
        """响应率: answered in time of all answered, 0 to 1; None of none."""
        return self.in_time / self.answered if self.answered else None

    @property
    def solved_rate(self) -> float | None:
        """解决率: solved of all rated."""
        return self.solved / self.rated if self.rated else None

    @property
    def satisfied_rate(self) -> float | None:
        """满意率: no 差评, of all rated."""
        return self.pleased / self.rated if self.rated else None


@dataclass(frozen=True, slots=True)
class CityFigures:
    """All that the actor reads of a city together, and each agency."""

    together: AgencyFigures
    agencies: tuple[AgencyFigures, ...]


HOW = {
    "open": "现在在部门手里、还没有答复的诉求。",
    "warning": "其中快到期的：离期限的时间不多于规则写的提前量。",
    "yellow": "其中已过期限、亮黄牌的。",
    "red": "其中过期更久、亮红牌的。暂停计时的不亮灯。",
    "filed": "这段时间收到的诉求，按现在的承办部门算。",
    "answered": "这段时间作出答复的诉求；重办的按最后一次答复算。",
    "in_time": "其中答复时没有过期限的。响应率＝按时答复÷答复。",
    "promised_days": "答复的诉求，从提交到期限的天数，取中间一件（不取平均，免得个别极长的拉偏）。",
    "real_days": "答复的诉求，从提交到答复的天数，取中间一件。",
    "rated": "答复的诉求里市民评价过的。",
    "solved": "其中没有要求重办、评价不是差评的。解决率＝解决÷评价过。",
    "pleased": "评价非常满意、满意、基本满意的。满意率＝这三档÷评价过。",
    "returned": "这段时间收到的诉求里部门退过单的。",
    "redone": "这段时间收到的诉求里市民要求重办过的。",
}

STATEMENT = """
    WITH r AS (
        SELECT q.agency_id, q.state, q.filed_at, q.due_at, q.answered_at, q.rating, q.returns, q.level,
            q.is_clock_running, q.state = ANY(%(at_an_agency)s) AS is_open,
            q.filed_at >= %(since)s AND q.filed_at < %(until)s AS is_filed,
            q.answered_at >= %(since)s AND q.answered_at < %(until)s AS is_answered,
            l.warns, l.yellow, l.red
        FROM service_requests_request q
        LEFT JOIN LATERAL (
            SELECT warns, yellow, red FROM unnest(
                %(kinds)s::text[], %(from)s::date[], %(to)s::date[], %(local)s::boolean[],
                %(warns)s::timestamptz[], %(yellow)s::timestamptz[], %(red)s::timestamptz[]
            ) AS rule (kind, valid_from, valid_to, is_local, warns, yellow, red)
            WHERE rule.kind = CASE WHEN q.is_emergency THEN 'emergency' ELSE q.request_kind END
              AND rule.valid_from <= (q.filed_at AT TIME ZONE 'Asia/Shanghai')::date
              AND (rule.valid_to IS NULL OR (q.filed_at AT TIME ZONE 'Asia/Shanghai')::date < rule.valid_to)
            ORDER BY rule.is_local DESC, rule.valid_from DESC LIMIT 1
        ) l ON q.state = ANY(%(at_an_agency)s) AND q.is_clock_running
        WHERE q.city_code = %(city)s AND (%(agencies)s::bigint[] IS NULL OR q.agency_id = ANY(%(agencies)s))
          AND q.state NOT IN ('withdrawn', 'merged')
          AND (q.state = ANY(%(at_an_agency)s) OR q.filed_at >= %(since)s OR q.answered_at >= %(since)s)
    )
    SELECT agency_id,
        count(*) FILTER (WHERE is_open) AS open,
        count(*) FILTER (WHERE due_at <= warns AND due_at > yellow) AS warning,
        count(*) FILTER (WHERE due_at <= yellow AND due_at > red) AS yellow,
        count(*) FILTER (WHERE due_at <= red) AS red,
        count(*) FILTER (WHERE is_filed) AS filed,
        count(*) FILTER (WHERE is_answered) AS answered,
        count(*) FILTER (WHERE is_answered AND answered_at < due_at) AS in_time,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM due_at - filed_at) / 86400)
            FILTER (WHERE is_answered) AS promised_days,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - filed_at) / 86400)
            FILTER (WHERE is_answered) AS real_days,
        count(*) FILTER (WHERE is_answered AND rating <> '') AS rated,
        count(*) FILTER (WHERE is_answered AND rating <> '' AND level = 0 AND rating !~ 'dissatisfied') AS solved,
        count(*) FILTER (WHERE is_answered AND rating = 'very_satisfied') AS very_satisfied,
        count(*) FILTER (WHERE is_answered AND rating = 'satisfied') AS satisfied,
        count(*) FILTER (WHERE is_answered AND rating = 'fairly_satisfied') AS fairly_satisfied,
        count(*) FILTER (WHERE is_answered AND rating = 'dissatisfied') AS dissatisfied,
        count(*) FILTER (WHERE is_answered AND rating = 'very_dissatisfied') AS very_dissatisfied,
        count(*) FILTER (WHERE is_filed AND returns > 0) AS returned,
        count(*) FILTER (WHERE is_filed AND level > 0) AS redone
    FROM r GROUP BY GROUPING SETS ((), (agency_id)) ORDER BY grouping(agency_id) DESC, agency_id NULLS LAST
"""


def figures_by_agency(*, actor: Actor, city_code: str, since: datetime, until: datetime, now: datetime) -> CityFigures:
    """Return the figures of the span ``[since, until)``, open requests as of ``now``; officers see their own agency.

    Raises:
        NotFound: no grant of the actor reads requests of that city.
    """
    agencies = _agencies_of(actor, city_code)
    kinds, begins, ends, local, warns, yellow, red = zip(*_limits(city_code, now), strict=True)
    values: dict[str, Any] = {
        "city": city_code, "since": since, "until": until, "agencies": agencies,
        "at_an_agency": [str(state) for state in AT_AN_AGENCY], "kinds": list(kinds), "from": list(begins),
        "to": list(ends), "local": list(local), "warns": list(warns), "yellow": list(yellow), "red": list(red),
    }  # fmt: skip
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(STATEMENT, values)
        rows = cursor.fetchall()
    together, *each = (AgencyFigures(*row) for row in rows)
    return CityFigures(together, tuple(each))


def _agencies_of(actor: Actor, city_code: str) -> list[int] | None:
    """Return the agencies whose requests of the city the actor reads; None for all."""
    if actor.kind is ActorKind.SYSTEM:
        return None
    here = [grant for grant in actor.grants if grant.role in STAFF_ROLES and grant.region_code in (None, city_code)]
    if not here:
        raise NotFound
    if any(grant.role in WHOLE_CITY or grant.agency_id is None for grant in here):
        return None
    return [grant.agency_id for grant in here if grant.agency_id is not None]


def _limits(city_code: str, now: datetime) -> Iterator[tuple[object, ...]]:
    """Yield each rule of lights as instants: what is due at or before the first warns now, and so on."""
    calendar = working_calendar()
    for dated in all_rules():
        if dated.region_code in (city_code, COUNTRY):
            rule = dated.rule
            offsets = (-rule.warn_before, rule.yellow_after, rule.red_after)
            limits = (due_before(now, offset, rule.unit, calendar) for offset in offsets)
            yield dated.kind, dated.valid_from, dated.valid_to, dated.region_code == city_code, *limits


def due_before(now: datetime, amount: int, unit: Unit, calendar: WorkingCalendar) -> datetime:
    """Return the latest deadline whose limit, ``amount`` units after it, is reached at ``now``."""
    if amount == 0:
        return now
    if unit is Unit.HOUR:
        return now - timedelta(hours=amount)
    return _last_day(local_date(now), amount, unit, calendar)


@lru_cache(maxsize=512)
def _last_day(today: date, amount: int, unit: Unit, calendar: WorkingCalendar) -> datetime:
    """Return 24:00 of the last day whose limit is reached some time today; limits of days are reached at 24:00."""
    begins = datetime.combine(today, time.min, CHINA)
    low, high = -_FURTHEST, _FURTHEST  # the limit of ``low`` is reached, that of ``high`` is not
    while high - low > 1:
        middle = (low + high) // 2
        at = begins + timedelta(days=middle)
        low, high = (middle, high) if moved(at, amount, unit, calendar) <= begins else (low, middle)
    return begins + timedelta(days=low)
