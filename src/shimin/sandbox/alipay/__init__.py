"""A stand-in for Alipay: its protocol, its own books, real signatures, a cashier page, and faults to switch on."""
