"""Letters about the board: subscribe and confirm an address, tell of figures that leave their bands, write weekly."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import date, datetime, time, timedelta

from django.db import connection

from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.identity.public import grants_of
from shimin.capabilities.indicators.domain.board import FIGURE_WORDS, BoardFigure, bands_for, figure_words, target_words
from shimin.capabilities.indicators.models import BandAlert, Subscription
from shimin.capabilities.indicators.models.watching import CODE, RECIPIENT
from shimin.capabilities.indicators.queries.watching import Topic, require_supervisor
from shimin.capabilities.notices.public import require_mail_channel, send_letter
from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.capabilities.service_requests.supervision.public import (
    AgencyFigures,
    CityFigures,
    Figures,
    figures_by_agency,
    get_weekly_report,
)
from shimin.kernel import audit, rate
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, InvalidInput, NotFound
from shimin.kernel.ids import new_id

WATCHED_DAYS = 30
LEAST = 10  # a rate of fewer requests says little: nobody is alarmed by it
_CODE_LIFETIME = timedelta(hours=24)
_MOST_TRIES = 5
_ADDRESS = re.compile(r"[^@\s<>,;\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{3,190}")
_WEEKLY_HOUR = 8
_OF_RATE = {
    BoardFigure.RESPONSE_RATE: "answered",
    BoardFigure.SOLVED_RATE: "rated",
    BoardFigure.SATISFIED_RATE: "rated",
}
_BEGIN = """
    INSERT INTO indicators_band_alert (id, city_code, figure, side, value, began_at) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (city_code, figure) WHERE ended_at IS NULL DO NOTHING
"""


class CodeWrong(Conflict):
    """The code from the letter is wrong, too old, or was guessed at too often."""

    code = "indicators.subscription_code"
    message = "验证码不对，或者已经过期。"
    mend = "请看最新的一封邮件；试了五次以上的，请删掉重新订阅。"


def subscribe(*, actor: Actor, city_code: str, topic: Topic, recipient: str, now: datetime) -> int:
    """Keep the wish and send a code to the address; letters begin once it is confirmed. Return its id.

    Asking again with the same topic replaces address and code.

    Raises:
        NotFound: the actor is no supervisor of the city.
        InvalidInput: no mail address. NoMailChannel: letters cannot go. TooManyRequests: more than ten an hour.
    """
    require_supervisor(actor, city_code)
    address = recipient.strip()
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise InvalidInput(fields={"recipient": "请填写一个邮箱地址，例如 duban@city.example.cn。"})
    require_mail_channel()
    rate.hit("indicators.subscribe", str(actor.account_id), limit=10, window_seconds=3600, now=now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    with scope(actor):
        row, _ = Subscription.objects.update_or_create(
            account_id=actor.account_id or 0, city_code=city_code, topic=topic,
            defaults={
                "recipient": encrypt(address, context=RECIPIENT), "code": encrypt(code, context=CODE), "tries": 0,
                "created_at": now, "confirmed_at": None, "sent_for": None,
            },
        )  # fmt: skip
        send_letter(recipient=address, template="indicators.confirm_subscription", values={"code": code}, now=now)
        _record(actor, "indicators.subscribed", row, now)
    return int(row.id)


def confirm_subscription(*, actor: Actor, subscription_id: int, code: str, now: datetime) -> None:
    """Let letters go to the address whose code this is. Repeating it changes nothing.

    Raises:
        NotFound: no such subscription of the actor's. CodeWrong: see there.
    """
    with scope(actor):
        row = _own(actor, subscription_id)
        if row.confirmed_at is not None:
            return
        row.tries += 1
        row.save(update_fields=["tries"])
        fits = hmac.compare_digest(decrypt(bytes(row.code), context=CODE), code.strip()) if code.isascii() else False
        is_right = fits and row.tries <= _MOST_TRIES and now < row.created_at + _CODE_LIFETIME
        if is_right:
            row.confirmed_at, row.sent_for = now, _monday(local_date(now))
            row.save(update_fields=["confirmed_at", "sent_for"])
            _record(actor, "indicators.subscription_confirmed", row, now)
    if not is_right:  # outside: the try stays counted
        raise CodeWrong


def unsubscribe(*, actor: Actor, subscription_id: int, now: datetime) -> None:
    """Send no more letters.

    Raises:
        NotFound: no such subscription of the actor's.
    """
    with scope(actor):
        row = _own(actor, subscription_id)
        _record(actor, "indicators.unsubscribed", row, now)
        row.delete()


def watch_bands(now: datetime) -> int:
    """Look at every city that somebody watches; note and tell which figures have left or come back. Return how many.

    Two who run at once tell once: the row of the open alert is the claim.
    """
    told = 0
    for city_code in _watched():
        figures = _figures(city_code, now)
        for figure, band in bands_for(city_code, local_date(now)).items():
            value = figure.of(figures.together)
            if value is None or not _is_enough(figures.together, figure):
                continue
            with scope(SYSTEM):
                side = band.side_of(value)
                moved = _begin(city_code, figure, side, value, now) if side else _end(city_code, figure, now)
                if moved:
                    _tell(city_code, figure, value, target_words(figure, band), bool(side), now)
                    told += 1
    return told


def send_weekly(now: datetime) -> int:
    """Send the weekly letters that are due: on Mondays from eight o'clock, each once. Return how many went."""
    local = now.astimezone(CHINA)
    monday = _monday(local.date())
    if local < datetime.combine(monday, time(_WEEKLY_HOUR), CHINA):
        return 0
    sent = 0
    for city_code in _watched():
        lines = ""
        for row in _subscribers(city_code, Topic.WEEKLY, now):
            with scope(SYSTEM):
                # The claim and the letter come together: after a kill both are there or neither.
                claimed = Subscription.objects.filter(id=row.id, sent_for__lt=monday).update(sent_for=monday)
                if not claimed:
                    continue
                lines = lines or _weekly_lines(city_code, now)
                values = {"city": get_region(city_code).name, "week": f"{monday - timedelta(days=7):%m月%d日}起一周",
                          "lines": lines}  # fmt: skip
                send_letter(recipient=_address(row), template="indicators.weekly_board", values=values, now=now)
                sent += 1
    return sent


