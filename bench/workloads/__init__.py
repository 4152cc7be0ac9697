"""One module a workload: ``measure(installation, plan) -> figures``."""
