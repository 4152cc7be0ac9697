"""Passkeys: a device proves its owner by a key pair of its own (W3C Web Authentication Level 3)."""
