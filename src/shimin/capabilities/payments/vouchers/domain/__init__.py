"""Pure rules of vouchers."""
