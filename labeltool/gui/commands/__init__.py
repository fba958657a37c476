"""The commands: one table, their keys, and what they do."""
