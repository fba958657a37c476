"""Formats of plain text and tables."""
