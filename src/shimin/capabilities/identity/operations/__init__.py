"""Writes of identity, one module for each thing a person does."""
