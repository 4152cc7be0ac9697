"""The launcher: set-up, start, test, check. Standard library only, because it runs before anything is installed."""
