"""What other capabilities and the portal may use of identity."""

from shimin.capabilities.identity.domain import SecondSource
from shimin.capabilities.identity.events import (
    AccountRegistered,
    ConsentGiven,
    ConsentWithdrawn,
    MandateGiven,
    MandateWithdrawn,
    PasswordChanged,
    RealNameVerified,
    SecondFactorChanged,
    SessionEnded,
    SignedIn,
)
from shimin.capabilities.identity.operations.consents import ConsentMissing, give_consent, withdraw_consent
from shimin.capabilities.identity.operations.demo import NotADemo, provide_demo_citizen, provide_demo_generator
from shimin.capabilities.identity.operations.staff import StaffNameTaken, create_staff, end_grants, grant_role
from shimin.capabilities.identity.ports import (
    CompanyCheck,
    IdentitySource,
    PersonCheck,
    PersonStatus,
    RelationSource,
    set_identity_source,
    set_relation_source,
)
from shimin.capabilities.identity.queries import (
    AccountView,
    ConsentView,
    StaffView,
    Subject,
    get_account_view,
    get_subject,
    has_consent,
    list_consents,
    list_staff,
)

__all__ = [
    "AccountRegistered",
    "AccountView",
    "CompanyCheck",
    "ConsentGiven",
    "ConsentMissing",
    "ConsentView",
    "ConsentWithdrawn",
    "IdentitySource",
    "MandateGiven",
    "MandateWithdrawn",
    "NotADemo",
    "PasswordChanged",
    "PersonCheck",
    "PersonStatus",
    "RealNameVerified",
    "RelationSource",
    "SecondFactorChanged",
    "SecondSource",
    "SessionEnded",
    "SignedIn",
    "StaffNameTaken",
    "StaffView",
    "Subject",
    "create_staff",
    "end_grants",
    "get_account_view",
    "get_subject",
    "give_consent",
    "grant_role",
    "has_consent",
    "list_consents",
    "list_staff",
    "provide_demo_citizen",
    "provide_demo_generator",
    "set_identity_source",
    "set_relation_source",
    "withdraw_consent",
]
