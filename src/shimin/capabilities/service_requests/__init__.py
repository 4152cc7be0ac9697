"""Ask, complain, get help: the city answers, on the clock."""
