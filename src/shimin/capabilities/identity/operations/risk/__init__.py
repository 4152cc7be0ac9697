"""Risk: weighing sign-ins and payments by rules that are data, and the ways out of an alarm."""
