"""Billing: billers, bound accounts, bills and what keeps them paid. It builds on payments' public face."""
