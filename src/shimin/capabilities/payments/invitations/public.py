"""What pages and the API may use of invitations."""

from shimin.capabilities.payments.invitations.domain.links import LIFETIME_WORDS, public_title
from shimin.capabilities.payments.invitations.operations.answering import (
    InvitationOffer,
    InvitationOver,
    InvitedLine,
    answer_invitation,
    read_offer,
)
from shimin.capabilities.payments.invitations.operations.inviting import (
    TooManyInvitations,
    invite,
    invite_for_order,
    withdraw_invitation,
)
from shimin.capabilities.payments.invitations.queries.invitations import (
    InvitationState,
    InvitationView,
    get_invitation_for,
    list_invitations,
)

__all__ = [
    "LIFETIME_WORDS",
    "InvitationOffer",
    "InvitationOver",
    "InvitationState",
    "InvitationView",
    "InvitedLine",
    "TooManyInvitations",
    "answer_invitation",
    "get_invitation_for",
    "invite",
    "invite_for_order",
    "list_invitations",
    "public_title",
    "read_offer",
    "withdraw_invitation",
]
