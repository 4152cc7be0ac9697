"""Several agencies on one request: co-handlers beside the one that leads it (首接负责)."""
