"""What other capabilities and the portal may use of identity."""

from shimin.capabilities.identity.domain import SecondSource
from shimin.capabilities.identity.events import (
    AccountRegistered,
    ConsentGiven,
    ConsentWithdrawn,
    PasswordChanged,
    RealNameVerified,
    SessionEnded,
    SignedIn,
)
from shimin.capabilities.identity.operations.consents import ConsentMissing, give_consent, withdraw_consent
from shimin.capabilities.identity.ports import IdentitySource, PersonCheck, PersonStatus, set_identity_source
from shimin.capabilities.identity.queries import (
    AccountView,
    ConsentView,
    Subject,
    get_account_view,
    get_subject,
    has_consent,
    list_consents,
)

__all__ = [
    "AccountRegistered",
    "AccountView",
    "ConsentGiven",
    "ConsentMissing",
    "ConsentView",
    "ConsentWithdrawn",
    "IdentitySource",
    "PasswordChanged",
    "PersonCheck",
    "PersonStatus",
    "RealNameVerified",
    "SecondSource",
    "SessionEnded",
    "SignedIn",
    "Subject",
    "get_account_view",
    "get_subject",
    "give_consent",
    "has_consent",
    "list_consents",
    "set_identity_source",
    "withdraw_consent",
]
