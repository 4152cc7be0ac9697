"""Debts that a look-up shows: a service folder declares in ``pay.yaml`` how its records are paid at their source."""
