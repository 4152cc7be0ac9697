"""The pure rules of a look-up: what an item declares, what an answer may hold, and how it is told to a person."""
