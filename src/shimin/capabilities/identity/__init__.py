"""Accounts, persons, assurance levels, sessions, consents: who somebody is, and how surely that is known."""
