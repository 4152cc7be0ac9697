"""What pages, tasks and other capabilities may use of sign-on."""

from shimin.capabilities.sign_on.domain.claims import ACR_VALUES, RULES, Scope
from shimin.capabilities.sign_on.domain.clients import STATE_WORDS, Algorithm, AuthMethod, ClientState
from shimin.capabilities.sign_on.domain.keys import ALGORITHMS as ASSERTION_ALGORITHMS
from shimin.capabilities.sign_on.domain.keys import OPEN311_SCOPE
from shimin.capabilities.sign_on.events import (
    AuthorisationEnded,
    ClientDecided,
    IdentityLinked,
    IdentityUnlinked,
    SystemConnected,
)
from shimin.capabilities.sign_on.operations.authorising import (
    AddressNotRegistered,
    BackToClient,
    ClientUnknown,
    ConsentNeeded,
    NewSignInNeeded,
    RequestGone,
    Waiting,
    agree,
    begin,
    go_on,
    refuse,
)
from shimin.capabilities.sign_on.operations.following import end_of_account, end_of_consent, end_of_session
from shimin.capabilities.sign_on.operations.forgetting import forget_old
from shimin.capabilities.sign_on.operations.key_upkeep import list_signing_keys, publish_keys, rotate
from shimin.capabilities.sign_on.operations.linking import LEVEL as LEVEL_TO_LINK
from shimin.capabilities.sign_on.operations.linking import (
    AlreadyLinked,
    IdentityTaken,
    LinkStale,
    begin_link,
    finish_link,
    unlink,
)
from shimin.capabilities.sign_on.operations.machine_calls import Machine, find_machine
from shimin.capabilities.sign_on.operations.protocol.engine import Answer
from shimin.capabilities.sign_on.operations.protocol.tokens import issuer
from shimin.capabilities.sign_on.operations.registering import (
    ClientDecidedAlready,
    ClientWish,
    NoSecret,
    OwnRequest,
    decide_client,
    issue_secret,
    own_agencies,
    request_client,
)
from shimin.capabilities.sign_on.operations.signing_out import (
    SignOutAsked,
    SignOutUnreadable,
    read_sign_out,
    sign_out_everywhere,
)
from shimin.capabilities.sign_on.operations.telling import tell_sign_outs
from shimin.capabilities.sign_on.operations.token import exchange, introspect, revoke
from shimin.capabilities.sign_on.operations.userinfo import tell_userinfo
from shimin.capabilities.sign_on.queries.clients import (
    APPROVER,
    OFFICER,
    ClientView,
    count_waiting_clients,
    get_client_for,
    list_clients,
)
from shimin.capabilities.sign_on.queries.connected import (
    ConnectedView,
    HandOverView,
    list_connected,
    list_hand_overs,
)
from shimin.capabilities.sign_on.queries.linked import EntranceView, list_entrances

__all__ = [
    "ACR_VALUES",
    "APPROVER",
    "ASSERTION_ALGORITHMS",
    "LEVEL_TO_LINK",
    "OFFICER",
    "OPEN311_SCOPE",
    "RULES",
    "STATE_WORDS",
    "AddressNotRegistered",
    "Algorithm",
    "AlreadyLinked",
    "Answer",
    "AuthMethod",
    "AuthorisationEnded",
    "BackToClient",
    "ClientDecided",
    "ClientDecidedAlready",
    "ClientState",
    "ClientUnknown",
    "ClientView",
    "ClientWish",
    "ConnectedView",
    "ConsentNeeded",
    "EntranceView",
    "HandOverView",
    "IdentityLinked",
    "IdentityTaken",
    "IdentityUnlinked",
    "LinkStale",
    "Machine",
    "NewSignInNeeded",
    "NoSecret",
    "OwnRequest",
    "RequestGone",
    "Scope",
    "SignOutAsked",
    "SignOutUnreadable",
    "SystemConnected",
    "Waiting",
    "agree",
    "begin",
    "begin_link",
    "count_waiting_clients",
    "decide_client",
    "end_of_account",
    "end_of_consent",
    "end_of_session",
    "exchange",
    "find_machine",
    "finish_link",
    "forget_old",
    "get_client_for",
    "go_on",
    "introspect",
    "issue_secret",
    "issuer",
    "list_clients",
    "list_connected",
    "list_entrances",
    "list_hand_overs",
    "list_signing_keys",
    "own_agencies",
    "publish_keys",
    "read_sign_out",
    "refuse",
    "request_client",
    "revoke",
    "rotate",
    "sign_out_everywhere",
    "tell_sign_outs",
    "tell_userinfo",
    "unlink",
]
