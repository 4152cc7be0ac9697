"""The phones of accounts, for notices that people want to be told of by text."""

from __future__ import annotations

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountStatus
from shimin.capabilities.identity.models import Account
from shimin.capabilities.notices.public import set_phone_book


class AccountPhones:
    """See ``notices.ports.PhoneBook``."""

    def phone_of(self, account_id: int) -> str:
        """Return the phone of an open account, else ""."""
        account = Account.objects.filter(id=account_id, status=AccountStatus.ACTIVE).first()
        return handles.open_phone(account.phone) if account is not None else ""


set_phone_book(AccountPhones())
