"""Rounds of prediction and training: planned, started, followed and taken in."""
