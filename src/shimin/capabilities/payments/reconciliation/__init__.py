"""Compare what gateways say, what the ledger says and what keepers have acknowledged; close the day."""
