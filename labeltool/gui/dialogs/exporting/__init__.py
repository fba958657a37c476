"""Dialogs about what goes out."""
