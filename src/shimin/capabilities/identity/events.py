"""What identity tells others. Each event carries ids only."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("identity.account_registered")
class AccountRegistered(DomainEvent):
    """A citizen opened an account with a phone."""

    account_id: int


@event("identity.password_changed")
class PasswordChanged(DomainEvent):
    """An account has a new password; all its sessions ended."""

    account_id: int
    keeps_level: bool = False


@event("identity.second_factor_changed")
class SecondFactorChanged(DomainEvent):
    """An app, a passkey or the recovery codes of an account were enrolled, renewed or removed."""

    account_id: int
    change: str


@event("identity.real_name_verified")
class RealNameVerified(DomainEvent):
    """An account proved name and ID number. ``person_id`` stays the same when it is proved again."""

    account_id: int
    person_id: int
    level: int
    method: str


@event("identity.level_raised")
class LevelRaised(DomainEvent):
    """An account proved more than its name; ``method`` says how."""

    account_id: int
    level: int
    method: str


@event("identity.signed_in")
class SignedIn(DomainEvent):
    """A session began. ``is_new_device`` is false on the very first one, when the account was opened."""

    account_id: int
    session_id: int
    is_new_device: bool


@event("identity.session_ended")
class SessionEnded(DomainEvent):
    """A session was ended by its owner or by a change of password (running out emits nothing)."""

    account_id: int
    session_id: int
    reason: str


@event("identity.consent_given")
class ConsentGiven(DomainEvent):
    """A person agreed to one purpose."""

    account_id: int
    consent_id: int
    purpose_code: str


@event("identity.consent_withdrawn")
class ConsentWithdrawn(DomainEvent):
    """A person took a consent back; from now on nothing may rest on it."""

    account_id: int
    consent_id: int
    purpose_code: str


@event("identity.mandate_given")
class MandateGiven(DomainEvent):
    """Somebody may act for a person or an organisation from now on. ``principal_account_id`` is 0 for none."""

    mandate_id: int
    account_id: int
    principal_account_id: int
    relation: str


@event("identity.mandate_withdrawn")
class MandateWithdrawn(DomainEvent):
    """Somebody may no longer act; whoever listens drops what was prepared under the mandate."""

    mandate_id: int
    account_id: int
    principal_account_id: int
    withdrawn_by_id: int


@event("identity.account_closed")
class AccountClosed(DomainEvent):
    """A person closed their account; whoever holds data of theirs erases what need not be kept. 0: no person."""

    account_id: int
    person_id: int


@event("identity.counter_act_done")
class CounterActDone(DomainEvent):
    """A window did something with a person's account: raise, reset, open, guardian."""

    account_id: int
    act_id: int
    act: str


@event("identity.counter_act_undone")
class CounterActUndone(DomainEvent):
    """What a window did was taken back, by an officer or (``is_disputed``) because the person says it was not them."""

    account_id: int
    act_id: int
    is_disputed: bool


@event("identity.phone_changed")
class PhoneChanged(DomainEvent):
    """An account signs in with another phone from now on."""

    account_id: int


@event("identity.right_asked")
class RightAsked(DomainEvent):
    """A person asked for something about their data that somebody has to answer: correct, object, kin."""

    account_id: int
    request_id: int
    right: str


@event("identity.right_answered")
class RightAnswered(DomainEvent):
    """A privacy officer answered: granted or refused."""

    account_id: int
    request_id: int
    state: str


@event("identity.risk_noted")
class RiskNoted(DomainEvent):
    """The risk rules decided more than "allow" about a sign-in or a payment; ``act`` is sign_in or pay."""

    account_id: int
    decision_id: int
    act: str
    outcome: str


@event("identity.device_answered")
class DeviceAnswered(DomainEvent):
    """A person said of a decision that it was them ("mine") or not ("not_mine")."""

    account_id: int
    decision_id: int
    answer: str


@event("identity.staff_grant_changed")
class StaffGrantChanged(DomainEvent):
    """A member of staff was given a role or lost one ("given", "ended"); from the next request on it counts."""

    account_id: int
    grant_id: int
    role: str
    change: str


@event("identity.glass_broken")
class GlassBroken(DomainEvent):
    """An officer took a role for an hour without asking anybody: an alarm, and somebody has to look into it."""

    account_id: int
    change_id: int
    role: str


@event("identity.name_changed")
class NameChanged(DomainEvent):
    """The registers have another name for a person; whoever shows it asks identity again."""

    account_id: int
    person_id: int


@event("identity.accounts_merged")
class AccountsMerged(DomainEvent):
    """``merged_account_id`` was joined to ``account_id``; its rows go along by the worker."""

    account_id: int
    merged_account_id: int
    merge_id: int


@event("identity.merge_undone")
class MergeUndone(DomainEvent):
    """A merge was taken back; ``merged_account_id`` is an account of its own again, and its rows go back to it."""

    account_id: int
    merged_account_id: int
    merge_id: int
