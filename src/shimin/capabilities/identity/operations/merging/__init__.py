"""Two accounts of one person become one: proved, joined, carried over by the worker, undone, sealed."""
