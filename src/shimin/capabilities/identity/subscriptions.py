"""What follows from identity's events: messages to the person."""

from __future__ import annotations

import logging

from django.conf import settings

from shimin.capabilities.identity.domain.officers import BREAK_GLASS
from shimin.capabilities.identity.events import (
    AccountClosed,
    AccountRegistered,
    AccountsMerged,
    CounterActDone,
    CounterActUndone,
    GlassBroken,
    LevelRaised,
    MandateGiven,
    MandateWithdrawn,
    MergeUndone,
    NameChanged,
    PasswordChanged,
    PhoneChanged,
    RealNameVerified,
    RightAnswered,
    RightAsked,
    RiskNoted,
    SecondFactorChanged,
    SignedIn,
)
from shimin.capabilities.identity.models import RiskDecision, Session, StaffChange
from shimin.capabilities.identity.operations.merging.carrying import carry_on
from shimin.capabilities.identity.operations.own_data import erase_parts
from shimin.capabilities.notices.public import send_notice, send_text
from shimin.kernel.events import Delivery, on

_log = logging.getLogger(__name__)


@on(AccountRegistered)
def on_account_registered(event: AccountRegistered, delivery: Delivery) -> None:
    """Welcome the person and say what comes next."""
    send_notice(account_id=event.account_id, template="identity.welcome", values={}, now=delivery.occurred_at)


@on(RealNameVerified)
def on_real_name_verified(event: RealNameVerified, delivery: Delivery) -> None:
    """Tell the person, so that a stranger's doing would be noticed."""
    send_notice(
        account_id=event.account_id, template="identity.real_name_verified", values={}, now=delivery.occurred_at
    )


@on(SignedIn)
def on_signed_in(event: SignedIn, delivery: Delivery) -> None:
    """Warn of a sign-in from a device the account did not know."""
    session = Session.objects.filter(id=event.session_id).first() if event.is_new_device else None
    if session is not None:
        values = {"device": session.device_label, "network": session.network or "未知网络"}
        send_notice(
            account_id=event.account_id, template="identity.new_device", values=values, now=delivery.occurred_at
        )  # fmt: skip


@on(RiskNoted)
def on_risk_noted(event: RiskNoted, delivery: Delivery) -> None:
    """Say what was unusual; of a new device the sign-in itself tells."""
    row = RiskDecision.objects.filter(id=event.decision_id).first()
    told = [rule["person"] for rule in row.rules if rule["code"] != "new_device"] if row is not None else []
    if row is not None and told:
        values = {"device": row.device_label, "why": "".join(told)}
        if event.act == "sign_in":
            values["network"] = row.network or "未知网络"
        send_notice(
            account_id=event.account_id, template=f"identity.risk_{event.act}", values=values, now=delivery.occurred_at
        )  # fmt: skip


@on(PasswordChanged)
def on_password_changed(event: PasswordChanged, delivery: Delivery) -> None:
    """Warn the owner of a new password."""
    template = "identity.password_changed_by_owner" if event.keeps_level else "identity.password_changed"
    send_notice(account_id=event.account_id, template=template, values={}, now=delivery.occurred_at)


@on(SecondFactorChanged)
def on_second_factor_changed(event: SecondFactorChanged, delivery: Delivery) -> None:
    """Tell the owner what changed about how they sign in."""
    send_notice(
        account_id=event.account_id, template=f"identity.factor_{event.change}", values={}, now=delivery.occurred_at
    )


@on(MandateGiven)
def on_mandate_given(event: MandateGiven, delivery: Delivery) -> None:
    """Tell both sides."""
    sides = ((event.account_id, "given_to_me"), (event.principal_account_id, "given_by_me"))
    for account_id, words in sides:
        if account_id:
            send_notice(
                account_id=account_id, template=f"identity.mandate_{words}", values={}, now=delivery.occurred_at
            )


