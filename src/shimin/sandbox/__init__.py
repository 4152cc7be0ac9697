"""The demo city's departments: HTTP processes with their own data, spoken to only over signed requests.

Nothing here imports the platform and the platform imports nothing of it, so the protocol between them stays honest.
Start: `python -m shimin.sandbox --port-base 8100 --data-dir DIR --keys-dir DIR`.
"""
