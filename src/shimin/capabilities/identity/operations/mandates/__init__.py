"""Acting for others: proving it by registers, agreeing on it, ending it, and switching hats."""