def tell_weekly_report(*, city_code: str, week_starts: date, now: datetime) -> int:
    """Tell subscribers that the supervisor's report of a week is there, with its figures and where it lies.

    Return how many letters went; for the worker, which delivers the news once.
    """
    report = get_weekly_report(SYSTEM, city_code=city_code, week_starts=week_starts)
    sent = 0
    for row in _subscribers(city_code, Topic.REPORT, now):
        with scope(SYSTEM):
            values = {
                "city": get_region(city_code).name, "city_code": city_code, "week": week_starts.isoformat(),
                "days": f"{week_starts:%m月%d日}至{report.week_ends:%m月%d日}", "lines": _report_lines(report.whole),
            }  # fmt: skip
            send_letter(recipient=_address(row), template="indicators.weekly_report", values=values, now=now)
        sent += 1
    return sent


def erase_subscriptions(account_id: int, person_id: int | None, now: datetime) -> int:
    """Delete an account's subscriptions; return how many."""
    gone, _ = Subscription.objects.filter(account_id=account_id).delete()
    return gone


def _watched() -> list[str]:
    with scope(SYSTEM):
        rows = Subscription.objects.exclude(confirmed_at=None).values_list("city_code", flat=True)
        return list(rows.distinct().order_by("city_code"))


def _figures(city_code: str, now: datetime, days: int = WATCHED_DAYS) -> CityFigures:
    return figures_by_agency(actor=SYSTEM, city_code=city_code, since=now - timedelta(days=days), until=now, now=now)


def _begin(city_code: str, figure: BoardFigure, side: str, value: float, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [new_id(), city_code, str(figure), side, value, now])
        return bool(cursor.rowcount == 1)


def _end(city_code: str, figure: BoardFigure, now: datetime) -> bool:
    ended: int = BandAlert.objects.filter(city_code=city_code, figure=str(figure), ended_at=None).update(ended_at=now)
    return ended == 1


def _tell(city_code: str, figure: BoardFigure, value: float, target: str, is_outside: bool, now: datetime) -> None:
    template = "indicators.figure_left_band" if is_outside else "indicators.figure_came_back"
    values = {"city": get_region(city_code).name, "figure": FIGURE_WORDS[figure],
              "value": figure_words(figure, value), "target": target}  # fmt: skip
    for row in _subscribers(city_code, Topic.ALERTS, now):
        send_letter(recipient=_address(row), template=template, values=values, now=now)


def _is_enough(together: AgencyFigures, figure: BoardFigure) -> bool:
    return figure not in _OF_RATE or getattr(together, _OF_RATE[figure]) >= LEAST


def _subscribers(city_code: str, topic: Topic, now: datetime) -> list[Subscription]:
    """Return the confirmed subscriptions whose account is still supervisor of the city."""
    with scope(SYSTEM):
        rows = Subscription.objects.filter(city_code=city_code, topic=topic).exclude(confirmed_at=None)
        return [row for row in rows.order_by("id") if _is_supervisor(row.account_id, city_code, now)]


def _is_supervisor(account_id: int, city_code: str, now: datetime) -> bool:
    grants = grants_of(account_id, now)
    return any(each.role == SUPERVISOR and each.region_code in (None, city_code) for each in grants)


def _weekly_lines(city_code: str, now: datetime) -> str:
    together, today = _figures(city_code, now, days=7).together, local_date(now)
    bands = bands_for(city_code, today)
    lines = []
    for figure in BoardFigure:
        value, band = figure.of(together), bands.get(figure)
        outside = value is not None and band is not None and band.side_of(value)
        target = f"（目标{target_words(figure, band)}{'，超出范围' if outside else ''}）" if band else ""
        lines.append(f"{FIGURE_WORDS[figure]}：{figure_words(figure, value)}{target}")
    return "\n".join(lines)


def _report_lines(whole: Figures | None) -> str:
    if whole is None:
        return "这一周没有新的诉求。"
    return "\n".join(
        (
            f"收到：{whole.filed}件，办结{whole.ended}件",
            f"按时办结率：{_share(whole.in_time, whole.ended)}，超期未办{whole.late}件",
            f"黄牌：{whole.yellow}张，红牌：{whole.red}张",
            f"退单：{whole.returned}件，重办：{whole.redone}件",
            f"响应率：{_share(whole.responded, whole.reached)}",
            f"解决率：{_share(whole.solved, whole.reached)}",
            f"满意率：{_share(whole.satisfied, whole.rated)}",
        )
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "没有数"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _own(actor: Actor, subscription_id: int) -> Subscription:
    row = Subscription.objects.select_for_update().filter(id=subscription_id, account_id=actor.account_id or 0).first()
    if row is None:
        raise NotFound("没有这个订阅。")
    return row


def _address(row: Subscription) -> str:
    return decrypt(bytes(row.recipient), context=RECIPIENT)


def _record(actor: Actor, action: str, row: Subscription, now: datetime) -> None:
    audit.record(
        actor=actor, action=action, target="subscription", target_id=row.id, now=now, city_code=row.city_code,
        details={"topic": row.topic},
    )  # fmt: skip
