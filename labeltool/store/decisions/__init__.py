"""Decisions on one face or many, undo and redo."""
