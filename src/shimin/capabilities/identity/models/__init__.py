"""The tables of identity."""

from shimin.capabilities.identity.models.account import Account, LoginHandle, StaffGrant
from shimin.capabilities.identity.models.consent import Consent
from shimin.capabilities.identity.models.counter import CounterAct, RecoverySheet
from shimin.capabilities.identity.models.factor import CodeGenerator, RecoveryCode
from shimin.capabilities.identity.models.kept import KeptForm
from shimin.capabilities.identity.models.mandate import Mandate, MandateOffer, Organisation
from shimin.capabilities.identity.models.merge import AccountMerge, MergedRows
from shimin.capabilities.identity.models.officers import StaffChange
from shimin.capabilities.identity.models.passkey import Passkey, SpentChallenge
from shimin.capabilities.identity.models.person import LevelProof, Person, PersonHandle, PersonLikeness
from shimin.capabilities.identity.models.right import RightRequest
from shimin.capabilities.identity.models.risk import RiskDecision
from shimin.capabilities.identity.models.screen import ScreenSignIn
from shimin.capabilities.identity.models.session import KnownDevice, Session, VerificationCode

__all__ = [
    "Account",
    "AccountMerge",
    "CodeGenerator",
    "Consent",
    "CounterAct",
    "KeptForm",
    "KnownDevice",
    "LevelProof",
    "LoginHandle",
    "Mandate",
    "MandateOffer",
    "MergedRows",
    "Organisation",
    "Passkey",
    "Person",
    "PersonHandle",
    "PersonLikeness",
    "RecoveryCode",
    "RecoverySheet",
    "RightRequest",
    "RiskDecision",
    "ScreenSignIn",
    "Session",
    "SpentChallenge",
    "StaffChange",
    "StaffGrant",
    "VerificationCode",
]
