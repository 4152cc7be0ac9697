"""A stand-in for WeChat Pay v3: its protocol, its own books, real signatures and seals, a cashier page, and faults."""
