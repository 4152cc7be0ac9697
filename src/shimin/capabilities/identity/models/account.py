"""Accounts, the handles they are found by, and what staff may do."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.domain import AccountKind, AccountStatus
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class Account(AbstractBaseUser, Table):
    """What signs in: a citizen with a phone, or a member of staff with a staff name.

    ``version`` counts the account's events. ``level`` is what has been proved, until ``level_until``.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_kind = models.TextField(default=AccountKind.CITIZEN)
    status = models.TextField(default=AccountStatus.ACTIVE)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    phone = SealedField(default=bytes, context="identity.account.phone")  # empty for staff
    staff_name = models.TextField(default="")  # shown beside what staff did; empty for citizens
    level = models.SmallIntegerField(default=0)
    level_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    password_changed_at = models.DateTimeField()
    version = models.IntegerField(default=0)

    last_login = None  # my sessions say more
    objects: ClassVar[models.Manager[Account]] = models.Manager()
    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "identity_account"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(account_kind__in=[str(kind) for kind in AccountKind]), name="identity_account_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[str(status) for status in AccountStatus]), name="identity_account_known_status"
            ),
            models.CheckConstraint(
                condition=Q(level__lt=2) | Q(person__isnull=False), name="identity_account_level_needs_person"
            ),
        ]

    def set_password(self, raw_password: str | None) -> None:
        """Store the argon2id hash of a password; Django's own hashers are not used."""
        self.password = passwords.hash_password(raw_password or "")

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether the password is the account's."""
        return passwords.verify_password(self.password, raw_password or "")


class LoginHandle(Table):
    """The keyed hash of a phone (citizen) or staff name → its account: the one place where they are unique.

    ``merge_id``: the phone is that of an account that was joined to this one. It still leads here, with this account's
    password; it gets no new password, and from ``free_from`` on a new account may take it.
    """

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    key_id = models.SmallIntegerField(default=0, db_default=0)  # the index key it is under
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    merge_id = models.BigIntegerField(null=True)
    free_from = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_login_handle"


class StaffGrant(Table):
    """A role of a member of staff, limited to an agency and a region, from a day to a day.

    ``stands_for_id``: the colleague whose role it is, while this account stands in. The database keeps that nobody
    holds two of the three administrators' roles at once (identity_staff_grant_one_admin).
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    role = models.TextField()
    agency_id = models.BigIntegerField(null=True)  # an agency of the catalogue; None: any
    region_code = models.CharField(max_length=6, null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    stands_for_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_name = models.TextField(default="", db_default="")

    class Meta:
        db_table = "identity_staff_grant"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "role", "agency_id", "region_code"],
                condition=Q(ends_at__isnull=True),
                nulls_distinct=False,
                name="identity_staff_grant_once",
            ),
        ]
