"""How often a line of the bench's statement is wrong, or missing."""

WRONG_EVERY, MISSING_EVERY = 100_000, 90_000
