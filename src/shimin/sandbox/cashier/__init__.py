"""What payment gateways have in common: their books, the faults they can be told to make, their cashier's server."""
