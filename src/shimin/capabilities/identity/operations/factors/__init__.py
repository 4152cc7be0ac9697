"""The second factor: enrolling an app, recovery codes, and checking either at the door."""
