"""What a department hides itself before a record leaves the house."""


def mask_number(number: str, head: int = 3, tail: int = 4) -> str:
    """Hide the middle of a number."""
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def mask_name(name: str) -> str:
    """Hide a name: the first character of two stays, the first and last of longer ones."""
    return name[0] + "*" if len(name) <= 2 else name[0] + "*" * (len(name) - 2) + name[-1]
