"""The tables of identity."""

from shimin.capabilities.identity.models.account import Account, LoginHandle, StaffGrant
from shimin.capabilities.identity.models.consent import Consent
from shimin.capabilities.identity.models.person import LevelProof, Person, PersonHandle
from shimin.capabilities.identity.models.session import KnownDevice, Session, VerificationCode

__all__ = [
    "Account",
    "Consent",
    "KnownDevice",
    "LevelProof",
    "LoginHandle",
    "Person",
    "PersonHandle",
    "Session",
    "StaffGrant",
    "VerificationCode",
]
