"""Vouchers in the form of the 财政电子票据: one for each line of public money that its agency has taken."""
