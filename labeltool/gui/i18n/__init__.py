"""Texts of the window in the language of its user."""