@on(MandateWithdrawn)
def on_mandate_withdrawn(event: MandateWithdrawn, delivery: Delivery) -> None:
    """Tell both sides."""
    for account_id in (event.account_id, event.principal_account_id):
        if account_id:
            send_notice(
                account_id=account_id, template="identity.mandate_withdrawn", values={}, now=delivery.occurred_at
            )


@on(LevelRaised)
def on_level_raised(event: LevelRaised, delivery: Delivery) -> None:
    """Tell the person, so that a stranger's doing would be noticed; the window's acts tell of themselves."""
    if event.method.startswith("window"):
        return
    send_notice(account_id=event.account_id, template="identity.level_raised", values={}, now=delivery.occurred_at)


@on(CounterActDone)
def on_counter_act_done(event: CounterActDone, delivery: Delivery) -> None:
    """Tell the person what a window did with their account, and the way out."""
    send_notice(
        account_id=event.account_id, template=f"identity.counter_{event.act}", values={}, now=delivery.occurred_at
    )


@on(CounterActUndone)
def on_counter_act_undone(event: CounterActUndone, delivery: Delivery) -> None:
    """Tell the person that it was taken back."""
    send_notice(account_id=event.account_id, template="identity.counter_undone", values={}, now=delivery.occurred_at)


@on(GlassBroken)
def on_glass_broken(event: GlassBroken, delivery: Delivery) -> None:
    """Text the duty phones; without any, say so in the log and leave it to the audit administrators' queue."""
    row = StaffChange.objects.get(id=event.change_id)
    for phone in settings.SHIMIN.duty_phones:
        send_text(
            phone=phone, template="identity.glass_broken",
            values={"name": row.asked_by_name, "role": BREAK_GLASS.get(event.role, event.role)},
            now=delivery.occurred_at,
        )  # fmt: skip
    if not settings.SHIMIN.duty_phones:
        _log.error("identity.glass_broken: no duty phone is set, change %s", event.change_id)


@on(NameChanged)
def on_name_changed(event: NameChanged, delivery: Delivery) -> None:
    """Tell the owner."""
    send_notice(account_id=event.account_id, template="identity.name_changed", values={}, now=delivery.occurred_at)


@on(PhoneChanged)
def on_phone_changed(event: PhoneChanged, delivery: Delivery) -> None:
    """Tell the owner; the old phone got a text in the same transaction."""
    send_notice(account_id=event.account_id, template="identity.phone_changed", values={}, now=delivery.occurred_at)


@on(RightAsked)
def on_right_asked(event: RightAsked, delivery: Delivery) -> None:
    """Say that it arrived."""
    send_notice(account_id=event.account_id, template="identity.right_asked", values={}, now=delivery.occurred_at)


@on(RightAnswered)
def on_right_answered(event: RightAnswered, delivery: Delivery) -> None:
    """Say that there is an answer to read."""
    send_notice(account_id=event.account_id, template="identity.right_answered", values={}, now=delivery.occurred_at)


@on(AccountClosed)
def on_account_closed(event: AccountClosed, delivery: Delivery) -> None:
    """Erase every capability's part."""
    erase_parts(account_id=event.account_id, person_id=event.person_id or None, now=delivery.occurred_at)


@on(AccountsMerged)
def on_accounts_merged(event: AccountsMerged, delivery: Delivery) -> None:
    """Let the closed account's rows follow, and tell the one that stays."""
    carry_on(merge_id=event.merge_id, now=delivery.occurred_at)
    send_notice(account_id=event.account_id, template="identity.accounts_merged", values={}, now=delivery.occurred_at)


@on(MergeUndone)
def on_merge_undone(event: MergeUndone, delivery: Delivery) -> None:
    """Give the rows back, and tell both."""
    carry_on(merge_id=event.merge_id, now=delivery.occurred_at)
    for account_id in (event.account_id, event.merged_account_id):
        send_notice(account_id=account_id, template="identity.merge_undone", values={}, now=delivery.occurred_at)
