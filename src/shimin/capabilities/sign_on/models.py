"""Tables: systems that sign people in, keys, authorisations with their codes and tokens, and what was handed over."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shimin.capabilities.sign_on.domain.clients import Algorithm, AuthMethod, ClientState, TokenKind
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class Client(Table):
    """A system of an agency that signs people in with their city account. Its id is its public name."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField()
    agency_name = models.TextField()
    name = models.TextField()
    purpose = models.TextField()  # people read it before they agree
    home_url = models.TextField()
    state = models.TextField(default=str(ClientState.REQUESTED))
    auth_method = models.TextField()
    secret_hash = models.BinaryField(null=True)
    algorithm = models.TextField(default=str(Algorithm.RS256))
    redirect_uris = ArrayField(models.TextField())
    post_logout_uris = ArrayField(models.TextField(), default=list)
    logout_url = models.TextField(default="")  # is told when somebody signs out; empty: it asks for nothing
    scopes = ArrayField(models.TextField())
    agency_slug = models.TextField(default="")
    machine_scopes = ArrayField(models.TextField(), default=list)
    jwks = models.JSONField(default=dict)  # the client's own public keys
    calls_per_minute = models.IntegerField(default=600)
    requested_by_id = models.BigIntegerField()
    requested_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_words = models.TextField(default="")
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "sign_on_client"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="sign_on_client_state", condition=Q(state__in=[str(state) for state in ClientState])
            ),
            models.CheckConstraint(
                name="sign_on_client_auth_method", condition=Q(auth_method__in=[str(each) for each in AuthMethod])
            ),
            models.CheckConstraint(
                name="sign_on_client_algorithm", condition=Q(algorithm__in=[str(each) for each in Algorithm])
            ),
            models.CheckConstraint(
                name="sign_on_client_four_eyes",
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("requested_by_id")),
            ),
            models.CheckConstraint(
                name="sign_on_client_decided",
                condition=Q(state=str(ClientState.REQUESTED)) | Q(decided_by_id__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="sign_on_client_agency", fields=["agency_id", "-id"])]


class SigningKey(Table):
    """A key pair for id tokens. The private half is encrypted with the platform's field key, which is not in here."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    id = models.BigIntegerField(primary_key=True, default=new_id)
    algorithm = models.TextField()
    private = SealedField(context="sign_on.signing_key.private")
    public = models.JSONField()
    made_at = models.DateTimeField()
    signs_from = models.DateTimeField()
    signs_until = models.DateTimeField(null=True)
    published_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_on_signing_key"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="sign_on_signing_key_algorithm", condition=Q(algorithm__in=[str(each) for each in Algorithm])
            ),
            models.UniqueConstraint(
                name="sign_on_signing_key_current", fields=["algorithm"], condition=Q(signs_until__isnull=True)
            ),
        ]


class WaitingRequest(Table):
    """A system's request while its person signs in, steps up or decides. Found by the secret in the address."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    hash = models.BinaryField(primary_key=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    parameters = models.JSONField()
    agreed_by_id = models.BigIntegerField(null=True)  # the account that agreed to this very request
    arrived_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "sign_on_waiting_request"
        indexes: ClassVar = [models.Index(name="sign_on_waiting_expiring", fields=["expires_at"])]


class ConnectedSystem(Table):
    """A system that an account signs in to: the subject it knows the person by, and what was agreed to."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    client_name = models.TextField()
    agency_name = models.TextField()
    sector = models.TextField()
    subject = models.TextField()
    scopes = ArrayField(models.TextField())
    connected_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_on_connected_system"
        constraints: ClassVar = [
            models.UniqueConstraint(name="sign_on_connected_system_once", fields=["account_id", "client"]),
        ]


class Authorisation(Table):
    """What one sign-in gave a system: codes and tokens hang on it and end with it."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    session_id = models.BigIntegerField()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    subject = models.TextField()
    scopes = ArrayField(models.TextField())
    redirect_uri = models.TextField()
    nonce = models.TextField()
    code_challenge = models.TextField()
    level = models.SmallIntegerField()
    verified_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(default="")

    class Meta:
        db_table = "sign_on_authorisation"
        indexes: ClassVar = [
            models.Index(name="sign_on_authorisation_open", fields=["account_id"], condition=Q(ended_at=None)),
            models.Index(name="sign_on_authorisation_session", fields=["session_id"], condition=Q(ended_at=None)),
        ]


class Code(Table):
    """The hash of an authorisation code: good once, for a minute. A second use ends the authorisation."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    authorisation = models.ForeignKey(Authorisation, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_on_code"


class UsedAssertion(Table):
    """The keyed hash of a client's signed text that was used, kept until the text has run out."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    hash = models.BinaryField(primary_key=True)
    kept_until = models.DateTimeField()

    class Meta:
        db_table = "sign_on_used_assertion"
        indexes: ClassVar = [models.Index(name="sign_on_used_assertion_old", fields=["kept_until"])]


class Token(Table):
    """The hash of an access or refresh token. A refresh token is used once; seen again, it ends the authorisation."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    token_kind = models.TextField()
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    authorisation = models.ForeignKey(Authorisation, on_delete=models.CASCADE, null=True, related_name="+")
    scopes = ArrayField(models.TextField())
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_on_token"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="sign_on_token_kind", condition=Q(token_kind__in=[str(kind) for kind in TokenKind])
            ),
        ]
        indexes: ClassVar = [models.Index(name="sign_on_token_expiring", fields=["expires_at"])]


class LogoutNotice(Table):
    """One sign-out that one system is to be told of, until it has said yes or we give up."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    id = models.BigIntegerField(primary_key=True, default=new_id)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    authorisation_id = models.BigIntegerField()
    subject = models.TextField()
    made_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)  # None: told, refused or given up
    outcome = models.TextField(default="")

    class Meta:
        db_table = "sign_on_logout_notice"
        indexes: ClassVar = [
            models.Index(
                name="sign_on_logout_notice_due", fields=["next_try_at"], condition=Q(next_try_at__isnull=False)
            ),
        ]


class HandOver(Table):
    """What a system was told about a person under one authorisation: a line of "who read my data"."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    authorisation = models.ForeignKey(Authorisation, on_delete=models.SET_NULL, null=True, related_name="+")
    client_name = models.TextField()
    agency_name = models.TextField()
    purpose = models.TextField()
    claims = ArrayField(models.TextField())
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.IntegerField(default=1)

    class Meta:
        db_table = "sign_on_hand_over"
        constraints: ClassVar = [
            models.UniqueConstraint(name="sign_on_hand_over_once", fields=["account_id", "authorisation"]),
        ]
        indexes: ClassVar = [models.Index(name="sign_on_hand_over_mine", fields=["account_id", "-id"])]


class LinkedIdentity(Table):
    """The keyed hash of an identity at another platform → its account: one account for one identity, one of each kind.

    What the platform calls the person is not stored at all.
    """

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    account_id = models.BigIntegerField()
    entrance = models.TextField()
    linked_at = models.DateTimeField()

    class Meta:
        db_table = "sign_on_linked_identity"
        constraints: ClassVar = [
            models.UniqueConstraint(name="sign_on_linked_identity_one", fields=["account_id", "entrance"]),
        ]


class LinkAttempt(Table):
    """A person on their way to another platform and back: good once, for ten minutes, in one session."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    hash = models.BinaryField(primary_key=True)
    account_id = models.BigIntegerField()
    session_id = models.BigIntegerField()
    entrance = models.TextField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "sign_on_link_attempt"
        indexes: ClassVar = [models.Index(name="sign_on_link_attempt_old", fields=["expires_at"])]
