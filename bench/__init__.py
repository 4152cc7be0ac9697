"""Reproducible figures, each beside its raw limit in the same run: ``./shimin bench WORKLOAD``."""
