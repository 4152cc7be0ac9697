"""Public money under one code: agencies issue payment notices, anybody pays them online or in cash at a counter."""
