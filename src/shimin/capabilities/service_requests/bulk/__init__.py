"""Requests in bulk: messages from a CSV file, requests into one."""
