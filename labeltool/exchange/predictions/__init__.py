"""Predictions of a project, as tables and pictures."""
