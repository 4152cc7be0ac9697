"""A department's own system that signs people in with the city account: one page, one process, no code of ours."""
